#!/bin/sh
# no_floating_point.sh GATEWAY: status 1 and the lines where a room of official figures uses floating point.
# Comments and texts do not count. The one exception turns a gauge's double into fixed point and is no figure.
set -eu
cd "$1"
found=0
for room in model rollup indicators disclosure figures central; do
  [ -d "$room" ] || continue
  for file in "$room"/*.h "$room"/*.cpp; do
    [ -f "$file" ] || continue
    lines=$(sed -E -e 's:"([^"\\]|\\.)*":"":g' -e 's://.*::' "$file" |
      grep -nE '(^|[^A-Za-z0-9_])(float|double|stof|stod|stold|strtof|strtod|atof)([^A-Za-z0-9_]|$)' |
      grep -vE 'from_double\(double value\)|const double mantissa = std::frexp|numeric_limits<double>::digits' || true)
    [ -z "$lines" ] && continue
    echo "$lines" | sed "s:^:gateway/$file\::"
    found=1
  done
done
exit "$found"
