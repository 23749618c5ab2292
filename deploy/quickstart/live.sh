# The default: lines go on from their past, catch up with the clock and work in real time, until Ctrl-C.
. deploy/quickstart/two_factories.sh
begin

# Three minutes of line time a second: hours pass while one looks on.
for enterprise in "${factories[@]}"; do start_lines "$enterprise" --speed 180; done
say "the lines run fast until they have caught up with the clock; Ctrl-C ends all"
edges=()
for enterprise in "${factories[@]}"; do edges+=(--edge "http://127.0.0.1:${edge_port[$enterprise]}/"); done
show_table --every "$([ -t 1 ] && echo 3 || echo 10)" "${edges[@]}"
