#include <algorithm>
#include <array>

#include "report/markup.h"

// Charts as SVG text. Places are whole tenths of a unit, computed exactly from printed figures, so that the same
// bulletin draws the same bytes everywhere.
namespace songhua::report {
namespace {

using indicators::BigInt;
using indicators::Rational;

constexpr int kWidth = 480;  // units; the style sheet scales it to between 350 and 640 px, so text stays legible

Rational number(const std::string& text) {
  return indicators::parse_exact(text).value_or(Rational(0));
}

int floored(const Rational& value) {
  BigInt quotient = numerator(value) / denominator(value);
  if (value < 0 && quotient * denominator(value) != numerator(value)) --quotient;
  return quotient.convert_to<int>();
}

// Tenths of a unit as SVG writes them: 123 -> "12.3".
std::string at(int tenths) {
  const std::string sign = tenths < 0 ? "-" : "";
  const int size = tenths < 0 ? -tenths : tenths;
  return sign + std::to_string(size / 10) + "." + std::to_string(size % 10);
}

// Values from lo to hi onto places from `first` to `last`, in tenths.
struct Scale {
  Rational lo, hi;
  int first, last;
  [[nodiscard]] int operator()(const Rational& value) const {
    if (hi == lo) return first;
    return first + floored((value - lo) / (hi - lo) * (last - first));
  }
};

std::string text(int x, int y, const std::string& anchor, const std::string& css, const std::string& words) {
  return "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" text-anchor=\"" + anchor + "\" class=\"" + css + "\">" +
         escaped(words) + "</text>";
}

std::string line(int x1, int y1, int x2, int y2, const std::string& css) {
  return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" class=\"" +
         css + "\"/>";
}

std::string opening(int height, const std::string& title) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + std::to_string(kWidth) + " " +
         std::to_string(height) + "\" role=\"img\"><title>" + escaped(title) + "</title>";
}

std::string in_one(const Words& words, Language language) {
  return language == Language::en ? words.en : words.zh;
}

// A bar with its label above and its value behind it.
std::string bar_of(const Bar& bar, int top, bool two_lines, const Scale& x, int zero, Language language) {
  std::string out = text(0, top + 120, "start", "label", in_one(bar.label, language));
  if (two_lines && bar.label.en != bar.label.zh) out += text(0, top + 240, "start", "small", bar.label.en);
  const int y = top + (two_lines ? 290 : 170);
  const auto value = number(bar.value);
  const int end = x(value), left = std::min(end, zero), width = std::max(std::abs(end - zero), 5);
  out += "<rect x=\"" + at(left) + "\" y=\"" + at(y) + "\" width=\"" + at(width) + "\" height=\"10.0\" class=\"" +
         (value < 0 ? "fall" : "rise") + "\"/>";
  return out + text(kWidth * 10, y + 95, "end", "value", bar.value);
}

}  // namespace

std::string bar_chart(const BarChart& chart, Language language) {
  const bool two_lines = language == Language::both;
  const int step = two_lines ? 460 : 340;
  Rational lo = 0, hi = 0;
  for (const auto& bar : chart.bars) {
    lo = std::min(lo, number(bar.value));
    hi = std::max(hi, number(bar.value));
  }
  const Scale x{lo, hi, 0, (kWidth - 90) * 10};  // the values stand to the right of all bars
  const int zero = x(0), bottom = static_cast<int>(chart.bars.size()) * step;
  std::string out = opening(bottom / 10 + 4, in_line(chart.title, language));
  int top = 0;
  for (const auto& bar : chart.bars) {
    out += bar_of(bar, top, two_lines, x, zero, language);
    top += step;
  }
  if (lo < 0) {
    for (int y = two_lines ? 270 : 150; y < bottom; y += step) out += line(zero, y, zero, y + 140, "axis");
  }
  return out + "</svg>";
}

namespace {

constexpr int kHeight = 300, kLeft = 340, kRight = 4120, kTop = 250, kBottom = 2550;

// The plot of a target chart: months across, percent up.
class TargetPlot {
 public:
  TargetPlot(const TargetChart& chart, Language language) : c_(chart), language_(language) {
    Rational lo = 0, hi = 0;
    const auto include = [&](const std::string& value) {
      if (value.empty()) return;
      lo = std::min(lo, number(value));
      hi = std::max(hi, number(value));
    };
    for (const auto& value : c_.actual) include(value);
    for (const auto* value : {&c_.target, &c_.projected, &c_.low, &c_.high}) include(*value);
    low_ = floored(lo);
    high_ = -floored(-hi) + 1;
    step_ = 1;
    // At most eight lines across: 1, 2, 5, 10, ... percent apart.
    for (const int next : {2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000}) {
      if ((high_ - low_) / step_ > 8) step_ = next;
    }
    low_ = floored(Rational(low_, step_)) * step_;
    y_ = Scale{Rational(low_), Rational(high_), kBottom, kTop};
    for (std::size_t k = 0; k < c_.actual.size(); ++k) {
      if (!c_.actual[k].empty()) last_ = k;
    }
  }

  [[nodiscard]] std::string draw() const {
    return opening(kHeight, in_line(c_.title, language_)) + grid() + target() + projection() + course() + "</svg>";
  }

 private:
  [[nodiscard]] static int month_at(std::size_t k) {
    return kLeft + 150 + static_cast<int>(k) * (kRight - kLeft - 300) / 11;
  }
  [[nodiscard]] int place(const std::string& value) const { return y_(number(value)); }
  [[nodiscard]] std::string words(const Words& w) const { return in_line(w, language_); }

  [[nodiscard]] std::string grid() const {
    std::string out;
    for (int v = low_; v <= high_; v += step_) {
      const int y = y_(Rational(v));
      out += line(kLeft, y, kRight, y, v == 0 ? "axis" : "grid");
      out += text(kLeft - 50, y + 40, "end", "small", std::to_string(v));
    }
    out += text(kLeft - 50, kTop - 110, "end", "small", "%");
    for (std::size_t k = 0; k < 12; ++k) {
      const auto number_text = k == 1 ? std::string("1–2") : std::to_string(k + 1);
      if (k > 0) out += text(month_at(k), kBottom + 170, "middle", "small", number_text);
    }
    return out + text(kRight, kBottom + 330, "end", "small", words({"月", "month"}));
  }

  [[nodiscard]] std::string target() const {
    const int y = place(c_.target);
    return line(kLeft, y, kRight, y, "target") +
           text(kLeft + 20, y - 50, "start", "goal", words({"目标", "target"}) + " " + c_.target + "%");
  }

  // Where the year is heading: a dotted line to December and the range of this year's months.
  [[nodiscard]] std::string projection() const {
    if (c_.projected.empty() || last_ >= 11) return {};
    const int x = month_at(11), from = place(c_.actual[last_]), to = place(c_.projected);
    std::string out = line(month_at(last_), from, x, to, "ahead");
    if (!c_.low.empty() && !c_.high.empty()) {
      const int low = place(c_.low), high = place(c_.high);
      out += line(x, low, x, high, "range") + line(x - 40, low, x + 40, low, "range") +
             line(x - 40, high, x + 40, high, "range");
      // Labels keep a line's distance, however near the values are.
      out += text(x + 90, std::min(high + 40, to - 90), "start", "small", c_.high) +
             text(x + 90, std::max(low + 40, to + 170), "start", "small", c_.low);
    }
    return out + text(x + 90, to + 40, "start", "value", c_.projected + "%") +
           text(kRight, kTop - 110, "end", "small",
                words({"虚线：预计全年，竖线：范围", "dotted: projection, bar: range"}));
  }

  [[nodiscard]] std::string course() const {
    std::string points, marks;
    for (std::size_t k = 0; k < c_.actual.size(); ++k) {
      const auto& value = c_.actual[k];
      if (value.empty()) continue;
      const int x = month_at(k), y = place(value);
      points += (points.empty() ? "" : " ") + at(x) + "," + at(y);
      marks += "<circle cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"3.5\" class=\"dot\"/>";
      // Below the target's line the label goes below the point, so that the two do not cross.
      const bool below = !c_.target.empty() && number(value) < number(c_.target);
      marks += text(x, below ? y + 150 : y - 80, "middle", "value", value);
    }
    return "<polyline points=\"" + points + "\" class=\"course\"/>" + marks + gap();
  }

  [[nodiscard]] std::string gap() const {
    if (c_.gap.empty() || c_.actual.empty() || c_.actual[last_].empty()) return {};
    const int x = month_at(last_), from = place(c_.actual[last_]), to = place(c_.target);
    if (std::abs(from - to) < 60) return {};
    return line(x, from, x, to, "gap") +
           text(x - 60, (from + to) / 2 + 40, "end", "gaplabel", words({"差距", "gap"}) + " " + c_.gap);
  }

  const TargetChart& c_;
  Language language_;
  int low_ = 0, high_ = 1, step_ = 1;
  Scale y_{0, 1, kBottom, kTop};
  std::size_t last_ = 0;
};

}  // namespace

std::string target_chart(const TargetChart& chart, Language language) {
  return TargetPlot(chart, language).draw();
}

}  // namespace songhua::report
