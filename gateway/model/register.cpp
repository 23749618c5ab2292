#include "model/register.h"

#include <algorithm>
#include <array>
#include <set>

#include "model/industries.h"

namespace songhua {
namespace {

// Registration types of 国统字[2011]86号 (indicators.md 11.4).
const std::set<std::string, std::less<>>& ownership_codes() {
  static const std::set<std::string, std::less<>> codes{
      "110", "120", "130", "140", "141", "142", "143", "149", "150", "151", "159", "160", "170", "171",
      "172", "173", "174", "190", "210", "220", "230", "240", "290", "310", "320", "330", "340", "390"};
  return codes;
}

bool one_of(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string listed(const std::vector<std::string>& list) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : ", ") + item;
  return text;
}

void check_region(TableRow& row, const Enterprise& e, const std::vector<Region>& extra) {
  if (e.region.empty()) return;
  const auto configured = std::find_if(extra.begin(), extra.end(), [&](const Region& r) { return r.code == e.region; });
  const Region* region = configured != extra.end() ? &*configured : find_region(e.region);
  if (region == nullptr) {
    row.fail("unknown region code '" + e.region +
             "'; write the six digits of GB/T 2260, like 220102, or add it as "
             "[[region]] to groups.toml");
  } else if (!region->validity.overlaps(e.validity)) {
    row.fail("region code '" + e.region + "' (" + region->name_en + ") was not valid in this row's time");
  }
}

void check_codes(TableRow& row, const Enterprise& e) {
  if (!e.industry.empty() && (find_industry(e.industry) == nullptr || e.industry.size() < 3)) {
    row.fail("unknown industry code '" + e.industry + "'; write a GB/T 4754-2017 division, group or class like C36");
  }
  if (!e.ownership.empty() && !is_ownership_code(e.ownership)) {
    row.fail("unknown ownership code '" + e.ownership + "'; registration types are 110 to 390, like 159");
  }
  if (!e.holding.empty() && !one_of(holdings(), e.holding)) {
    row.fail("unknown holding '" + e.holding + "'; one of " + listed(holdings()) + suggestion(e.holding, holdings()));
  }
  if (!e.size.empty() && !one_of(size_classes(), e.size)) {
    row.fail("unknown size '" + e.size + "'; one of " + listed(size_classes()));
  }
  if (e.validity.to <= e.validity.from) row.fail("'valid_to' must be after 'valid_from'");
}

// It is a level of the topics on which its gateways forward.
void check_id(TableRow& row, const std::string& id) {
  const auto bad = [](char c) { return c == '/' || c == '+' || c == '#' || c == '\x7F' || (c >= 0 && c <= ' '); };
  if (std::none_of(id.begin(), id.end(), bad)) return;
  row.fail("'id' is '" + id + "'; write it as in gateway.toml, without '/', '+', '#' and blanks");
}

void read_numbers(TableRow& row, Enterprise& e) {
  if (!row.required("employees").empty()) e.employees = row.count("employees").value_or(0);
  const auto& weight = row.text("weight");
  const auto parsed = Fraction::parse(weight);
  if (weight.empty()) {
    row.fail("the weight is missing: base-year value added in CNY 10k, 0 for a new enterprise");
  } else if (!parsed) {
    row.fail("'weight' is '" + weight + "', not a number like 1234.5");
  } else if (parsed->num < 0) {
    row.fail("'weight' is '" + weight + "'; a weight of the production index cannot be negative");
  } else {
    e.weight = *parsed;
  }
  const auto& scale = row.required("scale");
  if (!scale.empty() && scale != "above" && scale != "below") {
    row.fail("'scale' is '" + scale + "'; write above or below (designated size)");
  }
  e.above_scale = scale != "below";
}

Enterprise read_enterprise(TableRow& row) {
  Enterprise e;
  e.place = row.place();
  e.id = row.required("id");
  check_id(row, e.id);
  e.name_zh = row.required("name_zh");
  e.name_en = row.text("name_en");
  e.region = row.required("region");
  e.industry = row.required("industry");
  e.ownership = row.required("ownership");
  e.ownership_edition = row.text("ownership_edition").empty() ? "2011" : row.text("ownership_edition");
  e.holding = row.required("holding");
  e.size = row.required("size");
  e.parent = row.text("parent");
  e.validity = {row.day("valid_from", kFirstDay), row.day("valid_to", kLastDay)};
  read_numbers(row, e);
  return e;
}

// Two rows of one enterprise must not hold on one day.
void check_overlaps(std::vector<Enterprise>& all, Problems& problems) {
  std::stable_sort(all.begin(), all.end(), [](const Enterprise& a, const Enterprise& b) {
    return std::tie(a.id, a.validity.from) < std::tie(b.id, b.validity.from);
  });
  for (std::size_t i = 1; i < all.size(); ++i) {
    const auto &before = all[i - 1], &row = all[i];
    if (before.id != row.id || !before.validity.overlaps(row.validity)) continue;
    const bool same = before.validity == row.validity;
    problems.add(row.place, "enterprise '" + row.id + "' " + (same ? "occurs twice" : "has overlapping validity") +
                                " (the other: line " + std::to_string(before.place.line) + ")" +
                                (same ? "" : "; end the earlier row with valid_to"));
  }
}

LineRow read_line(TableRow& row) {
  LineRow line;
  line.place = row.place();
  line.enterprise = row.required("enterprise");
  line.line = row.required("line");
  line.product = row.text("product");
  line.validity = {row.day("valid_from", kFirstDay), row.day("valid_to", kLastDay)};
  if (line.validity.to <= line.validity.from) row.fail("'valid_to' must be after 'valid_from'");
  line.capacity_per_hour = row.positive("capacity_per_hour");
  line.normal_hours = row.count("normal_hours");
  if (line.normal_hours && (*line.normal_hours < 1 || *line.normal_hours > 24)) {
    row.fail("'normal_hours' must be from 1 to 24 hours a day");
  }
  line.fields.price = row.price("price");
  line.fields.comparable_price = row.price("comparable_price");
  line.fields.dispatch_price = row.price("dispatch_price");
  line.fields.export_price = row.price("export_price");
  const auto& rate = row.text("va_rate");
  if (const auto parsed = parse_int128(rate); parsed && *parsed >= -10'000 && *parsed <= 10'000) {
    line.fields.va_rate = static_cast<std::int64_t>(*parsed);
  } else if (!rate.empty()) {
    row.fail("'va_rate' is '" + rate + "', not basis points between -10000 and 10000");
  }
  return line;
}

}  // namespace

Register::Register(std::vector<Enterprise> enterprises, std::vector<LineRow> lines)
    : enterprises_(std::move(enterprises)), lines_(std::move(lines)) {
  std::stable_sort(enterprises_.begin(), enterprises_.end(), [](const Enterprise& a, const Enterprise& b) {
    return std::tie(a.id, a.validity.from) < std::tie(b.id, b.validity.from);
  });
  std::stable_sort(lines_.begin(), lines_.end(), [](const LineRow& a, const LineRow& b) {
    return std::tie(a.enterprise, a.line) < std::tie(b.enterprise, b.line);
  });
}

bool Register::knows(std::string_view enterprise) const {
  return std::any_of(enterprises_.begin(), enterprises_.end(), [&](const Enterprise& e) { return e.id == enterprise; });
}

const Enterprise* Register::find(std::string_view enterprise, Day day) const {
  const auto first = std::lower_bound(enterprises_.begin(), enterprises_.end(), enterprise,
                                      [](const Enterprise& e, std::string_view id) { return e.id < id; });
  for (auto it = first; it != enterprises_.end() && it->id == enterprise; ++it) {
    if (it->validity.holds(day)) return &*it;
  }
  return nullptr;
}

std::vector<const LineRow*> Register::rows_of(std::string_view enterprise, std::string_view line) const {
  const auto key = std::make_pair(enterprise, line);
  auto it = std::lower_bound(lines_.begin(), lines_.end(), key, [](const LineRow& row, const auto& wanted) {
    return std::make_pair(std::string_view(row.enterprise), std::string_view(row.line)) < wanted;
  });
  std::vector<const LineRow*> rows;
  for (; it != lines_.end() && it->enterprise == enterprise && it->line == line; ++it) rows.push_back(&*it);
  return rows;
}

std::vector<Enterprise> parse_enterprises(std::string_view text, std::string_view file,
                                          const std::vector<Region>& extra_regions, Problems& problems) {
  std::vector<Enterprise> all;
  read_table(text, file,
             {"id", "name_zh", "region", "industry", "ownership", "holding", "size", "scale", "employees", "weight"},
             {"name_en", "ownership_edition", "parent", "valid_from", "valid_to"}, problems, [&](TableRow& row) {
               auto enterprise = read_enterprise(row);
               check_region(row, enterprise, extra_regions);
               check_codes(row, enterprise);
               all.push_back(std::move(enterprise));
             });
  check_overlaps(all, problems);
  return all;
}

std::vector<LineRow> parse_lines(std::string_view text, std::string_view file, const Catalogue& catalogue,
                                 const std::vector<Enterprise>& enterprises, Problems& problems) {
  std::vector<LineRow> all;
  std::map<std::array<std::string, 3>, std::vector<std::size_t>> by_key;
  std::set<std::string, std::less<>> known;
  for (const auto& enterprise : enterprises) known.insert(enterprise.id);
  read_table(text, file, {"enterprise", "line"},
             {"product", "valid_from", "valid_to", "capacity_per_hour", "normal_hours", "price", "comparable_price",
              "dispatch_price", "export_price", "va_rate"},
             problems, [&](TableRow& row) {
               auto line = read_line(row);
               if (!line.enterprise.empty() && !known.contains(line.enterprise)) {
                 row.fail("unknown enterprise '" + line.enterprise + "'; enterprises.csv has no such id");
               }
               if (!line.product.empty() && catalogue.find(line.product) == nullptr) {
                 row.fail("unknown product '" + line.product + "'; the catalogue has no such id");
               }
               auto& earlier = by_key[{line.enterprise, line.line, line.product}];
               for (const auto index : earlier) {
                 if (!all[index].validity.overlaps(line.validity)) continue;
                 row.fail("line '" + line.line + "' of '" + line.enterprise +
                          "' has overlapping validity for product '" + line.product + "' (the other: line " +
                          std::to_string(all[index].place.line) + ")");
               }
               earlier.push_back(all.size());
               all.push_back(std::move(line));
             });
  return all;
}

bool is_ownership_code(std::string_view code) {
  return ownership_codes().contains(code);
}

bool is_ownership_filter(std::string_view filter) {
  return is_ownership_code(filter) || filter == "domestic" || filter == "hmt" || filter == "foreign" ||
         filter == "foreign_hmt";
}

bool ownership_matches(std::string_view code, std::string_view filter) {
  if (code.empty()) return false;
  if (filter == "domestic") return code.front() == '1';
  if (filter == "hmt") return code.front() == '2';
  if (filter == "foreign") return code.front() == '3';
  if (filter == "foreign_hmt") return code.front() == '2' || code.front() == '3';
  return code == filter;
}

const std::vector<std::string>& holdings() {
  static const std::vector<std::string> all{"state", "collective", "private", "foreign", "hmt", "other"};
  return all;
}

const std::vector<std::string>& size_classes() {
  static const std::vector<std::string> all{"L", "M", "S", "XS"};
  return all;
}

}  // namespace songhua
