#!/usr/bin/env bash
# Pages in a browser: the reviewer's whole job, and a kiosk that is without a network for days, at the widths of
# office screens, kiosks and telephones, with axe-core's check of accessibility. `SHOTS=docs/pages bash
# scripts/browser.sh` also makes the screenshots of the main pages. Builds the program unless CAIFENG_BIN names one.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
need node "Node.js 20 or later with npm, Debian/Ubuntu: apt install nodejs npm"
need npm "npm, Debian/Ubuntu: apt install npm"
need chromium "Chromium, Debian: apt install chromium"

if [ -z "${CAIFENG_BIN:-}" ]; then
  say "Building"
  cargo build --locked -p caifeng-cli
fi
say "Pages in a browser"
if [ -n "${SHOTS:-}" ]; then
  SHOTS=$(realpath -m "$SHOTS")
  export SHOTS
fi
cd tests/browser
npm ci --silent --no-audit --no-fund
node --test --test-concurrency=1 .
