# A centre and factories for it: settings, keys, history, gateways, lines. Sourced by deploy/quickstart.sh.
# A factory is named by its enterprise's id; these say what stands there:
declare -A site=() controller=() seed=() families=() edge_port=()
factories=()

add_factory() {  # ENTERPRISE SITE CONTROLLER SEED FAMILY[:NAME]...
  factories+=("$1")
  site[$1]=$2 controller[$1]=$3 seed[$1]=$4
  families[$1]="${*:5}"
}
gateway_toml() { echo "$dir/$1/gateway.toml"; }
gateway() { "$bin/songhua-gateway" "$1" "${@:3}" -c "$(gateway_toml "$2")"; }  # COMMAND ENTERPRISE ARGUMENTS...
central() { "$bin/songhua-central" "$@" -c "$dir/central.toml"; }

# --- settings

# Figures of these runs are final ten seconds after the last reading that they need, so that one sees them settle.
settle=10
write_centre() {  # RULES...: further lines of [rules]
  cat >"$dir/central.toml" <<CONF
region = "220000"
store = "sqlite://$dir/centre.db"

[broker]
servers = ["tcp://127.0.0.1:$uplink"]

[http]
listen = "127.0.0.1:$web"

[rules]
settle = "${settle}s"
$(printf '%s\n' "$@")
CONF
}

# Histories have a reading at every midnight: only what is missing for longer than 25 hours is a gap.
write_gateway() {  # ENTERPRISE
  mkdir -p "$dir/$1"
  cat >"$(gateway_toml "$1")" <<CONF
id = "gw-${1,,}"
enterprise = "$1"
store = "store"
catalogue = "../register/catalogue.toml"
register = "../register"

[sparkplug]
host_id = "songhua-${1,,}"
servers = ["tcp://127.0.0.1:$plant"]
subscribe = ["spBv1.0/${site[$1]}/#"]

[forward]
servers = ["tcp://127.0.0.1:$uplink"]
cadence = "2s"

[http]
listen = "${edge_port[$1]:+127.0.0.1:${edge_port[$1]}}"

[rules]
gap = "25h"
settle = "${settle}s"
CONF
}

enrol() {  # ENTERPRISE
  gateway key "$1" >"$dir/$1/gateway.pub"
  central register gateway "$1/gw-${1,,}" --key "$dir/$1/gateway.pub" >/dev/null
}

# Everything that scripts may want to reach, absolute paths all.
write_endpoints() {
  local enterprise comma=""
  {
    printf '{"plant_broker": "tcp://127.0.0.1:%s", "centre_broker": "tcp://127.0.0.1:%s",\n' "$plant" "$uplink"
    printf ' "register": "%s", "logs": {"plant_broker": "%s", "centre_broker": "%s"},\n' "$dir/register" \
      "$dir/plant.log" "$dir/uplink.log"
    printf ' "centre": {"config": "%s", "http": "http://127.0.0.1:%s/", "store": "%s", "log": "%s"},\n "gateways": [' \
      "$dir/central.toml" "$web" "$dir/centre.db" "$dir/central.log"
    for enterprise in "${factories[@]}"; do
      local at=$dir/$enterprise page=null control=null
      if [ -n "${edge_port[$enterprise]:-}" ]; then page="\"http://127.0.0.1:${edge_port[$enterprise]}/\""; fi
      if [ -n "${edge_port[$enterprise]:-}" ]; then control="\"$at/line.sock\""; fi
      printf '%s\n  {"id": "gw-%s", "enterprise": "%s", "config": "%s", "http": %s, "store": "%s", "control": "%s",\n' \
        "$comma" "${enterprise,,}" "$enterprise" "$(gateway_toml "$enterprise")" "$page" "$at/store" \
        "$at/store/control.sock"
      printf '   "log": "%s", "ledger": "%s", "lines": {"site": "%s", "controller": "%s", "control": %s, "log": "%s"}}' \
        "$at/gateway.log" "$at/ledger.csv" "${site[$enterprise]}" "${controller[$enterprise]}" "$control" "$at/line.log"
      comma=,
    done
    printf '\n ]}\n'
  } >"$dir/endpoints.json"
}

# --- lines

line_arguments() {  # ENTERPRISE: sets $arguments
  local family
  arguments=(--site "${site[$1]}" --controller "${controller[$1]}" --seed "${seed[$1]}"
    --nvram "$dir/$1/nvram" --ledger "$dir/$1/ledger.csv")
  for family in ${families[$1]}; do arguments+=(--line "$family"); done
}

# The past of a factory's lines, as it would come out of a historian, through the same gateway as live data.
import_history() {  # ENTERPRISE FROM TO [OPTIONS OF history...]
  local arguments
  line_arguments "$1"
  "$bin/songhua-line" history "${arguments[@]}" --from "$2" --to "$3" "${@:4}" -o "$dir/$1/history.jsonl" &&
    gateway import "$1" "$dir/$1/history.jsonl" && rm "$dir/$1/history.jsonl"
}

start_gateway() { launch "$dir/$1/gateway.log" "$bin/songhua-gateway" run -c "$(gateway_toml "$1")"; }  # ENTERPRISE

start_lines() {  # ENTERPRISE ARGUMENTS...: they go on from where their history ended
  local arguments
  line_arguments "$1"
  launch "$dir/$1/line.log" "$bin/songhua-line" run --broker "tcp://127.0.0.1:$plant" "${arguments[@]}" \
    --primary-host "songhua-${1,,}" --reconnect 100ms..1s --control "$dir/$1/line.sock" "${@:2}"
}
line_time() {  # ENTERPRISE: UTC, as text that sorts; nothing while they do not answer
  "$bin/songhua-line" ctl "$dir/$1/line.sock" state 2>/dev/null | grep -o '"line_time":"[^"]*"' | cut -d '"' -f 4 || true
}
