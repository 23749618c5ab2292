#include "report/markup.h"

// The bulletin as one page.
namespace songhua::report {
namespace {

class Page {
 public:
  Page(const Bulletin& bulletin, Language language) : b_(bulletin), language_(language) {}

  std::string draw() {
    const bool english = language_ == Language::en;
    out_ = "<!doctype html>\n<html lang=\"" + std::string(english ? "en" : "zh-CN") +
           "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
           "initial-scale=1\">\n<title>" +
           escaped(in_line(b_.title, language_)) + "</title>\n<style>" + std::string(style_sheet()) +
           "</style>\n</head>\n<body>\n<main>\n";
    add("<h1>", b_.title, "</h1>\n");
    add("<p class=\"status\">", b_.subtitle, "</p>\n");
    heads();
    out_ += "<div class=\"lead\">\n";
    for (const auto& sentence : b_.sentences) add("<p>", sentence, "</p>\n");
    out_ += "</div>\n";
    for (const auto& part : b_.sections) section(part);
    notes();
    return std::move(out_) + "</main>\n</body>\n</html>\n";
  }

 private:
  void add(const std::string& before, const Words& words, const std::string& after) {
    if (words.empty()) return;
    out_ += before + in_html(words, language_) + after;
  }

  void heads() {
    out_ += "<div class=\"heads\">\n";
    for (const auto& head : b_.headlines) {
      out_ += "<div class=\"head\">";
      add("<div class=\"what\">", head.title, "</div>");
      out_ += "<div class=\"figure\">" + figure_of(head.cell);
      if (head.cell.shown == Shown::figure) add("<span class=\"unit\">", head.unit, "</span>");
      out_ += "</div>";
      add("<div class=\"remark\">", head.remark, "</div>");
      out_ += "</div>\n";
    }
    out_ += "</div>\n";
  }

  [[nodiscard]] std::string figure_of(const Cell& cell) const {
    const auto marks = marks_of(cell, b_.all_preliminary);
    return escaped(shown_text(cell)) + (marks.empty() ? "" : "<sup>" + marks + "</sup>");
  }

  void section(const Section& part) {
    out_ += "<section id=\"" + part.id + "\">\n";
    add("<h2>", part.title, "</h2>\n");
    for (const auto& sentence : part.sentences) add("<p>", sentence, "</p>\n");
    if (part.target) drawing(part.target->title, {}, target_chart(*part.target, language_));
    for (const auto& chart : part.charts) drawing(chart.title, chart.unit, bar_chart(chart, language_));
    for (const auto& each : part.tables) {
      if (!(each.title == part.title)) add("<h3>", each.title, "</h3>\n");
      table(each);
    }
    out_ += "</section>\n";
  }

  void drawing(const Words& title, const Words& unit, const std::string& svg) {
    out_ += "<figure>";
    auto caption = title;
    if (!unit.empty()) caption = {title.zh + "（" + unit.zh + "）", title.en + " (" + unit.en + ")"};
    add("<figcaption>", caption, "</figcaption>");
    out_ += svg + "</figure>\n";
  }

  void table(const Table& t) {
    if (!t.rows.empty()) {
      out_ += "<div class=\"wide\"><table id=\"" + t.id + "\">\n";
      header(t);
      out_ += "<tbody>\n";
      for (const auto& row : t.rows) body_row(t, row);
      out_ += "</tbody>\n</table></div>\n";
    }
    for (const auto& line : t.missing) add("<p class=\"missing\">", line, "</p>\n");
    for (const auto& line : t.notes) add("<p class=\"note\">", line, "</p>\n");
  }

  static bool has_units(const Table& t) {
    for (const auto& row : t.rows) {
      if (!row.unit.empty()) return true;
    }
    return false;
  }

  void header(const Table& t) {
    bool grouped = false;
    for (const auto& column : t.columns) grouped = grouped || !column.group.empty();
    const std::string tall = grouped ? " rowspan=\"2\"" : "";
    out_ += "<thead>\n<tr><th" + tall + "></th>";
    if (has_units(t)) add("<th class=\"of\"" + tall + ">", {"单位", "unit"}, "</th>");
    for (std::size_t c = 0; grouped && c < t.columns.size();) {
      std::size_t end = c;
      while (end < t.columns.size() && t.columns[end].group == t.columns[c].group) ++end;
      out_ += "<th class=\"group\" colspan=\"" + std::to_string(end - c) + "\">" +
              in_html(t.columns[c].group, language_) + "</th>";
      c = end;
    }
    if (grouped) out_ += "</tr>\n<tr>";
    for (const auto& column : t.columns) {
      out_ += "<th>" + in_html(column.title, language_);
      add("<span class=\"unit\">", column.unit, "</span>");
      out_ += "</th>";
    }
    out_ += "</tr>\n</thead>\n";
  }

  void body_row(const Table& t, const Row& row) {
    out_ += "<tr class=\"l" + std::to_string(row.level) + "\">";
    add("<th scope=\"row\">", row.title, "</th>");
    if (has_units(t)) out_ += "<td class=\"of\">" + in_html(row.unit, language_) + "</td>";
    for (const auto& cell : row.cells) out_ += "<td>" + figure_of(cell) + "</td>";
    out_ += "</tr>\n";
  }

  void notes() {
    out_ += "<section id=\"notes\">\n";
    add("<h2>", {"说明", "Notes"}, "</h2>\n<dl>\n");
    for (const auto& note : b_.notes) {
      add("<dt>", note.title, "</dt>\n");
      add("<dd>", note.text, "</dd>\n");
    }
    out_ += "</dl>\n</section>\n";
  }

  const Bulletin& b_;
  Language language_;
  std::string out_;
};

}  // namespace

std::string to_html(const Bulletin& bulletin, Language language) {
  return Page(bulletin, language).draw();
}

}  // namespace songhua::report
