#!/usr/bin/env bash
# Fuzzes the targets that are named, or all, one after the other: `fuzz/run.sh [-t SECONDS] [TARGET..]`, ten minutes each.
#
# Needs cargo-fuzz (`cargo install cargo-fuzz`) and nothing nightly. The first corpus is made of what the tests read, and of
# the files below the folders in PIPEWRIGHT_SEEDS (separated by `:`). What is found lies in fuzz/artifacts/TARGET: make a
# test of it at the lowest floor that can tell it. A finding is a panic, ten seconds for one input, or 2 GiB of memory.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=600
if [ "${1:-}" = -t ]; then seconds=$2; shift 2; fi
[ $# -gt 0 ] || set -- document shell extract check
folders=(tests/fixtures prompts evals)
IFS=: read -ra more <<<"${PIPEWRIGHT_SEEDS:-}"
folders+=("${more[@]}")

# Names come from the contents, so that a second run adds nothing twice.
seed() { cp -- "$2" "fuzz/corpus/$1/$(cksum <"$2" | tr ' ' -)"; }

for target in "$@"; do
  mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
  case $target in
    document | check) find "${folders[@]}" -name '*.y*ml' -size -16k ;;
    shell) find "${folders[@]}" \( -name '*.sh' -o -name '*.y*ml' \) -size -4k ;;
    *) find "${folders[@]}" docs \( -name '*.md' -o -name '*.sse' -o -name '*.y*ml' \) -size -16k ;;
  esac | while read -r file; do seed "$target" "$file"; done
  RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir fuzz "$target" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1
done
