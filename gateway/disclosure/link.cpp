#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "disclosure/patterns.h"
#include "disclosure/pieces.h"

namespace songhua::disclosure {
namespace {

using Numbers = std::vector<std::size_t>;  // of pieces

class Linker {
 public:
  Linker(Tables& tables, Pieces pieces, const Rules& rules)
      : tables_(tables), rules_(rules), pieces_(std::move(pieces)), shown_(tables.cells.size()) {
    for (std::size_t i = 0; i < shown_; ++i) {
      const auto& own = pieces_.of_cell[i];
      tables.cells[i].contributions = contributions_of(pieces_, own);
      if (!own.empty()) cell_of_.emplace(own, i);
    }
  }

  // What is left of one cell without another that lies in it.
  void add_rests() {
    for (std::size_t i = 0; i < shown_; ++i) {
      for (std::size_t j = 0; j < shown_; ++j) {
        const auto &whole = pieces_.of_cell[i], &part = pieces_.of_cell[j];
        if (part.empty() || part.size() >= whole.size() || !std::ranges::includes(whole, part)) continue;
        Numbers rest;
        std::ranges::set_difference(whole, part, std::back_inserter(rest));
        const auto number = cell_of(rest, tables_.cells[i].id + " without " + tables_.cells[j].id);
        if (number) tables_.lines.push_back({i, {j, *number}});
      }
    }
  }
  void add_pieces() {
    for (std::size_t i = 0; i < pieces_.all.size(); ++i) cell_of({i}, "piece " + std::to_string(i));
  }

 private:
  // The cell that consists of the pieces: one that is there, or a new one where somebody must be protected in it.
  std::optional<std::size_t> cell_of(const Numbers& numbers, std::string id) {
    if (const auto known = cell_of_.find(numbers); known != cell_of_.end()) return known->second;
    Cell cell{std::move(id), contributions_of(pieces_, numbers), false, Cell::Decided::open, 0};
    if (sensitivity({&cell}, rules_).empty()) return std::nullopt;
    return cell_of_[numbers] = tables_.add(std::move(cell));
  }

  Tables& tables_;
  const Rules& rules_;
  const Pieces pieces_;
  const std::size_t shown_;
  std::map<Numbers, std::size_t> cell_of_;  // of equal cells the first
};

}  // namespace

bool link(Tables& tables, const Rules& rules, std::size_t max_pieces) {
  auto pieces = pieces_of(tables.cells);
  if (pieces.all.size() > max_pieces) return false;
  Linker linker(tables, std::move(pieces), rules);
  linker.add_rests();
  linker.add_pieces();
  return true;
}

}  // namespace songhua::disclosure
