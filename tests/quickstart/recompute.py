#!/usr/bin/env python3
"""Figures of the demonstration province anew, by a program that shares nothing with ours: from the quantities that each
factory's own gateway tells by day, and from the files of the register, in fractions. Compared with what the centre says.

recompute.py ENDPOINTS.json BIN_DIR COUNT SEED [NAME...]   asks the running centre for COUNT random figures, of these
                                                   indicators; tells each that differs, then status 1
"""
import collections
import csv
import datetime
import glob
import json
import os
import random
import subprocess
import sys
import tomllib
import urllib.parse
import urllib.request
from fractions import Fraction

DAY = datetime.timedelta(days=1)
TCE = {"energy.electricity": Fraction(1229, 10**10), "energy.natural_gas": Fraction(12143, 10**10),
       "energy.steam": Fraction(1286, 10**7)}
NORTHEAST_ASIA = {"JP", "KR", "KP", "MN", "RU"}
# Groups as the regulations list them, by the first digits of the register's codes.
HIGH_TECH = ("C27 C374 C4343 C3562 C3563 C3569 C3832 C3833 C3841 C392 C393 C394 C395 C396 C397 C398 C399 C391 C3474 "
             "C3475 C358 C401 C402 C404 C409 C2664 C2665")
GROUPS = {"high_tech": ("industry", HIGH_TECH), "equipment": ("industry", "C33 C34 C35 C36 C37 C38 C39 C40"),
          "energy_intensive": ("industry", "C25 C26 C30 C31 C32 D44"), "auto": ("industry", "C36"),
          "transport_equipment": ("industry", "C37"), "chemicals": ("industry", "C26"),
          "electronics": ("industry", "C39"), "railway": ("industry", "C371 C372"), "aerospace": ("industry", "C374"),
          "synthetic_rubber": ("industry", "C2652"), "fertilizer": ("industry", "C262"), "nev": ("industry", "C3612"),
          "joint_stock": ("ownership", "15 16 173 174"), "private": ("ownership", "17"),
          "changjitu": ("region", "220102 220103 220104 220105 220106 220112 220113 220122 220183 220202 220203 220204 "
                                  "220211 220221 220281 2224")}
ITEMS = ("gross_cur", "gross_cmp", "va_cur", "va_cmp", "sales", "exports", "tce")


def date(text):
    return datetime.date.fromisoformat(text)


def first_of(year, month):
    return datetime.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


class Period:
    """Whole months of a year, or one day."""

    def __init__(self, name, cumulative=False):
        self.name, self.cumulative, self.day = name, cumulative, None
        self.year, rest = int(name[:4]), name[5:]
        if len(name) == 10:
            self.day = date(name)
            self.first = self.last = self.day.month
        elif not rest:
            self.first, self.last = 1, 12
        elif rest[0] == "Q":
            self.first, self.last = 3 * int(rest[1]) - 2, 3 * int(rest[1])
        elif rest[0] == "H":
            self.first, self.last = 6 * int(rest[1]) - 5, 6 * int(rest[1])
        else:
            self.first, self.last = int(rest[:2]), int(rest[-2:])
        if cumulative:
            self.first = 1

    def parts(self, year):
        """What estimates are made for: months, or the day."""
        if self.day:
            start = self.day.replace(year=year)
            return [(start, start + DAY)]
        return [(first_of(year, m), first_of(year, m + 1)) for m in range(self.first, self.last + 1)]

    def span(self, year):
        parts = self.parts(year)
        return parts[0][0], parts[-1][1]

    def months(self):
        return Fraction(12, 365) if self.day else Fraction(self.last - self.first + 1)


class Province:
    def __init__(self, endpoints, programs):
        folder = endpoints["register"]
        with open(folder + "/catalogue.toml", "rb") as file:
            catalogue = tomllib.load(file)
        self.products = {p["id"]: p for p in catalogue["product"]}
        self.base_year = catalogue["base_year"]
        self.enterprises = {row["id"]: row for row in self.read(folder + "/enterprises.csv")}
        self.prices = []
        for path in sorted(glob.glob(folder + "/prices*.csv"), key=lambda path: "corrected" in path):
            self.prices += self.read(path)
        self.zero_base = {row["enterprise"] for row in self.read(folder + "/base.csv")}  # known zeros, of 2018's months
        with open(folder + "/target.toml", "rb") as file:
            self.target = tomllib.load(file)["target"][0]
        self.closed = {"JL16": date("2019-08-01")}
        self.amounts = collections.defaultdict(lambda: dict.fromkeys(ITEMS, Fraction(0)))  # by (enterprise, day)
        self.good = collections.Counter()     # (enterprise, day, product)
        self.sold = collections.Counter()     # (enterprise, day, market), fen at export or dispatch prices
        self.measures = collections.Counter()  # (enterprise, day, measure)
        self.levels = {}                      # (enterprise, measure) -> [(day, value)], in order
        self.heard = set()                    # (enterprise, day)
        for gateway in endpoints["gateways"]:
            told = subprocess.run([programs + "/songhua-gateway", "rollup", "-c", gateway["config"], "--grain", "day",
                                   "--format", "json"], check=True, capture_output=True).stdout
            for row in json.loads(told):
                self.take(gateway["enterprise"], row)

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def fields(self, enterprise, product, day):
        """Price fields in force: the enterprise's rows, everybody's, the catalogue's; a later row of a kind goes first."""
        found = {}
        for who in (enterprise, ""):
            rows = [row for row in self.prices if row["enterprise"] == who and row["product"] == product
                    and date(row["valid_from"]) <= day]
            for row in reversed(sorted(rows, key=lambda row: row["valid_from"])):
                for key in ("price", "comparable_price", "dispatch_price", "export_price", "va_rate"):
                    if row[key]:
                        found.setdefault(key, Fraction(row[key]))
        for key, value in self.products[product]["price"][0].items():
            found.setdefault(key, Fraction(value))
        found.setdefault("dispatch_price", found["price"])
        return found

    def take(self, enterprise, row):
        if "quantity" not in row:
            return  # a gauge
        day = datetime.datetime.fromisoformat(row["start"].replace("Z", "+00:00"))
        day = day.astimezone(datetime.timezone(datetime.timedelta(hours=8))).date()
        measure, quantity = row["measure"], row["quantity"]
        if measure.startswith("equipment."):
            self.levels.setdefault((enterprise, measure), []).append((day, quantity))
            return
        if quantity != 0:  # a last reading at midnight tells of the day before
            self.heard.add((enterprise, day))
        amounts = self.amounts[enterprise, day]
        if measure == "output.good":
            now = self.fields(enterprise, row["product"], day)
            base = self.fields(enterprise, row["product"], datetime.date(self.base_year, 12, 31))
            self.good[enterprise, day, row["product"]] += quantity
            amounts["gross_cur"] += quantity * now["price"]
            amounts["gross_cmp"] += quantity * now["comparable_price"]
            amounts["va_cur"] += quantity * now["price"] * now["va_rate"] / 10000
            amounts["va_cmp"] += quantity * now["comparable_price"] * base["va_rate"] / 10000
        elif measure == "dispatch.quantity":
            now = self.fields(enterprise, row["product"], day)
            home = row["market"] == "CN"
            value = quantity * now["dispatch_price" if home else "export_price"]
            amounts["sales"] += value
            amounts["exports"] += 0 if home else value
            self.sold[enterprise, day, row["market"]] += value
        elif measure in TCE:
            amounts["tce"] += quantity * TCE[measure]
        else:
            self.measures[enterprise, day, measure] += quantity

    # --- sums of days
    def sum(self, counter, enterprise, span, *key):
        total, day = 0, span[0]
        while day < span[1]:
            total += counter.get((enterprise, day, *key), 0)
            day += DAY
        return total

    def reported(self, enterprise, item, span):
        total, day = Fraction(0), span[0]
        while day < span[1]:
            if (enterprise, day) in self.amounts:
                total += self.amounts[enterprise, day][item]
            day += DAY
        return total

    def reports(self, enterprise, span):
        if enterprise in self.closed and self.closed[enterprise] <= span[0]:
            return True  # a known zero
        days = [span[0] + k * DAY for k in range((span[1] - span[0]).days)]
        return any((enterprise, day) in self.heard for day in days)

    def in_scope(self, scope, period):
        last = period.span(period.year)[1] - DAY
        for row in self.enterprises.values():
            if row["valid_from"] and date(row["valid_from"]) > last:
                continue
            region = scope.get("region", "").rstrip("0")
            if (row["scale"] == "above" and row["region"].startswith(region)
                    and row["industry"].startswith(scope.get("industry", ""))
                    and row["id"].startswith(scope.get("enterprise", ""))
                    and row["ownership"][0] in {"foreign": "3", "hmt": "2", "": "123"}[scope.get("ownership", "")]
                    and row["holding"].startswith(scope.get("holding", "")) and row["size"] == scope.get("size", row["size"])
                    and self.in_group(row, scope.get("group"))):
                yield row["id"]

    @staticmethod
    def in_group(row, group):
        if group is None:
            return True
        key, codes = GROUPS[group]
        return row[key].startswith(tuple(codes.split()))

    def base(self, enterprise, item, span):
        """None: no base. Zeros of base.csv are of months: of single days they tell nothing."""
        if enterprise in self.zero_base:
            return Fraction(0) if (span[1] - span[0]).days > 1 else None
        return self.reported(enterprise, item, span) if self.reports(enterprise, span) else None

    def rise(self, enterprise, item, period, part, before):
        """What last year is multiplied by where an enterprise has not reported; 0 where it has, or has no last year."""
        if self.reports(enterprise, part) or self.base(enterprise, item, before) is None:
            return Fraction(0)
        division = self.enterprises[enterprise]["industry"][:3]
        month = Period("%d-%02d" % (part[0].year, part[0].month)) if not period.day else period
        for everywhere in (False, True):
            now = last = Fraction(0)
            for other in self.in_scope({}, month):
                own = self.base(other, item, before)
                same = everywhere or self.enterprises[other]["industry"].startswith(division)
                if own is not None and same and self.reports(other, part):
                    now += self.reported(other, item, part)
                    last += own
            if last > 0:
                return now / last
        return Fraction(0)

    def with_guesses(self, enterprise, item, period, amount):
        """`amount(span)` of the period, and of last year's months times the rise of `item` for what is not reported."""
        total = Fraction(amount(period.span(period.year)))
        for part, before in zip(period.parts(period.year), period.parts(period.year - 1)):
            rise = self.rise(enterprise, item, period, part, before)
            if rise:
                total += amount(before) * rise
        return total

    def level(self, enterprise, item, period):
        return self.with_guesses(enterprise, item, period, lambda span: self.reported(enterprise, item, span))

    def made(self, product, period, enterprises):
        """With estimates: they follow gross output at comparable prices."""
        return sum((self.with_guesses(e, "gross_cmp", period, lambda span: self.sum(self.good, e, span, product))
                    for e in enterprises), Fraction(0))

    def exported(self, market, period, enterprises):
        return sum((self.with_guesses(e, "exports", period, lambda span: self.sum(self.sold, e, span, market))
                    for e in enterprises), Fraction(0))

    def total(self, item, scope, period):
        return sum((self.level(e, item, period) for e in self.in_scope(scope, period)), Fraction(0))

    def ends(self, item, scope, period):
        now = base = Fraction(0)
        for enterprise in self.in_scope(scope, period):
            own = self.base(enterprise, item, period.span(period.year - 1))
            if own is not None:
                now, base = now + self.level(enterprise, item, period), base + own
        return now, base

    def growth(self, item, scope, period):
        now, base = self.ends(item, scope, period)
        return (now / base - 1) * 100

    def output(self, product, scope, span, enterprises):
        return sum(self.sum(self.good, e, span, product) for e in enterprises)

    def index(self, period, enterprises):
        """Fixed weights."""
        weights, numbers = collections.Counter(), collections.defaultdict(lambda: [Fraction(0), Fraction(0)])
        whole = (first_of(self.base_year, 1), first_of(self.base_year + 1, 1))
        for enterprise in enterprises:
            weights[self.enterprises[enterprise]["industry"][:3]] += Fraction(self.enterprises[enterprise]["weight"])
        for name, product in self.products.items():
            ended = [e for e in enterprises if self.base(e, "va_cur", whole) is not None]
            then = self.output(name, {}, whole, ended)
            if then > 0:
                price = self.fields("", name, datetime.date(self.base_year, 12, 31))["comparable_price"]
                both = numbers[product["industry"][:3]]
                both[0] += price * self.made(name, period, enterprises)
                both[1] += price * then
        own = {d: 100 * now / (then * period.months() / 12) for d, (now, then) in numbers.items()}
        if len(own) == 1:
            return next(iter(own.values()))
        return sum(weights[d] * own[d] for d in own) / sum(weights[d] for d in own)

    def ratio_of_levels(self, above, below, scope, period):
        start, last = period.span(period.year)

        def known(enterprise, measure):
            if enterprise in self.closed and self.closed[enterprise] <= start:
                return 0  # its machines are no more
            rows = [value for day, value in self.levels.get((enterprise, measure), []) if day < last]
            return rows[-1] if rows else 0

        enterprises = list(self.in_scope(scope, period))
        return Fraction(sum(known(e, above) for e in enterprises), sum(known(e, below) for e in enterprises)) * 100

    def employees(self, scope, period):
        """On the days of the months that are reported or estimated: value added is of no others."""
        start, end = period.span(period.year)
        total = 0
        for enterprise in self.in_scope(scope, period):
            row = self.enterprises[enterprise]
            begins = max(start, date(row["valid_from"])) if row["valid_from"] else start
            for part, before in zip(period.parts(period.year), period.parts(period.year - 1)):
                if self.reports(enterprise, part) or self.base(enterprise, "va_cur", before) is not None:
                    total += int(row["employees"]) * max(0, (part[1] - max(begins, part[0])).days)
        return Fraction(total, (end - start).days)


def formulas(p):
    money = Fraction(10**6)

    def level(item):
        return lambda scope, period: p.total(item, scope, period) / money

    def share(above, below, scope, period):
        return p.total(above, scope, period) / p.total(below, scope, period) * 100

    def whole(scope):
        return {}

    def pull(scope, period):
        now, base = p.ends("va_cmp", scope, period)
        return (now - base) / p.ends("va_cmp", whole(scope), period)[1] * 100

    def contribution(scope, period):
        now, base = p.ends("va_cmp", scope, period)
        all_now, all_base = p.ends("va_cmp", whole(scope), period)
        return (now - base) / (all_now - all_base) * 100

    def intensity(scope, period):
        return p.total("tce", scope, period) / (p.total("va_cmp", scope, period) / money)

    def coverage(scope, period):
        known = covered = Fraction(0)
        for e in p.in_scope(scope, period):
            base = p.base(e, "va_cmp", period.span(period.year - 1))
            known += base or 0
            covered += (base or 0) if p.reports(e, period.span(period.year)) else 0
        return covered / known * 100

    def coverage_time(scope, period):
        """The demonstration's factories have told of whole months or of nothing."""
        known = covered = Fraction(0)
        start, end = period.span(period.year)
        for e in p.in_scope(scope, period):
            base = p.base(e, "va_cmp", period.span(period.year - 1)) or 0
            days = sum((part[1] - part[0]).days for part in period.parts(period.year) if p.reports(e, part))
            known, covered = known + base, covered + base * Fraction(days, (end - start).days)
        return covered / known * 100

    def index(scope, period):
        return p.index(period, list(p.in_scope(scope, period)))

    def hours(scope, period):
        seconds = sum(p.sum(p.measures, e, period.span(period.year), "labour.time") for e in p.in_scope(scope, period))
        made = sum(p.reported(e, "va_cur", period.span(period.year)) for e in p.in_scope(scope, period))
        return Fraction(made) / 100 / (Fraction(seconds) / 3600)  # nobody estimates hours

    def product_growth(scope, period):
        name, ended = scope["product"], list(p.in_scope({}, period))
        ended = [e for e in ended if p.base(e, "va_cmp", period.span(period.year - 1)) is not None]
        now = p.made(name, period, ended)
        return (now / p.output(name, {}, period.span(period.year - 1), ended) - 1) * 100

    def product_output(scope, period):
        product = p.products[scope["product"]]
        made = p.made(scope["product"], period, list(p.in_scope({}, period)))
        shares = product.get("nutrients")
        return made / product.get("statistical_factor", 1) * (Fraction(sum(shares.values()), 100) if shares else 1)

    def exports_to(scope, period):
        markets = NORTHEAST_ASIA if "market_group" in scope else {scope["market"]}
        return sum((p.exported(m, period, list(p.in_scope({}, period))) for m in markets), Fraction(0)) / money

    def both_bases(scope, period):
        for e in p.in_scope(scope, period):
            before = period.span(period.year - 1)
            if all(p.base(e, item, before) is not None for item in ("sales", "gross_cur")):
                yield e

    def points(scope, period):
        """Change of the sales ratio."""
        now = [sum(p.level(e, item, period) for e in both_bases(scope, period)) for item in ("sales", "gross_cur")]
        then = [sum(p.base(e, item, period.span(period.year - 1)) for e in both_bases(scope, period))
                for item in ("sales", "gross_cur")]
        return (Fraction(now[0]) / now[1] - Fraction(then[0]) / then[1]) * 100

    def change(scope, period):
        """Against the rate of the period that releases compare with; the exact difference."""
        year, first, last = period.year, period.first, period.last
        length = last - first + 1
        if period.cumulative or (first, last) == (1, 2):
            before = Period("%d-01..%02d" % (year, last - 1)) if last > 2 else Period("%d-12" % (year - 1))
        elif length == 12:
            before = Period(str(year - 1))
        elif length == 1:
            before = Period("%d-01..02" % year if first == 3 else "%d-%02d" % (year, first - 1))
        else:
            before = Period("%d-%02d..%02d" % ((year, first - length, last - length) if first > length else
                                               (year - 1, first + 12 - length, last + 12 - length)))
        return p.growth("va_cmp", scope, period) - p.growth("va_cmp", scope, before)

    def rates_of_divisions(scope, period):
        for division in sorted({row["industry"][:3] for row in p.enterprises.values()}):
            try:
                yield p.growth("va_cmp", {**scope, "industry": division}, period)
            except ZeroDivisionError:
                pass

    def rates_of_products(scope, period):
        for name in p.products:
            try:
                yield product_growth({"product": name}, period)
            except ZeroDivisionError:
                pass

    def daily(scope, period):
        start, end = period.span(period.year)
        return product_output(scope, period) / (end - start).days

    def target(scope, period):
        return Fraction(p.target["last_year_growth"]) + Fraction(p.target["uplift"])

    def gap(scope, period):
        return p.growth("va_cmp", scope, Period(period.name, True)) - target(scope, period)

    places = [{}, {}, {}, {"industry": "C36"}, {"industry": "C26"}, {"industry": "C39"}, {"industry": "C37"},
              {"region": "220100"}, {"region": "220200"}, {"region": "220800"}, {"region": "222400"},
              {"ownership": "foreign"}, {"ownership": "hmt"}, {"holding": "private"}, {"holding": "state"},
              {"enterprise": "JL20"}, {"enterprise": "JL19"}, {"enterprise": "JL22"}, {"enterprise": "JL16"},
              {"enterprise": "JL02"}, {"enterprise": "JL15"}]
    places += [{"group": group} for group in GROUPS if group != "nev"] + [
        {"industry": "C"}, {"size": "L"}, {"size": "S"}, {"region": "220300"}, {"region": "220500"}]
    months = lambda formula: lambda s, t: formula(s, t) if not t.day else 1 / Fraction(0)  # of days there is none
    parts = [{"group": group} for group in GROUPS if group != "nev"] + [{"industry": d} for d in ("C26", "C36", "C37", "C39", "C262", "C265")]
    products = [{"product": name} for name in p.products]
    return {
        "gross_output_current": (places, level("gross_cur")),
        "gross_output_comparable": (places, level("gross_cmp")),
        "industrial_value_added": (places, level("va_cur")),
        "industrial_value_added_comparable": (places, level("va_cmp")),
        "sales_value": (places, level("sales")),
        "export_delivery_value": ([{"market_group": "northeast_asia"}, {"market": "RU"}, {"market": "TH"},
                                   {"market": "DE"}], exports_to),
        "energy_consumption": (places, lambda s, t: p.total("tce", s, t)),
        "energy_intensity": (places, intensity),
        "sales_output_ratio": (places, lambda s, t: share("sales", "gross_cur", s, t)),
        "export_share": (places, lambda s, t: share("exports", "sales", s, t)),
        "value_added_growth": (places, lambda s, t: p.growth("va_cmp", s, t)),
        "value_added_growth_change": (places, months(change)),
        "sales_output_ratio_change": (places, points),
        "export_delivery_growth": (places, lambda s, t: p.growth("exports", s, t)),
        "divisions_compared": ([{}], lambda s, t: Fraction(len(list(rates_of_divisions(s, t))))),
        "divisions_grown": ([{}], lambda s, t: Fraction(sum(rate > 0 for rate in rates_of_divisions(s, t)))),
        "products_compared": ([{}], lambda s, t: Fraction(len(list(rates_of_products(s, t))))),
        "products_grown": ([{}], lambda s, t: Fraction(sum(rate > 0 for rate in rates_of_products(s, t)))),
        "daily_output": (products, daily),
        "nominal_growth": (places, lambda s, t: p.growth("va_cur", s, t)),
        "energy_consumption_growth": (places, lambda s, t: p.growth("tce", s, t)),
        "pull": (parts, pull),
        "contribution": (parts, contribution),
        "coverage": ([{}, {"industry": "C26"}, {"region": "220800"}], coverage),
        "coverage_time": ([{}, {"industry": "C26"}, {"region": "220800"}], coverage_time),
        "production_index": ([{}], index),
        "labour_productivity": (places, lambda s, t: p.total("va_cur", s, t) / 100 / p.employees(s, t) * 12 / t.months()),
        "labour_productivity_hour": (places, hours),
        "connection_rate": (places, lambda s, t: p.ratio_of_levels("equipment.connected", "equipment.units", s, t)),
        "nc_rate": (places, lambda s, t: p.ratio_of_levels("equipment.nc_key_processes", "equipment.key_processes", s, t)),
        "product_output": (products, product_output),
        "product_output_growth": (products, product_growth),
        "target.gap_pp": ([{}], gap),
        "target.target_growth_pct": ([{}], target),
    }


PERIODS = ["2019-12", "2019-11", "2019-10", "2019-08", "2019-05", "2019-03", "2019-01..02", "2019-Q1", "2019-Q2",
           "2019-Q3", "2019-Q4", "2019-H1", "2019-H2", "2019", "2019-03-15", "2019-07-01", "2019-11-11"]
CUMULATIVE = ["2019-12", "2019-11", "2019-09", "2019-07", "2019-04", "2019-02"]
RATES = ("growth", "pull", "contribution", "target")


def questions(table, count, seed):
    chance = random.Random(seed)
    while count > 0:
        name = chance.choice(sorted(table))
        scope = chance.choice(table[name][0])
        period = Period(chance.choice(CUMULATIVE), True) if chance.random() < 0.4 else Period(chance.choice(PERIODS))
        if period.day and name.startswith("target"):
            continue
        count -= 1
        yield name, scope, period


def main():
    with open(sys.argv[1]) as file:
        endpoints = json.load(file)
    programs, count, seed = os.path.abspath(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    province = Province(endpoints, programs)
    table = formulas(province)
    if sys.argv[5:]:
        table = {name: table[name] for name in sys.argv[5:]}
    differ = nulls = 0
    for name, scope, period in questions(table, count, seed):
        question = {"indicator": name, "period": period.name, "exact": "true", **scope}
        if period.cumulative:
            question["cumulative"] = "true"
        question = urllib.parse.urlencode({key.replace("_", "-"): value for key, value in question.items()})
        address = endpoints["centre"]["http"] + "api/v1/indicators?" + question
        with urllib.request.urlopen(address, timeout=300) as answer:
            told = json.load(answer)[0]
        try:
            own = str(Fraction(table[name][1](scope, period)))
        except ZeroDivisionError:
            own = None
        nulls += own is None
        if told.get("exact") != own:
            differ += 1
            print("%s: the centre says %s, the readings %s" % (question, told, own))
    print("%d figures recomputed, %d of them without a value, %d differ" % (count, nulls, differ))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
