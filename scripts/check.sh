#!/usr/bin/env bash
# All tests: formatting, lints, unit and property tests, boundaries, licences, the command line.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
prerequisites

say "Formatting"
cargo fmt --all --check
say "Lints"
cargo clippy --workspace --all-targets --locked -- -D warnings
say "Building the tests"
cargo test --workspace --locked --no-run
say "Installing the language model for the tests that need it (once, 91 MB)"
cargo run --locked -q -p caifeng-cli -- model install
say "Tests"
cargo test --workspace --locked
if command -v chromium >/dev/null && command -v npm >/dev/null; then
  bash scripts/browser.sh
else
  say "Not run: the pages in a browser, which need chromium, node and npm (scripts/browser.sh)"
fi
