# `--province`: two years of a demonstration province, each factory's past imported and forwarded by a gateway of its
# own. The story is told in deploy/data/province/README.md.
data=deploy/data/province
late=JL19  # its December comes after the release

declare -A from=() to=()
while IFS=, read -r enterprise lines chance begins ends; do
  [ "$enterprise" = enterprise ] && continue
  # shellcheck disable=SC2086  # several families are several words
  add_factory "$enterprise" "$enterprise" plc1 "$chance" $lines
  from[$enterprise]=$begins to[$enterprise]=$ends
done <$data/factories.csv

midnight() { echo "$1T00:00:00+08:00"; }

# Runs COMMAND ENTERPRISE for all factories, two at a time; the first that fails ends it.
for_all() {  # WHAT COMMAND
  local enterprise done=0 running=0 before=${#pids[@]}
  for enterprise in "${factories[@]}"; do
    bar "$1" "$done" "${#factories[@]}"
    if [ "$running" -eq 2 ]; then
      wait -n || return 1
      done=$((done + 1)) running=1
    fi
    (trap 'exit 1' TERM; "$2" "$enterprise") &
    pids+=("$!")
    running=$((running + 1))
  done
  for _ in $(seq "$running"); do wait -n || return 1; done
  pids=("${pids[@]:0:before}")
}

settle() {  # ENTERPRISE: its past, up to December where it is late
  local end=${to[$1]}
  if [ "$1" = $late ]; then end=2019-12-01; fi
  import_history "$1" "$(midnight "${from[$1]}")" "$(midnight "$end")" >"$dir/$1/history.log" 2>&1 ||
    { cat "$dir/$1/history.log" >&2; return 1; }
}
forward() {  # ENTERPRISE
  gateway forward "$1" --drain --timeout 60s >"$dir/$1/drain.log" 2>&1 || { tail -n 3 "$dir/$1/drain.log" >&2; return 1; }
}

seconds() { say "$1 ($((SECONDS - since)) s)"; since=$SECONDS; }
since=$SECONDS

settle=1  # nobody waits here for a factory that reports a little later
write_centre 'imputation = "growth"'
cp $data/{enterprises,lines,base,ppi,prices}.csv $data/{target,groups}.toml deploy/data/catalogue.toml "$dir/register/"
central register import "$dir"/register/* >/dev/null
for enterprise in "${factories[@]}"; do
  write_gateway "$enterprise"
  enrol "$enterprise"
done
write_endpoints
start_broker uplink "$uplink"
launch "$dir/central.log" "$bin/songhua-central" run -c "$dir/central.toml"
wait_for_port "$web" "the centre" "$dir/central.log"
for_all "importing two years of each factory's lines" settle || fail "a history could not be made"
bar_done ""
seconds "${#factories[@]} factories have imported two years of their lines"
for_all "the centre takes what they forward" forward || fail "the centre did not take a factory's records"
central line gone JL16/plc1/rubber --at "$(midnight 2019-08-01)" >/dev/null
bar_done ""
seconds "the centre has committed all of it"

# Rates compare with last year's figures once these are final.
sleep $((settle + 1))
# A release freezes December; what changes it then is a revision: a month that comes late, a price that was wrong.
say "publishing December..."
central publish --period 2019-12 >"$dir/release.log" 2>&1 ||
  { tail -n 3 "$dir/release.log" >&2; fail "the release of December could not be made"; }
seconds "December is published"
import_late() {
  import_history $late "$(midnight 2019-12-01)" "$(midnight "${to[$late]}")" >"$dir/$late/history.log" 2>&1 && forward $late
}
import_late || fail "the late month of $late could not be made"
cp $data/prices-corrected.csv "$dir/register/"
central register import "$dir/register/prices-corrected.csv" >/dev/null
seconds "a late month and a corrected price have come"

say "page: http://127.0.0.1:$web/   where everything is: $dir/endpoints.json"
cat >&2 <<SAY
ask the centre, for instance:
  $bin/songhua-central indicators -c $dir/central.toml --period 2019-12 --cumulative --by division
  $bin/songhua-central explain value_added_growth -c $dir/central.toml --period 2019-12
  $bin/songhua-central expected -c $dir/central.toml --period 2019-12
  $bin/songhua-central revisions -c $dir/central.toml --from 2019-12 --to 2019-12
  $bin/songhua-central publish -c $dir/central.toml --show 2019-12/1
  $bin/songhua-central report -c $dir/central.toml --period 2019-12 -o 2019-12.html
SAY
if $once; then
  compare || { cat "$dir/compared.txt"; fail "totals differ from the ledgers"; }
  show_table --times 1 --province 2019-12
  echo "all $(grep -c ' equal' "$dir/compared.txt") totals of centre and edge equal the lines' own ledgers"
  exit 0
fi
show_table --every 30 --province 2019-12
