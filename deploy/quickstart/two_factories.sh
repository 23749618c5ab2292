# Two factories with all six families, and their past. Sourced by deploy/quickstart/live.sh and once.sh.

# Factory E1 makes vehicles and lasers, E2 rubber, fertilizer and satellites; each gateway hears its own site only.
add_factory E1 S1 C1 1 auto railcar laser
add_factory E2 S2 C2 2 rubber fertilizer satellite
for enterprise in "${factories[@]}"; do
  free_port
  edge_port[$enterprise]=$free
done

# The year that is shown, against the one before it: the last one until January and February, which are one block, are
# over.
year=$(TZ=Asia/Shanghai date +%Y)
[ "$(TZ=Asia/Shanghai date +%-m)" -gt 2 ] || year=$((year - 1))
past_from=$((year - 1))-01-01T00:00:00+08:00
past_to=$(date -u -d '3 hours ago' +%Y-%m-%dT%H:00:00Z)  # whole hours ago: its last reading stands on an hour's border
fine_from=$(TZ=Asia/Shanghai date -d '7 days ago' +%Y-%m-%dT00:00:00+08:00)

# The year before is the base: its mean prices are the comparable ones, its quantities the weights.
write_register() {
  cp deploy/data/quickstart/{enterprises,lines}.csv "$dir/register/"
  sed "s/^base_year = .*/base_year = $((year - 1))/" deploy/data/catalogue.toml >"$dir/register/catalogue.toml"
  sed "s/@year@/$year/" deploy/data/quickstart/target.toml.in >"$dir/register/target.toml"
  central register import "$dir"/register/* >/dev/null
}

begin() {
  local enterprise done=0 log
  write_centre
  write_register
  for enterprise in "${factories[@]}"; do
    write_gateway "$enterprise"
    enrol "$enterprise"
  done
  write_endpoints
  start_broker plant "$plant"
  start_broker uplink "$uplink"
  uplink_pid=$started
  launch "$dir/central.log" "$bin/songhua-central" run -c "$dir/central.toml"
  wait_for_port "$web" "the centre" "$dir/central.log"
  for enterprise in "${factories[@]}"; do
    bar "importing two years of the lines' past" "$done" "${#factories[@]}"
    log=$dir/$enterprise/history.log
    import_history "$enterprise" "$past_from" "$past_to" --fine-from "$fine_from" --fine-interval 1h >"$log" 2>&1 ||
      { cat "$log" >&2; fail "the history of $enterprise could not be made"; }
    done=$((done + 1))
  done
  forward_all 60s || fail "the centre did not take the history"
  bar_done "history of ${past_from%%T*} to $past_to imported and forwarded"
  for enterprise in "${factories[@]}"; do
    start_gateway "$enterprise"
    gateway_pid[$enterprise]=$started
  done
  say "pages: centre http://127.0.0.1:$web/   $(for enterprise in "${factories[@]}"; do
    printf '%s http://127.0.0.1:%s/   ' "$enterprise" "${edge_port[$enterprise]}"; done)"
  say "where everything is: $dir/endpoints.json"
}
declare -A gateway_pid=() lines_pid=()
