#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

// What the HTML and SVG renderers share. Inside the room only.
namespace songhua::report {

std::string escaped(std::string_view text);

// One language as it is; both as two spans that the style sheet stacks.
std::string in_html(const Words& words, Language language);
// For lines of text: "汽车 Motor vehicles".
std::string in_line(const Words& words, Language language);

// What stands in a cell in place of a figure, and the figure itself.
std::string shown_text(const Cell& cell);
// "p", "re": the marks of a cell. `plain_preliminary`: all figures are, so that none needs the mark.
std::string marks_of(const Cell& cell, bool plain_preliminary);

std::string bar_chart(const BarChart& chart, Language language);
std::string target_chart(const TargetChart& chart, Language language);

std::string_view style_sheet();

}  // namespace songhua::report
