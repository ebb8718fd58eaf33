# A PostgreSQL of one's own for tests: own folder, own port, stopped and removed at the end. Sourced by
# `.ci/run`, which installs it; exports CAIFENG_TEST_POSTGRES.

# initdb refuses root: then the user that Debian's package brings does it.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

stop_postgres() {
  local pid
  pid=$(head -n 1 "$POSTGRES_FOLDER/data/postmaster.pid" 2>/dev/null) || pid=
  if [ -n "$pid" ]; then
    kill -INT "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf "$POSTGRES_FOLDER"
}

start_postgres() {
  local programs port
  programs=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
  POSTGRES_FOLDER=$(mktemp -d)
  trap stop_postgres EXIT
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$POSTGRES_FOLDER"; fi
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  # In that folder, as the user may not be allowed to be in this one.
  (
    cd "$POSTGRES_FOLDER"
    as_postgres "$programs/initdb" -D data -U caifeng --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null
    as_postgres "$programs/pg_ctl" -D data -l log -w start \
      -o "-p $port -k $POSTGRES_FOLDER -c listen_addresses=127.0.0.1 -c max_connections=300" >/dev/null
    as_postgres "$programs/createdb" -h 127.0.0.1 -p "$port" -U caifeng caifeng_test
  )
  export CAIFENG_TEST_POSTGRES="postgres://caifeng@127.0.0.1:$port/caifeng_test"
}
