#include "report/markup.h"

namespace songhua::report {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string in_html(const Words& words, Language language) {
  if (language == Language::zh) return escaped(words.zh);
  if (language == Language::en) return escaped(words.en);
  if (words.zh == words.en) return escaped(words.zh);
  return "<span class=\"zh\" lang=\"zh-CN\">" + escaped(words.zh) + "</span><span class=\"en\" lang=\"en\">" +
         escaped(words.en) + "</span>";
}

std::string in_line(const Words& words, Language language) {
  if (language == Language::zh || words.zh == words.en) return words.zh;
  if (language == Language::en) return words.en;
  return words.zh + " " + words.en;
}

std::string shown_text(const Cell& cell) {
  switch (cell.shown) {
    case Shown::figure:
      return cell.text;
    case Shown::confidential:
      return "(c)";
    case Shown::withheld:
    case Shown::not_available:
      return "…";
    case Shown::not_applicable:
      break;
  }
  return "-";
}

std::string marks_of(const Cell& cell, bool plain_preliminary) {
  std::string marks;
  if (cell.shown != Shown::figure) return marks;
  if (cell.status == indicators::Status::preliminary && !plain_preliminary) marks += "p";
  if (cell.status == indicators::Status::revised) marks += "r";
  if (cell.flags.contains("estimated")) marks += "e";
  if (cell.flags.contains("imputed")) marks += "i";
  return marks;
}

}  // namespace songhua::report
