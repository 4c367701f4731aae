#!/usr/bin/env bash
# A private PostgreSQL for tests: its own folder, a unix socket and no port, fsync on.
#   postgres.sh start DIR   makes the cluster where there is none, starts it, prints an Npgsql connection string
#   postgres.sh stop DIR    stops it; the folder is the caller's to remove
# Exits 3 when this machine has no PostgreSQL.
set -euo pipefail

command=${1:?start or stop}
dir=${2:?a folder}

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)" 2>/dev/null || true)
[ -x "$bin/initdb" ] && [ -x "$bin/pg_ctl" ] || { echo "no PostgreSQL server is installed (initdb, pg_ctl)" >&2; exit 3; }

# PostgreSQL refuses to run as root.
as() { (cd "$dir"; if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi); }

case $command in
  start)
    mkdir -p "$dir"
    dir=$(cd "$dir"; pwd)
    [ ${#dir} -le 80 ] || { echo "the folder's name is too long for a unix socket: $dir" >&2; exit 1; }
    chmod 755 "$dir"
    [ "$(id -u)" != 0 ] || chown postgres "$dir"
    [ -d "$dir/data" ] || as "$bin/initdb" -D "$dir/data" -U nurture -A trust -E UTF8 --locale=C.UTF-8 >"$dir/initdb.out" 2>&1 \
      || { cat "$dir/initdb.out" >&2; exit 1; }
    as "$bin/pg_ctl" -w -D "$dir/data" -l "$dir/postgres.log" \
      -o "-c listen_addresses='' -c unix_socket_directories='$dir' -c max_connections=200" start >/dev/null </dev/null \
      || { cat "$dir/postgres.log" >&2; exit 1; }
    echo "Host=$dir;Username=nurture;Database=postgres"
    ;;
  stop)
    dir=$(cd "$dir"; pwd)
    as "$bin/pg_ctl" -w -D "$dir/data" -m fast stop >/dev/null
    ;;
  *)
    echo "start or stop, not $command" >&2
    exit 2
    ;;
esac
