#include "report/figure_book.h"

#include <algorithm>

namespace songhua::report {

using indicators::IndicatorRequest;
using indicators::IndicatorRow;
using indicators::Scope;

Result<void> FigureBook::add(const Ask& ask, const IndicatorRequest& request, const std::string& parts) {
  auto rows = ask(request);
  if (!rows) return rows.error();
  auto& list = parts_[parts];
  for (auto& row : *rows) {
    if (!parts.empty() && std::find(list.begin(), list.end(), row.scope) == list.end()) list.push_back(row.scope);
    const auto fresh = index_.try_emplace(Key{row.indicator, row.scope, row.period}, rows_.size()).second;
    if (fresh) rows_.push_back(std::move(row));
  }
  return {};
}

Result<Protection> FigureBook::protect(const Protect& protect) {
  if (!protect) return Protection{};
  return protect(rows_);
}

const IndicatorRow* FigureBook::find(const std::string& id, const Scope& scope, const std::string& period) const {
  const auto found = index_.find(Key{id, scope, period});
  return found == index_.end() ? nullptr : &rows_.at(found->second);
}

const std::vector<Scope>& FigureBook::parts(const std::string& name) const {
  static const std::vector<Scope> none;
  const auto found = parts_.find(name);
  return found == parts_.end() ? none : found->second;
}

}  // namespace songhua::report
