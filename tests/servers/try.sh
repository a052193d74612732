#!/bin/sh
# Tries the live backend against servers that others wrote.
#
#   tests/servers/try.sh litellm             LiteLLM's proxy, with a reply that it makes up
#   tests/servers/try.sh mockllm             mockllm, which sends a character a chunk
#   tests/servers/try.sh llama               llama.cpp's server (in xllamacpp), with a model of random weights
#   tests/servers/try.sh all                 the three
#   tests/servers/try.sh URL [KEY] [MODEL]   any server that is running
#
# The first three come from PyPI into folders of their own below SERVERS (else below a temporary one); nothing is compiled.
# Only loopback is spoken to, but for that. `tests/README.md` has the versions that were tried, and what came of it.
set -eu
cd "$(dirname "$0")/../.."
here=tests/servers
running=
trap 'kill $running 2>/dev/null || :' EXIT
try() {
    PIPEWRIGHT_TRY_URL=$1 PIPEWRIGHT_TRY_KEY=${2:-} PIPEWRIGHT_TRY_MODEL=${3:-} \
        cargo test --locked --quiet --test integration -- --ignored --nocapture live::a_server_that_others_wrote
}
# install NAME PACKAGE...
install() {
    folder=${SERVERS:=$(mktemp -d)}/$1
    shift
    [ -e "$folder/installed" ] || {
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet "$@"
        touch "$folder/installed"
    }
    "$folder/bin/pip" list --format=freeze | grep -i "^${1%%[[=]*}=="
}
# serve URL COMMAND...: starts a server, and waits for an answer of any kind.
serve() {
    url=$1
    shift
    "$@" >"$folder/server.log" 2>&1 &
    running="$running $!"
    for _ in $(seq 240); do
        if curl --silent --output /dev/null "$url"; then return; fi
        kill -0 $! 2>/dev/null || break
        sleep 0.5
    done
    cat "$folder/server.log"
    exit 1
}
one() {
    case $1 in
    litellm)
        install litellm 'litellm[proxy]'
        serve http://127.0.0.1:8317/health/liveliness \
            "$folder/bin/litellm" --config $here/litellm.yaml --host 127.0.0.1 --port 8317
        try http://127.0.0.1:8317/v1 sk-litellm-test-key mock
        ;;
    mockllm)
        install mockllm mockllm==0.0.8
        serve http://127.0.0.1:8318/models \
            "$folder/bin/mockllm" start -r $here/mockllm.yaml -h 127.0.0.1 -p 8318
        # It looks at no key.
        try http://127.0.0.1:8318/v1 '' mock-llm
        ;;
    llama)
        install llama xllamacpp gguf
        serve http://127.0.0.1:8319/health "$folder/bin/python" $here/llama.py "$folder" 8319 sk-llama-test-key
        try http://127.0.0.1:8319/v1 sk-llama-test-key random
        ;;
    esac
}
case ${1:-} in
'') sed -n '2,11s/^# \{0,1\}//p' "$0" && exit 2 ;;
all) for name in litellm mockllm llama; do one $name; done ;;
litellm | mockllm | llama) one "$1" ;;
*) try "$@" ;;
esac
