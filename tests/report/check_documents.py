#!/usr/bin/env python3
"""Reads the bulletin's documents with readers that are not ours, and tells what is wrong with them.

check_documents.py xlsx BOOK.xlsx BULLETIN.csv    every figure of the CSV is a number of the workbook, with its decimals
check_documents.py html PAGE.html                 tags balance, charts are XML, nothing is loaded from anywhere
check_documents.py all PAGE.html BOOK.xlsx BULLETIN.csv
                                                  all of that, and cell by cell the same in all three: figures are
                                                  numbers of the workbook, what is withheld is text
"""
import calendar
import csv
import re
import sys
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
VOID = {"meta", "link", "br", "hr", "img", "input"}


def number_formats(book):
    """The decimals of each cell style; None for styles that are not of numbers."""
    styles = ElementTree.fromstring(book.read("xl/styles.xml"))
    own = {f.get("numFmtId"): f.get("formatCode") for f in styles.iter(MAIN + "numFmt")}
    own.update({"0": "General", "1": "0", "2": "0.00"})
    decimals = []
    for xf in styles.find(MAIN + "cellXfs"):
        code = own.get(xf.get("numFmtId"), "General")
        decimals.append(len(code.partition(".")[2]) if re.fullmatch(r"0(\.0+)?", code) else None)
    return decimals


def read_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def last_day(rows):
    """Of the bulletin's period, from the first month named in one of its own columns."""
    for row in rows:
        months = re.fullmatch(r"(\d{4})-(?:\d\d\.\.)?(\d\d)", row["period"])
        if row["column"].startswith("period.") and months:
            year, month = int(months[1]), int(months[2])
            return "%d-%02d-%02d" % (year, month, calendar.monthrange(year, month)[1])
    return "no month"


def check_xlsx(path, csv_path):
    problems = []
    book = zipfile.ZipFile(path)
    if book.testzip():
        problems.append("the archive is damaged")
    if {entry.date_time for entry in book.infolist()} != {(1980, 1, 1, 0, 0, 0)}:
        problems.append("the archive carries times")
    for name in book.namelist():
        ElementTree.fromstring(book.read(name))
    decimals = number_formats(book)
    workbook = ElementTree.fromstring(book.read("xl/workbook.xml"))
    names = [sheet.get("name") for sheet in workbook.iter(MAIN + "sheet")]
    if len(set(names)) != len(names) or any(len(name) > 31 for name in names):
        problems.append("names of sheets: %s" % names)
    tables = {}
    rows = read_csv(csv_path)
    for row in rows:
        tables.setdefault(row["table"], []).append(row["value"])
    core = book.read("docProps/core.xml").decode()
    if core.count(last_day(rows) + "T12:00:00Z") != 2:
        problems.append("the document's date is not the period's last day: " + core)
    figures = []
    for number in range(2, len(names)):  # the first is the summary, the last the notes
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet%d.xml" % number))
        cells = [c for c in sheet.iter(MAIN + "c") if c.find(MAIN + "v") is not None and c.get("t") is None]
        found = []
        for cell in cells:
            text = cell.find(MAIN + "v").text
            places = decimals[int(cell.get("s", "0"))]
            if places is None:
                problems.append("%s %s: a number without a format" % (names[number - 1], cell.get("r")))
                continue
            # The file holds the binary number nearest to the figure, in 16 digits.
            figure = Decimal(text).quantize(Decimal(1).scaleb(-places))
            if abs(figure - Decimal(text)) > abs(figure) * Decimal("1e-15"):
                problems.append("%s %s: %s has more than the printed decimals" % (names[number - 1], cell.get("r"), text))
            found.append((figure, places))
        if found and sheet.find(".//" + MAIN + "pane") is None:
            problems.append("%s: the header is not frozen" % names[number - 1])
        if sheet.find(MAIN + "cols") is None:
            problems.append("%s: no widths" % names[number - 1])
        figures.append(found)
    wanted = [[(Decimal(v), len(v.partition(".")[2])) for v in values if v] for values in tables.values()]
    wanted = [values for values in wanted if values]
    figures = [values for values in figures if values]
    if figures != wanted:
        problems.append("figures of the sheets differ from the CSV's: %d and %d sheets, %d and %d figures"
                        % (len(figures), len(wanted), sum(map(len, figures)), sum(map(len, wanted))))
        for got, want in zip(figures, wanted):
            for a, b in zip(got, want):
                if a != b:
                    problems.append("%s where the CSV has %s" % (a, b))
                    break
    return problems


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.problems, self.counts = [], [], {}

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            if name in ("src", "srcset", "data", "action") or (name == "href" and not value.startswith("#")):
                self.problems.append("<%s %s=%s> loads something" % (tag, name, value))
            if name.startswith("on"):
                self.problems.append("<%s %s> runs something" % (tag, name))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append("</%s> closes what is not open" % tag)


def check_html(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    page = Page()
    page.feed(text)
    problems = page.problems + ["<%s> is not closed" % tag for tag in page.open]
    for banned in ("script", "iframe", "link", "img"):
        if banned in page.counts:
            problems.append("<%s> has no place in a self-contained page" % banned)
    for wanted in ("table", "svg", "h1", "figure"):
        if wanted not in page.counts:
            problems.append("no <%s>" % wanted)
    if "url(" in text or "@import" in text:
        problems.append("the style sheet loads something")
    for drawing in re.findall(r"<svg.*?</svg>", text, re.S):
        ElementTree.fromstring(drawing)
    for table in re.findall(r"<table.*?</table>", text, re.S):
        widths = set()
        for row in re.findall(r"<tbody>.*?</tbody>", table, re.S):
            widths |= {len(re.findall(r"<t[hd]", tr)) for tr in re.findall(r"<tr.*?</tr>", row, re.S)}
        if len(widths) != 1:
            problems.append("rows of different width: %s" % widths)
    return problems


class Tables(HTMLParser):
    """What stands in the body cells of each table, by its id; marks (<sup>) and units of rows are left out."""

    def __init__(self):
        super().__init__()
        self.tables, self.rows, self.cell, self.mark = {}, None, None, False

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        if tag == "table":
            self.rows = self.tables.setdefault(of.get("id"), [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag == "td" and of.get("class") != "of":
            self.cell = ""
        elif tag == "sup":
            self.mark = True

    def handle_endtag(self, tag):
        if tag == "td" and self.cell is not None:
            self.rows[-1].append(self.cell)
            self.cell = None
        elif tag == "sup":
            self.mark = False
        elif tag == "table":
            self.rows[:] = [row for row in self.rows if row]  # the head has none
            self.rows = None

    def handle_data(self, data):
        if self.cell is not None and not self.mark:
            self.cell += data


def html_tables(path):
    page = Tables()
    with open(path, encoding="utf-8") as file:
        page.feed(file.read())
    return page.tables


def column_number(reference):
    number = 0
    for letter in re.match("[A-Z]+", reference)[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def xlsx_tables(path):
    """Of each sheet with a frozen header the cells below and right of it: numbers as printed by their format, texts
    as ('text', ...)."""
    book = zipfile.ZipFile(path)
    decimals = number_formats(book)
    strings = ["".join(t.text or "" for t in item.iter(MAIN + "t"))
               for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
    count = len(ElementTree.fromstring(book.read("xl/workbook.xml")).find(MAIN + "sheets"))
    tables = []
    for number in range(1, count + 1):
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet%d.xml" % number))
        pane = sheet.find(".//" + MAIN + "pane")
        if pane is None:
            continue
        head, labels = int(pane.get("ySplit")), int(pane.get("xSplit"))
        rows = []
        for row in sheet.iter(MAIN + "row"):
            cells = []
            for cell in row:
                value = cell.find(MAIN + "v")
                if column_number(cell.get("r")) <= labels or value is None:
                    continue
                if cell.get("t") == "s":
                    cells.append(("text", strings[int(value.text)]))
                else:
                    places = decimals[int(cell.get("s", "0"))] or 0
                    cells.append(("number", str(Decimal(value.text).quantize(Decimal(1).scaleb(-places)))))
            if int(row.get("r")) > head and cells:
                rows.append(cells)
        tables.append(rows)
    return tables


def check_all(page, book, csv_path):
    problems = check_html(page) + check_xlsx(book, csv_path)
    cells = {}
    for row in read_csv(csv_path):
        cells.setdefault(row["table"], {}).setdefault(row["row"], []).append(row)
    on_page, in_book = html_tables(page), xlsx_tables(book)
    if list(on_page) != list(cells) or len(in_book) != len(cells):
        return problems + ["tables of the page: %s, of the CSV: %s, sheets: %d" %
                           (list(on_page), list(cells), len(in_book))]
    for (table, rows), sheet in zip(cells.items(), in_book):
        grids = [[len(row) for row in grid] for grid in (rows.values(), on_page[table], sheet)]
        if grids[0] != grids[1] or grids[0] != grids[2]:
            problems.append("%s: cells by row in CSV, page and workbook: %s" % (table, grids))
            continue
        for row, page_row, book_row in zip(rows.values(), on_page[table], sheet):
            for cell, shown, (kind, text) in zip(row, page_row, book_row):
                where = "%s %s %s" % (table, cell["row"], cell["column"])
                if shown != text:
                    problems.append("%s: %r on the page, %r in the workbook" % (where, shown, text))
                if cell["value"]:
                    wide = len(re.sub(r"\D", "", text)) > 15  # more than a spreadsheet's numbers hold
                    if text != cell["value"] or kind != ("text" if wide else "number"):
                        problems.append("%s: %s %r where the CSV has %s" % (where, kind, text, cell["value"]))
                elif kind != "text" or text not in ("(c)", "…", "-"):
                    problems.append("%s: %s %r for no value" % (where, kind, text))
                elif ("confidential" in cell["flags"].split(";")) != (text == "(c)"):
                    problems.append("%s: %r with the flags %r" % (where, text, cell["flags"]))
    return problems


def check_names(path):
    """English names of sheets: titles, or the whole words at their beginning."""
    book = zipfile.ZipFile(path)
    strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
    texts = ["".join(item.itertext()).split() for item in strings]
    names = [sheet.get("name") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(MAIN + "sheet")]
    return ["a sheet's name is cut inside a word: %r" % name for name in names[1:-1]
            if name != name.strip() or not any(text[:len(name.split())] == name.split() for text in texts)]


def main():
    kind, *files = sys.argv[1:]
    checks = {"xlsx": check_xlsx, "html": check_html, "all": check_all, "names": check_names}
    problems = checks[kind](*files)
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
