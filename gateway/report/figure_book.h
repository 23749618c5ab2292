#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "report/report.h"

// All rows of one bulletin, asked for once and found by what they are. Inside the room only.
namespace songhua::report {

class FigureBook {
 public:
  // Adds the rows of a request; its parts are kept under `parts` in their order. A row that is there already stays.
  Result<void> add(const Ask& ask, const indicators::IndicatorRequest& request, const std::string& parts = "");
  // All rows to disclosure control and back.
  Result<Protection> protect(const Protect& protect);

  // Null where it was not asked for or does not apply.
  [[nodiscard]] const indicators::IndicatorRow* find(const std::string& id, const indicators::Scope& scope,
                                                     const std::string& period) const;
  [[nodiscard]] const std::vector<indicators::Scope>& parts(const std::string& name) const;
  [[nodiscard]] const std::vector<indicators::IndicatorRow>& rows() const { return rows_; }

 private:
  using Key = std::tuple<std::string, indicators::Scope, std::string>;  // indicator, scope, period
  std::vector<indicators::IndicatorRow> rows_;
  std::map<Key, std::size_t> index_;
  std::map<std::string, std::vector<indicators::Scope>> parts_;
};

// A column group of the bulletin: the period itself, and the year up to its end where that is another.
struct Span {
  std::string id;  // period | cumulative
  Period period;
  std::string name;  // as rows carry it
  Words title;       // March 2019
};

// What the tables are laid out from.
struct Material {
  Options options;
  const indicators::Inputs* inputs = nullptr;
  indicators::Scope whole;  // the region
  std::vector<Span> spans;  // one or two
  Period before;            // whose rate the period's is compared with
  bool has_before = false;
  unsigned months = 0;  // of the year, up to the period's end
  FigureBook book;
  Protection protection;

  [[nodiscard]] const Span& span() const { return spans.front(); }
  [[nodiscard]] const Span& cumulative() const { return spans.back(); }
  [[nodiscard]] const indicators::IndicatorRow* find(const std::string& id, const indicators::Scope& scope,
                                                     const Span& span) const {
    return book.find(id, scope, span.name);
  }
};

// Scopes of product output above single products: classes of the catalogue with several, and new-energy vehicles.
std::vector<indicators::Scope> family_scopes(const indicators::Inputs& inputs, const indicators::Scope& whole);

// The requests of a bulletin, asked and protected.
Result<Material> gather(const Options& options, const indicators::Inputs& inputs, const Ask& ask,
                        const Protect& protect);

}  // namespace songhua::report
