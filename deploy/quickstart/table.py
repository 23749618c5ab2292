"""The table of the quick start: asks the centre over HTTP what a person would see on its page, again and again.

usage: table.py CENTRE_URL [--edge URL]... [--province MONTH] [--every SECONDS] [--times N]
Figures are shown as the centre gives them; nothing is computed here but sums of whole quantities.
"""

import argparse
import json
import signal
import sys
import time
import urllib.parse
import urllib.request
from datetime import datetime

CLEAR = "\033[H\033[2J"
INDICATORS = {
    "industrial_value_added": "value added",
    "value_added_growth_cumulative": "growth, comparable prices",
    "target.target_growth_pct": "target",
    "target.gap_pp": "gap to the target",
    "target.required_growth_rest_pct": "growth that the rest of the year needs",
}


# PackML states, as the page names them.
STATES = {1: "clearing", 2: "stopped", 3: "starting", 4: "idle", 5: "suspended", 6: "execute", 7: "stopping",
          8: "aborting", 9: "aborted", 10: "holding", 11: "held", 12: "unholding", 13: "suspending",
          14: "unsuspending", 15: "resetting", 16: "completing", 17: "complete"}


class Program:
    def __init__(self, url):
        self.url = url.rstrip("/") + "/api/v1/"

    def get(self, what, **parameters):
        query = urllib.parse.urlencode({key.replace("_", "-"): value for key, value in parameters.items()})
        with urllib.request.urlopen(f"{self.url}{what}?{query}", timeout=30) as answer:
            return json.load(answer)

    def indicator(self, name, period, **parameters):
        return self.get("indicators", indicator=name, period=period, **parameters)


def months_before(month, count):
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 - count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def latest_rated(centre, month):
    """The latest month that has ended and whose cumulative growth exists: in January that is last year's December. The
    running month against the whole one of last year would show a fall that is none."""
    for back in range(1, 4):
        candidate = months_before(month, back)
        rows = centre.indicator("value_added_growth_cumulative", candidate, cumulative="true")
        if rows and rows[0]["value"] is not None:
            return candidate
    return month


def grouped(value):
    whole, dot, rest = str(value).partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole.lstrip("-") not in ("", "0") else str(value)


def shown(row):
    if row["value"] is None:
        return f"- ({row.get('reason', '')})"
    marks = [] if row["status"] == "final" else [row["status"]]
    marks += [flag for flag in row.get("flags", []) if flag in ("estimated", "imputed")]
    if row.get("conf") in ("C", "D"):
        marks.append("withheld from others")
    return f"{grouped(row['value'])} {row['unit']}  {', '.join(marks)}".rstrip()


def span(milliseconds):
    if milliseconds is None:
        return "-"
    seconds = milliseconds // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def states_of(edges):
    """What each line does now, by its gateway; a gateway that is just being killed has nothing to say."""
    states = {}
    for edge in edges:
        try:
            for line in edge.get("lines"):
                states[line["line"]] = STATES.get(line.get("state"), "?") if line.get("online") else "offline"
        except OSError:
            continue
    return states


def line_rows(centre, edges, today):
    """State, OEE and output of the day, by line."""
    outputs = {}
    for row in centre.get("rollup", grain="day", measure="output.good", **{"from": f"{today}T00:00"}):
        products = outputs.setdefault((row["enterprise"], row["line"]), {})
        total, unit = products.get(row["product"], (0, row["unit"]))
        products[row["product"]] = (total + row["quantity"], unit)
    oee = {row["scope"].get("line"): row for row in centre.indicator("oee", today, by="line")}
    states = states_of(edges)
    for line in centre.get("lines"):
        made = outputs.get((line["enterprise"], line["line"]), {})
        text = ", ".join(f"{total:,} {unit} {product}" for product, (total, unit) in sorted(made.items()))
        rate = oee.get(line["line"])
        rate = f"{rate['value']} %" if rate and rate["value"] is not None else "-"
        yield (line["enterprise"], line["line"], states.get(line["line"], "-"), rate, (line["last"] or "")[11:19],
               text or "-")


def table(headings, rows):
    rows = [headings, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(headings))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def headline(centre, period, running=None):
    lines = [f"province, {period[:5]}01 to {period[5:]}"]
    for name, text in INDICATORS.items():
        rows = centre.indicator(name, period, cumulative="true")
        if rows:
            lines.append(f"  {text:<40}{shown(rows[0])}")
    if running and running != period:
        rows = centre.indicator("industrial_value_added", running)
        if rows:
            lines.append(f"  {'value added, this month so far':<40}{shown(rows[0])}")
    return lines


def working_lines(centre, edges):
    status = centre.get("status")
    now = status["now"]
    today = now[:10]
    lags = ", ".join(f"{g['gateway']} {span(g['lag_ms'])}" for g in status["gateways"])
    lines = [now[:19].replace("T", " "), ""]
    lines += table(("enterprise", "line", "state", "OEE today", "heard of", "output today"),
                   list(line_rows(centre, edges, today)))
    return lines + ["", f"forwarding lag: {lags}", "", *headline(centre, latest_rated(centre, today[:7]), today[:7])]


def parts(centre, period, by):
    """Value added and its growth by division, prefecture..., as the bulletin has them."""
    growth = {str(row["scope"]): row
              for row in centre.indicator("value_added_growth_cumulative", period, cumulative="true", by=by)}
    rows = []
    for row in centre.indicator("industrial_value_added", period, cumulative="true", by=by):
        rate = growth.get(str(row["scope"]))
        rows.append((" ".join(row["scope"].values()), shown(row), shown(rate) if rate else "-"))
    return table((by, "value added", "growth"), rows)


def whole_province(centre, period):
    lines = headline(centre, period)
    for by in ("division", "prefecture"):
        lines += ["", *parts(centre, period, by)]
    exports = centre.indicator("export_delivery_value", period, cumulative="true", by="market_group")
    rows = [(row["scope"].get("market_group", ""), shown(row)) for row in exports]
    return lines + ["", *table(("exports to", "export delivery value"), rows)]


def main():
    parser = argparse.ArgumentParser(description="The quick start's table of lines and province.")
    parser.add_argument("centre")
    parser.add_argument("--edge", action="append", default=[], help="address of a gateway, for the states of its lines")
    parser.add_argument("--province", metavar="MONTH", help="divisions and prefectures up to that month, not lines")
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--times", type=int, default=0, help="0: until it is ended")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    centre = Program(options.centre)
    edges = [Program(url) for url in options.edge]
    times = 0
    while True:
        try:
            lines = whole_province(centre, options.province) if options.province else working_lines(centre, edges)
            text = "\n".join([options.centre, *lines])
        except (OSError, ValueError, KeyError) as problem:
            text = f"{datetime.now():%H:%M:%S} the centre does not answer: {problem}"
        print((CLEAR if sys.stdout.isatty() else "") + text, flush=True)
        times += 1
        if times == options.times:
            return
        time.sleep(options.every)


if __name__ == "__main__":
    main()
