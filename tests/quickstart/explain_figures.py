#!/usr/bin/env python3
"""Random figures of the running demonstration province, each recomputed by hand from the tree that explains it: does every
node follow from its children by the rule it states, down to the readings, and is every leaf something that can be looked up?

explain_figures.py ENDPOINTS.json COUNT SEED     every indicator at least once where COUNT allows; tells what does not
                                                 follow, then status 1
"""
import collections
import json
import random
import re
import sys
import urllib.parse
import urllib.request
from fractions import Fraction

# What needs no source: it says itself what it is.
CONSTANTS = re.compile(r"^(\d+|months|days( .*)?|percent|[a-z]+ per [A-Za-z0-9 ]+|share of the year|"
                       r"weight of the only industry|link factor of \d{4}|the life's start .*)$")
PLACES = [{}, {"industry": "C36"}, {"industry": "C26"}, {"region": "220100"}, {"region": "220800"}, {"enterprise": "JL20"},
          {"enterprise": "JL01"}, {"holding": "private"}, {"ownership": "foreign"}]
PRODUCTS = [{"product": p} for p in ("car-ice-sedan", "npk-15-15-15", "rubber-epdm", "sat-rs-optical", "metro-car")]
PERIODS = ["2019-12", "2019-11", "2019-05", "2019-Q4", "2019-11-11"]
BY_PRODUCT = {"product_output", "product_output_physical", "product_output_growth", "daily_output", "energy_per_unit"}


def number(text):
    return Fraction(text) if re.fullmatch(r"-?\d+(/\d+)?", text) else None


def border(node):
    """The value of a totalizer at a border, from the readings beside it (docs/data-formats.md)."""
    at, readings = node["at_ms"], [c for c in node["children"] if not c["label"].startswith("unchanged")]
    held = [c["at_ms"] for c in node["children"] if c["label"].startswith("unchanged")]
    values = [(c["at_ms"], number(c["value"])) for c in readings]
    if len(values) == 1:
        return values[0][1]
    (t0, v0), (t1, v1) = values
    t0 = max([t0] + held)
    if at <= t0:
        return v0
    return v1 if t1 == at else v0 + (v1 - v0) * (at - t0) // (t1 - t0)


def value_of(rule, values):
    if rule == "sum":
        return sum(values, Fraction(0))
    if rule == "product":
        result = Fraction(1)
        for value in values:
            result *= value
        return result
    if rule == "difference":
        return values[0] - sum(values[1:])
    if rule in ("quotient", "percent", "growth"):
        if values[1] == 0 or (rule == "growth" and values[1] < 0):
            return None
        ratio = values[0] / values[1]
        return {"quotient": ratio, "percent": ratio * 100, "growth": (ratio - 1) * 100}[rule]
    if rule in ("min", "max"):
        return {"min": min, "max": max}[rule](values)
    if rule == "not_below":
        return Fraction(values[0] >= values[1])
    raise ValueError("no such rule: " + rule)


class Check:
    def __init__(self):
        self.wrong, self.nodes, self.leaves = [], 0, collections.Counter()

    def node(self, path, node):
        self.nodes += 1
        path = path + [node["label"]]
        children, rule, own = node.get("children", []), node.get("rule", ""), number(node["value"])
        for child in children:
            self.node(path, child)
        if not children:
            if own is not None and rule not in ("sum", "count", "count_positive") and not node.get("source"):
                if not CONSTANTS.match(node["label"]):
                    self.leaves[re.sub(r"\d+", "0", node["label"])] += 1
                    self.wrong.append("%s: %s comes from nowhere" % (" > ".join(path), node["value"]))
            return
        if not rule:
            return
        values = [number(child["value"]) for child in children]
        if rule == "count":
            made = Fraction(sum(value is not None for value in values))
        elif rule == "count_positive":
            made = Fraction(sum(value is not None and value > 0 for value in values))
        elif rule == "border":
            made = border(node)
        else:
            made = None if None in values else value_of(rule, values)
        if made != own:
            self.wrong.append("%s: says %s, its children %s" % (" > ".join(path), node["value"], made))


def main():
    with open(sys.argv[1]) as file:
        api = json.load(file)["centre"]["http"] + "api/v1/"
    count, chance = int(sys.argv[2]), random.Random(int(sys.argv[3]))

    def get(name, **question):
        address = api + name + "?" + urllib.parse.urlencode({k.replace("_", "-"): v for k, v in question.items()})
        with urllib.request.urlopen(address, timeout=600) as answer:
            return json.load(answer)

    names = sorted({row["indicator"] for row in get("indicators", period="2019-12")})
    asked = chance.sample(names, min(count, len(names)))
    asked += [chance.choice(names) for _ in range(count - len(asked))]
    check = Check()
    for name in asked:
        scope = chance.choice(PRODUCTS if name in BY_PRODUCT else [{}] if name.startswith("target") else PLACES)
        question = {"indicator": name, "period": chance.choice(PERIODS), **scope}
        if name.startswith("target"):
            question["period"] = chance.choice(["2019-12", "2019-03"])
        for tree in get("explain", **question):
            before = len(check.wrong)
            check.node([], tree["explanation"] if "explanation" in tree else tree)
            if len(check.wrong) > before:
                print(question)
    for line in check.wrong[:20]:
        print(line)
    print("%d figures, %d nodes recomputed, %d do not follow" % (len(asked), check.nodes, len(check.wrong)))
    if check.leaves:
        print(dict(check.leaves))
    return 1 if check.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
