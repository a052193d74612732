#!/usr/bin/env bash
# Whole processes next to one another: a process that does nothing, a check of one file, and check-jsonschema on the same file
# with the same schema. `benches/processes.sh [FILE] [FOLDER]`; `docs/speed.md` has the numbers.
#
# PIPEWRIGHT names a program that is built already. Needs Python 3 with venv, and PyPI at the first run: check-jsonschema goes
# into target/processes, and nowhere else.
set -euo pipefail
cd "$(dirname "$0")/.."
file=${1:-tests/fixtures/readme/bitbucket-pipelines.yml}
folder=${2:-tests/fixtures/policy}
here=target/processes
mkdir -p "$here"
[ -n "${PIPEWRIGHT:-}" ] || cargo build --release --locked
[ -x "$here/empty" ] || { echo 'fn main() {}' >"$here/empty.rs" && rustc -O -o "$here/empty" "$here/empty.rs"; }
[ -x "$here/venv/bin/check-jsonschema" ] || {
  python3 -m venv "$here/venv"
  "$here/venv/bin/pip" install --quiet check-jsonschema==0.39.0
}
"$here/venv/bin/python" - "$here" "$file" "$folder" <<'PYTHON'
"""Runs each command in turn, so that a drift of the machine's speed meets all, and prints medians and ratios."""
import os, statistics, sys, time

here, file, folder = sys.argv[1:]
pipewright, schema = os.environ.get("PIPEWRIGHT", "target/release/pipewright"), "schemas/bitbucket-pipelines.schema.json"
commands = {
    "an empty process": ([f"{here}/empty"], 60),
    "pipewright --version": ([pipewright, "--version"], 60),
    "pipewright check, one file": ([pipewright, "check", file], 60),
    "pipewright check, the schema alone": ([pipewright, "check", "--layer", "syntax,schema", file], 60),
    "pipewright check, the folder": ([pipewright, "check", folder], 10),
    "check-jsonschema, one file": ([f"{here}/venv/bin/check-jsonschema", "--schemafile", schema, file], 10),
}
quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]


def run(command):
    """Milliseconds on the clock, and of the processors."""
    start = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(child, 0)
    clock = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3):
        sys.exit(f"{' '.join(command)}: exit status {status}")
    return clock * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


took = {name: [] for name in commands}
for turn in range(62):
    for name, (command, turns) in commands.items():
        if turn < turns + 2:
            took[name].append(run(command))
medians = {name: [statistics.median(column) for column in zip(*times[2:])] for name, times in took.items()}
empty = medians["an empty process"]
print(f"{'':36}{'clock':>11}{'of empty':>10}{'processors':>14}{'of empty':>10}")
for name, (clock, cpu) in medians.items():
    print(f"{name:36}{clock:8.1f} ms{clock / empty[0]:10.1f}{cpu:11.1f} ms{cpu / empty[1]:10.1f}")
PYTHON
