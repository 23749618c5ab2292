"""The table of the quick start: asks the centre over HTTP what a person would see on its page, again and again.

usage: table.py CENTRE_URL [--every SECONDS] [--times N] [--period MONTH]
Figures are shown as the centre gives them; nothing is computed here but sums of whole quantities.
"""

import argparse
import json
import signal
import sys
import time
import urllib.error
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


class Centre:
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
    """The latest month whose cumulative growth exists: in January that is last year's December."""
    for back in range(3):
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
    mark = "" if row["status"] == "final" else f"  {row['status']}"
    return f"{grouped(row['value'])} {row['unit']}{mark}"


def span(milliseconds):
    if milliseconds is None:
        return "-"
    seconds = milliseconds // 1000
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"


def line_rows(centre, today):
    """Output of the day by line, largest product first, and the line's OEE."""
    outputs = {}
    for row in centre.get("rollup", grain="day", measure="output.good", **{"from": f"{today}T00:00"}):
        products = outputs.setdefault((row["enterprise"], row["line"]), {})
        total, unit = products.get(row["product"], (0, row["unit"]))
        products[row["product"]] = (total + row["quantity"], unit)
    oee = {row["scope"].get("line"): row for row in centre.indicator("oee", today, by="line")}
    for line in centre.get("lines"):
        made = outputs.get((line["enterprise"], line["line"]), {})
        text = ", ".join(f"{total:,} {unit} {product}" for product, (total, unit) in sorted(made.items()))
        rate = oee.get(line["line"])
        yield (line["enterprise"], line["line"], shown_rate(rate), (line["last"] or "")[11:19], text or "-")


def shown_rate(row):
    return f"{row['value']} %" if row and row["value"] is not None else "-"


def table(headings, rows):
    rows = [headings, *rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(headings))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def picture(centre, url, month):
    status = centre.get("status")
    now = status["now"]
    today = now[:10]
    lags = ", ".join(f"{g['gateway']} {span(g['lag_ms'])}" for g in status["gateways"])
    lines = [f"{now[:19].replace('T', ' ')}  {url}", ""]
    lines += table(("enterprise", "line", "OEE today", "heard of", "output today"), list(line_rows(centre, today)))
    period = month or latest_rated(centre, today[:7])
    lines += ["", f"last batch: {lags}", "", f"province, January to {period}"]
    for name, text in INDICATORS.items():
        rows = centre.indicator(name, period, cumulative="true")
        if rows:
            lines.append(f"  {text:<40}{shown(rows[0])}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="The quick start's table of lines and province.")
    parser.add_argument("centre")
    parser.add_argument("--every", type=float, default=5)
    parser.add_argument("--times", type=int, default=0, help="0: until it is ended")
    parser.add_argument("--period", help="MONTH, where the latest is not meant")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    centre = Centre(options.centre)
    times = 0
    while True:
        try:
            text = picture(centre, options.centre, options.period)
        except (OSError, urllib.error.URLError, ValueError, KeyError) as problem:
            text = f"{datetime.now():%H:%M:%S} the centre does not answer: {problem}"
        print((CLEAR if sys.stdout.isatty() else "") + text, flush=True)
        times += 1
        if times == options.times:
            return
        time.sleep(options.every)


if __name__ == "__main__":
    main()
