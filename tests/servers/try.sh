#!/bin/sh
# Tries the live backend against a server that others wrote.
#
#   tests/servers/try.sh litellm             LiteLLM's proxy from PyPI, in a folder of its own, with a mock reply
#   tests/servers/try.sh URL [KEY] [MODEL]   any server that is running
#
# Only loopback is spoken to, but for the installation of the proxy.
set -eu
cd "$(dirname "$0")/../.."
try() {
    PIPEWRIGHT_TRY_URL=$1 PIPEWRIGHT_TRY_KEY=${2:-} PIPEWRIGHT_TRY_MODEL=${3:-} \
        cargo test --quiet --test integration -- --ignored --nocapture live::a_server_that_others_wrote
}
[ $# -gt 0 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2; }
if [ "$1" != litellm ]; then
    try "$@"
    exit
fi
folder=${LITELLM:-$(mktemp -d)}
[ -x "$folder/bin/litellm" ] || {
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet 'litellm[proxy]'
}
"$folder/bin/litellm" --config tests/servers/litellm.yaml --host 127.0.0.1 --port 8317 >"$folder/proxy.log" 2>&1 &
proxy=$!
trap 'kill $proxy' EXIT
for _ in $(seq 120); do
    if curl --silent --fail http://127.0.0.1:8317/health/liveliness >/dev/null; then break; fi
    sleep 1
done
try http://127.0.0.1:8317/v1 sk-litellm-test-key mock
