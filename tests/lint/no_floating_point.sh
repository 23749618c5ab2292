#!/bin/sh
# no_floating_point.sh GATEWAY: status 1 and the lines where a room on the way to official figures uses floating point:
# its types, functions that read or make it, or numbers written with a point or an exponent.
# Comments and texts do not count. Exceptions: a wire's double is turned into fixed point, or refused; a workbook's cells
# and widths are doubles by its format, beside the exact text of the other files; a style sheet is no code.
set -eu
cd "$1"
words='float|double|stof|stod|stold|strtof|strtod|atof'
calls='std::(round|lround|pow|log|exp|sqrt|ldexp|frexp|modf)\('
numbers='(^|[^A-Za-z0-9_.])[0-9]+(\.[0-9]+|[eE][0-9]+)([^0-9A-Za-z_.]|$)'
found=0
for room in model lines imports ingest rollup storage forward query indicators disclosure figures central report; do
  [ -d "$room" ] || continue
  for file in "$room"/*.h "$room"/*.cpp; do
    [ -f "$file" ] || continue
    case "$file" in report/xlsx.cpp | report/style.cpp) continue ;; esac
    lines=$(sed -E -e 's:"([^"\\]|\\.)*":"":g' -e 's://.*::' "$file" |
      grep -nE "(^|[^A-Za-z0-9_])($words)([^A-Za-z0-9_]|\$)|$calls|$numbers" |
      grep -vE 'from_double\(double value\)|const double mantissa = std::frexp|numeric_limits<double>::digits' |
      grep -vE 'std::ldexp\(mantissa, kBits\)|std::(get_if|holds_alternative)<double>' || true)
    [ -z "$lines" ] && continue
    echo "$lines" | sed "s:^:gateway/$file\::"
    found=1
  done
done
exit "$found"
