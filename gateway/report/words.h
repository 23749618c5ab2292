#pragma once

#include <string>
#include <string_view>

#include "indicators/indicators.h"
#include "report/bulletin.h"

// Names in both languages: periods, codes, indicators, units, reasons. Inside the room only.
namespace songhua::report {

inline Words operator+(const Words& a, const Words& b) {
  return {a.zh + b.zh, a.en + b.en};
}
// The same text in both languages.
inline Words plain(const std::string& text) {
  return {text, text};
}

Words period_words(const Period& period);      // 2019年3月 / March 2019
Words period_in_year(const Period& period);    // 3月 / March, where the year is known
Words when_words(const Period& period);        // 2019年1—3月 / From January to March 2019
Words grew_words(const std::string& rate);     // 增长5.2% / grew by 5.2 %
Words indicator_words(const std::string& id);  // as the vocabulary names it
// In Chinese a unit has the measure word of its product: 台 of lasers, 颗 of satellites.
Words unit_words(const std::string& unit, const Catalogue& catalogue, const std::string& product = {});
Words reason_words(const std::string& reason);  // why there is no figure
Words country_words(const std::string& code);   // the code itself where the table lacks it
Words region_words(const std::string& code, const indicators::Inputs& inputs);
Words industry_words(const std::string& code);
Words group_words(const std::string& id, bool of_markets, const indicators::Inputs& inputs);
Words product_words(const Product& product);
Words holding_words(const std::string& holding);
Words size_words(const std::string& size);
// Of the key that a part is of: region, industry, product, market, market_group, group, holding, size.
Words part_words(const indicators::Scope& part, const std::string& key, const indicators::Inputs& inputs);

}  // namespace songhua::report
