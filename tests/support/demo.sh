#!/usr/bin/env bash
# Starts Tenon on SQLite under var/ beside a demo provider, and says what to try: demo.sh BUILD_DIR
# Environment: TENON_PORT (8080), TENON_DEMO_PORT (9400): where to begin looking for free ports; TENON_VAR (var).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(cd "$1" && pwd)
var=${TENON_VAR:-$root/var}

say() { printf '%s\n' "$*"; }
die() {
    printf 'dev run: %s\n' "$*" >&2
    exit 1
}

# Can a server have that port?
is_free() {
    python3 -c 'import socket, sys
probe = socket.socket()
probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
probe.bind(("127.0.0.1", int(sys.argv[1])))
probe.listen()' "$1" 2>/dev/null
}

# The first free port from $1 on.
free_port() {
    local port=$1
    until is_free "$port"; do
        port=$((port + 1))
        ((port < $1 + 100)) || die "no free port between $1 and $port"
    done
    [[ $port == "$1" ]] || say "Port $1 is taken: using $port instead." >&2
    echo "$port"
}

# A process group's pieces, ended in this order: the host first, for it may still talk to the provider.
tenon= provider=
stop() {
    trap '' INT TERM
    local one
    for one in $tenon $provider; do
        kill -TERM "$one" 2>/dev/null || true
        wait "$one" 2>/dev/null || true
    done
}

# start LOG PREFIX COMMAND...: starts it in the background and sets `child`, and `ready` to what follows PREFIX there.
start() {
    local log=$1 prefix=$2
    shift 2
    : >"$log"
    "$@" >>"$log" 2>&1 9>&- &
    child=$!
    until ready=$(sed -n "s|^$prefix||p" "$log" | head -n 1) && [[ -n $ready ]]; do
        if ! kill -0 "$child" 2>/dev/null; then
            cat "$log" >&2
            die "${1##*/} did not start (above; also in $log)"
        fi
        sleep 0.1
    done
}

write_config() {
    cat >"$var/tenon.yaml" <<YAML
# Written by ./dev run at each start. config/tenon.yaml explains every key.
listen: 127.0.0.1:$port
data_dir: $var
database: sqlite:$var/tenon.db
redirect_targets: ["http://127.0.0.1:*"]
bootstrap_api_key: \${TENON_BOOTSTRAP_API_KEY}
providers:
  demo:
    plugin: oauth2
    display_name: Demo provider
    issuer: $issuer
    client_id: demo-client
    client_secret: demo-secret
    scopes: [openid, profile, email, offline_access]
YAML
}

steps() {
    cat <<TEXT

Tenon runs on $url, its data is in $var. Ctrl-C stops it; ./dev run starts it again.
The first API key (also in $var/api-key): $key

Try it, in another shell:

  TENON=$url KEY=$key
  tenon() { curl -sS -X "\$1" "\$TENON/api/integrations/\$2" -H "Authorization: Bearer \$KEY" -H 'X-Tenon-User: ada' "\${@:3}"; echo; }

1. The user "ada" connects an account at the demo provider. Open the address in a browser and press Allow
   (or begin in the browser, on $url):

  tenon POST connect/demo -H 'Content-Type: application/json' -d '{"redirectUrl": "$url/livez"}' | tee $var/connect.json
  AUTH_URL=\$(sed 's/.*"authUrl": *"\([^"]*\)".*/\1/' $var/connect.json)

   or press it from here:

  curl -sSL -o /dev/null -w '%{url_effective}\n' -H 'X-Simulator-Consent: allow' "\$AUTH_URL"

2. What is connected, a token that works now, the profile:

  tenon GET status
  tenon GET token/demo/u1
  tenon GET profile/demo/u1

3. Renew the token before its time, then disconnect:

  tenon POST refresh/demo/u1
  tenon DELETE disconnect/demo/u1

The demo provider ($issuer) forgets its tokens when it stops: then connect again.
TEXT
}

umask 077
mkdir -p "$var"
exec 9>"$var/dev-run.lock"
flock -n 9 || die "another ./dev run uses $var already"
[[ -s $var/api-key ]] || head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$var/api-key"
key=$(cat "$var/api-key")
port=$(free_port "${TENON_PORT:-8080}")
demo_port=$(free_port "${TENON_DEMO_PORT:-9400}")

trap stop EXIT
trap 'exit 130' INT TERM
start "$var/provider.log" 'listening on ' \
    "$build/tests/support/simulator/tenon-simulator" --provider oidc --listen "127.0.0.1:$demo_port"
provider=$child issuer=$ready
write_config
TENON_BOOTSTRAP_API_KEY=$key start "$var/tenon.log" 'tenon: listening on ' \
    "$build/bin/tenon" serve --config "$var/tenon.yaml"
tenon=$child url=$ready
steps
wait "$tenon" || die "Tenon ended by itself: see $var/tenon.log"
