#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "indicators/quantities.h"

// The bulletin as data: printed figures with their marks, in tables, charts and sentences, in two languages. Nothing in
// here can be more exact than what is published: what a renderer does not get, it cannot give away.
namespace songhua::report {

struct Words {
  std::string zh;
  std::string en;

  [[nodiscard]] bool empty() const { return zh.empty() && en.empty(); }
  bool operator==(const Words&) const = default;
};

// What a cell shows in place of a figure, or that it shows one.
enum class Shown {
  figure,
  confidential,    // (c): disclosure control
  withheld,        // …: coverage below the limit
  not_available,   // …: an input is missing; `reason` says which
  not_applicable,  // -
};

struct Cell {
  Shown shown = Shown::not_applicable;
  std::string text;    // the printed decimal of a figure: "-3.50", no thousands separators
  std::string reason;  // of a null: "no_base"
  std::string unit;    // as in indicator rows: "CNY 10k", "%", "pp", "vehicle"
  std::string period;  // "2019-01..03"
  indicators::Status status = indicators::Status::final;
  std::set<std::string> flags;  // estimated, imputed, price_imputed, ...
};

struct Column {
  std::string id;  // stable, for the tidy CSV: "month.value_added_growth"
  Words title;
  Words unit;   // empty where rows have units of their own
  Words group;  // heading over neighbouring columns of the same group: "March", "January to March"
};

struct Row {
  std::string id;  // stable: a code or an indicator id
  Words title;
  int level = 0;  // indent
  Words unit;     // where the rows of a table have different ones
  std::vector<Cell> cells;
};

struct Table {
  std::string id;
  Words title;
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<Words> notes;    // under the table
  std::vector<Words> missing;  // lines in place of the table, or of columns, whose inputs are missing
};

// Figures in charts are the printed ones of cells.
struct Bar {
  Words label;
  std::string value;
};
struct BarChart {
  std::string id;
  Words title;
  Words unit;
  std::vector<Bar> bars;
};

// The year's course against its target. `actual` holds cumulative growth by month, empty where there is no rate.
struct TargetChart {
  Words title;
  int year = 0;
  std::vector<std::string> actual;   // of months 1.., as far as the bulletin's
  std::string target;                // %
  std::string gap;                   // pp, of the last month
  std::string projected, low, high;  // % at the end of the year; empty where there is no projection
};

struct Section {
  std::string id;
  Words title;
  std::vector<Words> sentences;
  std::vector<Table> tables;
  std::vector<BarChart> charts;
  std::optional<TargetChart> target;
};

// A figure of the first page.
struct Headline {
  Words title;
  Cell cell;
  Words unit;
  Words remark;  // "0.3 points up on February"
};

struct Note {
  Words title;
  Words text;
};

struct Bulletin {
  Words title;
  Words subtitle;                    // status and place of the figures
  std::string period;                // "2019-03"
  bool all_preliminary = false;      // every figure: the subtitle says so once
  int year = 0, month = 0, day = 0;  // last civil day of the period: the document's date
  std::vector<Headline> headlines;
  std::vector<Words> sentences;
  std::vector<Section> sections;
  std::vector<Note> notes;
};

}  // namespace songhua::report
