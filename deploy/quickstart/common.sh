# What the quick start needs of the machine: ports, processes that end with it, progress, settings files.
# Sourced by deploy/quickstart.sh; needs $dir, $bin and $port_base.

say() { echo "$*" >&2; }
fail() { say "$0: $*"; exit 3; }

# --- progress: a bar where a person looks on, a line at the end where not

bar() {  # WHAT DONE TOTAL
  [ -t 2 ] || return 0
  local width=30 filled
  filled=$(($3 > 0 ? width * $2 / $3 : width))
  printf '\r\033[K%-44s [%s%s] %s/%s' "$1" "$(printf '%*s' "$filled" '' | tr ' ' '#')" \
    "$(printf '%*s' $((width - filled)) '' | tr ' ' '.')" "$2" "$3" >&2
}
bar_done() {  # WHAT IT SAYS WHEN OVER
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
  say "$1"
}

# Builds the given targets; ninja's own count moves the bar.
build() {
  local log line
  log=$(mktemp)
  say "building (the first time takes some minutes)..."
  if ! cmake --preset release >"$log" 2>&1 || ! cmake --build --preset release --target "$@" 2>&1 | tee -a "$log" | {
    while read -r line; do
      if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then bar building "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; fi
    done
  }; then
    if [ -t 2 ]; then printf '\r\033[K' >&2; fi
    grep -E 'error|Error' "$log" >&2 || tail -n 20 "$log" >&2
    fail "the build failed; all it said: $log"
  fi
  rm -f "$log"
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
}

# --- ports

# Sets $free to the next loopback port, from the base on, on which nobody listens.
next_port=$port_base
free_port() {
  while (exec 3<>"/dev/tcp/127.0.0.1/$next_port") 2>/dev/null; do next_port=$((next_port + 1)); done
  free=$next_port
  next_port=$((next_port + 1))
}

wait_for_port() {  # PORT WHAT LOG
  local _
  for _ in $(seq 200); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  tail -n 5 "$3" >&2 || true
  fail "$2 does not answer on port $1"
}

# --- processes

# Started last goes first: lines before their gateway, gateways before the centre, brokers at the end.
pids=()
# Sets $started. A session of its own keeps Ctrl-C for the script, which then stops all in order; and should the script
# itself be killed, the kernel ends them.
launch() {  # LOG COMMAND...
  local log=$1
  shift
  setsid setpriv --pdeathsig TERM "$@" >>"$log" 2>&1 &
  started=$!
  pids+=("$started")
}

stop() {  # PID: in order, within ten seconds; killed after that
  local _
  kill -TERM "$1" 2>/dev/null || return 0
  for _ in $(seq 200); do
    kill -0 "$1" 2>/dev/null || break
    sleep 0.05
  done
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

stop_all() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do stop "${pids[i]}"; done
  pids=()
}

start_broker() {  # NAME PORT
  # A thousand queued messages, the default, are dropped without a word; twenty in flight throttle QoS 1.
  printf 'listener %s 127.0.0.1\nallow_anonymous true\nmax_queued_messages 1000000\nmax_inflight_messages 100\n' \
    "$2" >"$dir/$1.conf"
  launch "$dir/$1.log" "$(command -v mosquitto || echo /usr/sbin/mosquitto)" -c "$dir/$1.conf"
  wait_for_port "$2" "the broker $1" "$dir/$1.log"
}

# The table, until it ends or a signal comes; in the background, since bash looks at signals only while it waits.
show_table() {  # OPTIONS OF table.py...
  setsid setpriv --pdeathsig TERM python3 deploy/quickstart/table.py "http://127.0.0.1:$web/" "$@" &
  pids+=("$!")
  wait "$!"
}
