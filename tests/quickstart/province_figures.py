#!/usr/bin/env python3
"""What must be seen in the demonstration province (deploy/data/province/README.md): headline figures, and each rule.

province_figures.py centre ENDPOINTS.json     asks the running centre over HTTP
province_figures.py bulletin BULLETIN.csv     reads the bulletin of December 2019
province_figures.py release RELEASE.json BULLETIN.csv STORE     the bulletin of a period that was released withholds what
                                              the release withheld, no more and no less, and has decided nothing
Tells what is missing and ends with status 1.
"""
import csv
import json
import sqlite3
import sys
import urllib.request
from fractions import Fraction

HEADLINE = ("industrial_value_added", "value_added_growth", "production_index_published", "sales_output_ratio",
            "export_delivery_value", "energy_consumption", "connection_rate")


def ask_centre(endpoints):
    with open(endpoints) as file:
        http = json.load(file)["centre"]["http"]
    base = (http if http.startswith("http") else "http://" + http).rstrip("/") + "/api/v1/indicators?period="

    def rows(query, period="2019-12"):
        with urllib.request.urlopen(base + period + query, timeout=300) as answer:
            return json.load(answer)

    problems = []
    for name in HEADLINE:
        found = rows("&indicator=" + name)
        if len(found) != 1 or found[0]["value"] is None:
            problems.append("no %s for the province: %s" % (name, found))
    by_prefecture = rows("&indicator=industrial_value_added&by=prefecture")
    if len(by_prefecture) < 9 or any(row["value"] is None for row in by_prefecture):
        problems.append("the operator does not see all prefectures: %s" % by_prefecture)
    # The factory that fell silent after October: what is put in for its months is in the year so far, too.
    silent = "&indicator=industrial_value_added_comparable&enterprise=JL20&exact"
    months = [rows(silent, "2019-%02d" % month)[0] for month in range(1, 13)]
    year = rows(silent + "&cumulative=true")[0]
    if sum(Fraction(row["exact"]) for row in months) != Fraction(year["exact"]):
        problems.append("JL20's months do not add up: %s and %s" % ([row["value"] for row in months], year))
    if [row["period"] for row in months if "imputed" in row.get("flags", [])] != ["2019-11", "2019-12"]:
        problems.append("JL20 is not estimated in November and December: %s" % months)
    if "imputed" not in year.get("flags", []) or year["status"] != "preliminary":
        problems.append("JL20's year does not say that it holds estimates: %s" % year)
    return problems


def read_bulletin(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    def some(what, test):
        found = [row for row in rows if test(row)]
        return [] if found else ["the bulletin has no " + what]

    def flags(row):
        return row["flags"].split(";")

    problems = some("withheld cell", lambda row: not row["value"] and "confidential" in flags(row))
    problems += some("revised figure", lambda row: row["status"] == "revised")
    problems += some("line in its table of revisions", lambda row: row["table"] == "revisions" and row["value"])
    problems += some("estimate in the month", lambda row: row["column"].startswith("period.") and "imputed" in flags(row))
    problems += some("estimate in the year so far",
                     lambda row: row["column"].startswith("cumulative.") and "imputed" in flags(row))
    for name in HEADLINE:
        of_total = ("period." + name, "cumulative." + name)
        problems += some(name + " of the province", lambda row: row["value"] and (
            row["row"] == name or (row["row"] == "total" and row["column"] in of_total)))
    # The headline, the target and the path of the target are one figure.
    cumulative = {row["value"] for row in rows
                  if row["row"] == "target.cumulative_growth_pct"
                  or (row["row"] == "value_added_growth" and row["column"].startswith("cumulative"))
                  or (row["table"] == "target_path" and row["row"] == "2019" and row["column"] == "growth")}
    if len(cumulative) != 1:
        problems.append("the year's growth is told differently: %s" % cumulative)
    return problems


def compare_release(release, bulletin, store):
    key_of = {"industries": "industry", "key_industries": "group", "special_groups": "group", "products": "product",
              "regions": "region", "export_countries": "market", "export_groups": "market_group"}
    with open(release) as file:
        released = {(row["indicator"], row["period"], tuple(sorted(row["scope"].items()))):
                    row.get("reason") == "confidential" for row in json.load(file)}
    problems, compared, withheld = [], 0, 0
    with open(bulletin, encoding="utf-8-sig", newline="") as file:
        for cell in csv.DictReader(file):
            if cell["table"] not in key_of:
                continue
            scope = {"region": "220000"}
            if cell["row"] != "total":
                scope[key_of[cell["table"]]] = cell["row"]
            name = (cell["column"].partition(".")[2], cell["period"], tuple(sorted(scope.items())))
            if name not in released:
                continue
            compared += 1
            withheld += released[name]
            if ("confidential" in cell["flags"].split(";")) != released[name]:
                problems.append("%s is %swithheld by the release: %s" % (name, "" if released[name] else "not ", cell))
    if compared < 300 or withheld < 100:
        problems.append("only %d figures of both, %d of them withheld" % (compared, withheld))
    times = sqlite3.connect("file:%s?mode=ro" % store, uri=True).execute("SELECT DISTINCT stored FROM decision").fetchall()
    if len(times) != 1:
        problems.append("decisions of %d times: the bulletin decided anew" % len(times))
    return problems


def main():
    kind, *files = sys.argv[1:]
    problems = {"centre": ask_centre, "bulletin": read_bulletin, "release": compare_release}[kind](*files)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
