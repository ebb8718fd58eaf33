#!/usr/bin/env bash
# The main job on the sample consultation: build, install the model, import, triage, report.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
prerequisites

data=${1:-out/demo}
caifeng=target/release/caifeng

say "Building (the first time takes about ten minutes)"
cargo build --release --locked -p caifeng-cli
say "Installing the language model (once, 91 MB)"
"$caifeng" model install || echo "模型未能安装，改用词面比对（结果会注明）。No model: going on with the lexical encoder."
say "Importing the sample draft and its submissions"
rm -rf "$data"
"$caifeng" --data "$data" draft import corpora/heyan/draft.txt --consultation heyan --public
"$caifeng" --data "$data" import corpora/heyan/submissions.jsonl --consultation heyan
say "Triage"
"$caifeng" --data "$data" triage --consultation heyan
say "Reports"
for format in md json csv xlsx docx html; do
  "$caifeng" --data "$data" report --consultation heyan --format "$format" --out "$data/heyan.$format"
done
say "What people say about the articles most spoken of"
"$caifeng" --data "$data" hot --consultation heyan
printf '\n报告在 %s/heyan.{md,json,csv,xlsx,docx,html}\nThe reports lie in %s\n' "$data" "$data"
if [ -t 1 ]; then
  say "The pages for citizens, until Ctrl-C"
  exec "$caifeng" --data "$data" serve
fi
printf '网页 / pages: %s --data %s serve\n' "$caifeng" "$data"
