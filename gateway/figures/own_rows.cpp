#include "figures/own_rows.h"

#include <algorithm>
#include <iterator>

namespace songhua::figures {

indicators::Inputs own_rows(const indicators::Inputs& all, std::string_view enterprise) {
  auto own = all;
  std::vector<Enterprise> enterprises;
  std::ranges::copy_if(all.reg.enterprises(), std::back_inserter(enterprises),
                       [&](const Enterprise& row) { return row.id == enterprise; });
  std::vector<LineRow> lines;
  std::ranges::copy_if(all.reg.lines(), std::back_inserter(lines),
                       [&](const LineRow& row) { return row.enterprise == enterprise; });
  own.reg = Register(std::move(enterprises), std::move(lines));
  std::erase_if(own.base, [&](const indicators::BaseRow& row) { return row.enterprise != enterprise; });
  std::erase_if(own.prices, [&](const indicators::PriceChange& row) {
    return !row.enterprise.empty() && row.enterprise != enterprise;
  });
  return own;
}

}  // namespace songhua::figures
