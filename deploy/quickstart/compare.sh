# Every total of centre, edge and ledger side by side. Sourced by deploy/quickstart.sh; needs $dir and $factories.

# Writes $dir/compared.txt; status 0 when all are equal. A line's ledger leaves out zeros: a missing row is 0.
compare() {
  local enterprise first=true only_data
  central rollup --grain total --format csv >"$dir/centre.csv" 2>/dev/null || return 1
  {
    echo '.mode csv'
    echo ".import '$dir/centre.csv' centre"
    for enterprise in "${factories[@]}"; do
      gateway rollup "$enterprise" --grain total --format csv >"$dir/$enterprise/total.csv" 2>/dev/null || return 1
      only_data="--skip 1"
      if $first; then only_data=""; fi  # the first file's header names the columns
      echo ".import $only_data '$dir/$enterprise/total.csv' edge"
      echo ".import $only_data '$dir/$enterprise/ledger.csv' ledger"
      first=false
    done
    cat <<'SQL'
.mode column
.headers on
WITH counted(line, measure, product, market, place, quantity) AS (
       SELECT line, measure, product, market, 'ledger', CAST(quantity AS INTEGER) FROM ledger
       UNION ALL SELECT line, measure, product, market, 'edge', CAST(quantity AS INTEGER) FROM edge
       UNION ALL SELECT line, measure, product, market, 'centre', CAST(quantity AS INTEGER) FROM centre),
     sums AS (
       SELECT line, measure, product, market, sum(quantity * (place = 'ledger')) AS ledger,
              sum(quantity * (place = 'edge')) AS edge, sum(quantity * (place = 'centre')) AS centre
       FROM counted
       WHERE measure LIKE 'output.%' OR measure LIKE 'dispatch.%' OR measure LIKE 'time.%' OR measure LIKE 'energy.%'
          OR measure IN ('labour.time', 'event.failures')
       GROUP BY 1, 2, 3, 4)
SELECT *, CASE WHEN ledger = edge AND ledger = centre THEN 'equal' ELSE 'DIFFERENT' END AS verdict
FROM sums ORDER BY 1, 2, 3, 4;
SQL
  } | sqlite3 -batch :memory: >"$dir/compared.txt"
  ! grep -q DIFFERENT "$dir/compared.txt" && grep -q equal "$dir/compared.txt"
}

# Waits until the centre has committed all that the gateways hold; the bar counts factories.
forward_all() {  # TIMEOUT
  local enterprise done=0
  for enterprise in "${factories[@]}"; do
    bar "the centre takes what they forward" "$done" "${#factories[@]}"
    gateway forward "$enterprise" --drain --timeout "$1" >"$dir/$enterprise/drain.log" 2>&1 ||
      { tail -n 3 "$dir/$enterprise/drain.log" >&2; return 1; }
    done=$((done + 1))
  done
}
