# `--once`: three hours of line time with trouble in between; then centre and edge must equal the ledgers.
. deploy/quickstart/two_factories.sh
begin

for enterprise in "${factories[@]}"; do
  start_lines "$enterprise" --speed max --rate 400 --duration 3h
  lines_pid[$enterprise]=$started
done
# Trouble comes while the lines work.
cut_at=$(date -u -d "$past_to 15 minutes" +%Y-%m-%dT%H:%M:%SZ)
for _ in $(seq 600); do
  reached=$(line_time E1)
  [[ -n $reached && ! $reached < $cut_at ]] && break
  sleep 0.05
done
kill -KILL "$uplink_pid"
wait "$uplink_pid" 2>/dev/null || true
kill -KILL "${gateway_pid[E1]}"
wait "${gateway_pid[E1]}" 2>/dev/null || true
kill -0 "${lines_pid[E1]}" 2>/dev/null || fail "the lines were done before the trouble began"
say "the centre's broker is cut off; gateway gw-e1 killed at ${reached:-?} of line time and started again"
start_gateway E1
for enterprise in "${factories[@]}"; do
  wait "${lines_pid[$enterprise]}" || { tail -n 20 "$dir/$enterprise/line.log" >&2; fail "the lines of $enterprise did not end in order"; }
done
say "the lines have stopped in order"
start_broker uplink "$uplink"
say "the centre's broker is back"

for _ in $(seq 60); do
  forward_all 60s || fail "the centre did not commit all batches"
  if compare; then
    bar_done ""
    cat "$dir/compared.txt"
    echo "all $(grep -c ' equal' "$dir/compared.txt") totals of centre and edge equal the lines' own ledgers"
    exit 0
  fi
  sleep 0.5
done
bar_done ""
cat "$dir/compared.txt"
say "totals differ from the ledgers"
exit 1
