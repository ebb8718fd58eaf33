# What both commands need before they start. Sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

need() { # need PROGRAM WHAT-TO-INSTALL
  command -v "$1" >/dev/null 2>&1 && return
  printf '缺少 %s：%s\nMissing: %s (%s)\n' "$1" "$2" "$1" "$2" >&2
  exit 1
}

prerequisites() {
  need cargo "Rust toolchain, with rustup"
  need cc "C compiler, Debian/Ubuntu: apt install build-essential"
  need python3 "Python 3 with pip, Debian/Ubuntu: apt install python3 python3-pip"
  python3 -m pip --version >/dev/null 2>&1 || need pip "pip for Python 3, Debian/Ubuntu: apt install python3-pip"
}
