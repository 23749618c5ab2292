#include "model/csv.h"

#include "report/report.h"

// The bulletin for programs: one line a cell.
namespace songhua::report {
namespace {

std::string_view status_name(indicators::Status status) {
  using indicators::Status;
  return status == Status::final ? "final" : status == Status::revised ? "revised" : "preliminary";
}

std::string flags_of(const Cell& cell) {
  std::string flags;
  for (const auto& flag : cell.flags) flags += (flags.empty() ? "" : ";") + flag;
  // What stands in place of a figure is a flag of its own, so that an empty value explains itself.
  if (cell.shown == Shown::figure || cell.reason.empty()) return flags;
  return flags + (flags.empty() ? "" : ";") + cell.reason;
}

class Lines {
 public:
  explicit Lines(Language language) : language_(language) {
    field("table").field("row").field("column").field("value").field("unit").field("status").field("flags");
    field("period");
    labels({"row_zh", "row_en"});
    labels({"column_zh", "column_en"});
    end();
  }

  void add(const Table& table) {
    for (const auto& row : table.rows) {
      for (std::size_t c = 0; c < row.cells.size(); ++c) add(table, row, table.columns[c], row.cells[c]);
    }
  }

  std::string take() { return std::move(text_); }

 private:
  void add(const Table& table, const Row& row, const Column& column, const Cell& cell) {
    const bool figure = cell.shown == Shown::figure;
    field(table.id).field(row.id).field(column.id).field(cell.text).field(cell.unit);
    field(figure ? status_name(cell.status) : "").field(flags_of(cell)).field(cell.period);
    labels(row.title);
    labels(column.group.empty()
               ? column.title
               : Words{column.group.zh + " " + column.title.zh, column.group.en + " " + column.title.en});
    end();
  }

  Lines& field(std::string_view value) {
    if (!line_.empty() || fields_ > 0) line_ += ",";
    line_ += csv_field(value);
    ++fields_;
    return *this;
  }
  void labels(const Words& words) {
    if (language_ != Language::en) field(words.zh);
    if (language_ != Language::zh) field(words.en);
  }
  void end() {
    text_ += line_ + "\n";
    line_.clear();
    fields_ = 0;
  }

  Language language_;
  std::string text_ = "\xEF\xBB\xBF", line_;
  std::size_t fields_ = 0;
};

}  // namespace

std::string to_csv(const Bulletin& bulletin, Language language) {
  Lines lines(language);
  for (const auto& section : bulletin.sections) {
    for (const auto& table : section.tables) lines.add(table);
  }
  return lines.take();
}

}  // namespace songhua::report
