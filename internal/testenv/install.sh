#!/bin/sh
# Installs what the tests need beside Go, once per machine, into Waymark's cache:
#
#   sh internal/testenv/install.sh versitygw   a real S3 server            -> <cache>/bin/versitygw
#   sh internal/testenv/install.sh node        DuckDB and ClickHouse clients -> <cache>/node/node_modules
#   sh internal/testenv/install.sh clean       removes both
#
# <cache> is $WAYMARK_CACHE, else the user's cache directory. What is there at the wanted version is left alone.
# The embedded engine is not installed here: `waymark engine install` does that.
set -eu

VERSITYGW=v1.8.0
DUCKDB=1.5.6-r.1
CLICKHOUSE_CLIENT=1.23.1

cache_dir() {
    if [ -n "${WAYMARK_CACHE:-}" ]; then
        echo "$WAYMARK_CACHE"
    elif [ "$(uname -s)" = Darwin ]; then
        echo "$HOME/Library/Caches/waymark"
    else
        echo "${XDG_CACHE_HOME:-$HOME/.cache}/waymark"
    fi
}

# A stamp beside each component says which version is there; it is written last, so a broken install is repeated.
installed() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

# Builds outside any module, so that our go.mod and a go.work around it play no part.
versitygw() {
    dir="$(cache_dir)/bin"
    if installed "$dir/.versitygw" "$VERSITYGW" && [ -x "$dir/versitygw" ]; then return; fi
    mkdir -p "$dir"
    rm -f "$dir/.versitygw"
    echo "building the S3 test server (versitygw $VERSITYGW) ..." >&2
    (cd "$dir" && GOWORK=off GOFLAGS= GOBIN="$dir" CGO_ENABLED=0 \
        go install -trimpath -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$VERSITYGW")
    echo "$VERSITYGW" >"$dir/.versitygw"
}

node() {
    dir="$(cache_dir)/node"
    want="@duckdb/node-api@$DUCKDB @clickhouse/client@$CLICKHOUSE_CLIENT"
    if installed "$dir/.installed" "$want" && [ -d "$dir/node_modules" ]; then return; fi
    mkdir -p "$dir"
    rm -f "$dir/.installed"
    [ -f "$dir/package.json" ] || echo '{"name":"waymark-test-clients","private":true}' >"$dir/package.json"
    echo "installing the DuckDB and ClickHouse clients for Node ..." >&2
    # shellcheck disable=SC2086 # two arguments on purpose
    (cd "$dir" && npm install --no-audit --no-fund --no-progress --loglevel=error --save-exact $want)
    echo "$want" >"$dir/.installed"
}

clean() { rm -rf "$(cache_dir)/bin" "$(cache_dir)/node"; }

case "${1:-}" in
versitygw | node | clean) "$1" ;;
*)
    echo "usage: install.sh versitygw|node|clean" >&2
    exit 2
    ;;
esac
