#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalogue.h"
#include "model/regions.h"
#include "model/register_text.h"

// The register of enterprises and their lines, as data with validity (interfaces.md, indicators.md 2 and 11).
namespace songhua {

// One row of enterprises.csv: what holds for an enterprise between two days.
struct Enterprise {
  std::string id;
  std::string name_zh;
  std::string name_en;
  std::string region;     // GB/T 2260, six digits
  std::string industry;   // GB/T 4754, division or deeper
  std::string ownership;  // registration type, three digits
  std::string ownership_edition;
  std::string holding;  // state | collective | private | foreign | hmt | other
  std::string size;     // L | M | S | XS
  bool above_scale = true;
  std::int64_t employees = 0;
  Fraction weight{0, 1};  // value added of the base year in CNY 10k: weight of the industry in the index
  std::string parent;     // group of companies, one respondent for disclosure control; "" none
  Validity validity;
  Place place;
};

// One row of lines.csv: a line of an enterprise, and what it overrides for one product ("" for the line itself).
struct LineRow {
  std::string enterprise;
  std::string line;
  std::string product;
  std::optional<Fraction> capacity_per_hour;
  std::optional<std::int64_t> normal_hours;
  PriceFields fields;
  Validity validity;
  Place place;
};

class Register {
 public:
  Register() = default;
  Register(std::vector<Enterprise> enterprises, std::vector<LineRow> lines);

  [[nodiscard]] const std::vector<Enterprise>& enterprises() const { return enterprises_; }  // by id, valid from
  [[nodiscard]] const std::vector<LineRow>& lines() const { return lines_; }  // by enterprise, line, in file order
  [[nodiscard]] bool knows(std::string_view enterprise) const;
  // The row that holds on `day`.
  [[nodiscard]] const Enterprise* find(std::string_view enterprise, Day day) const;
  // Rows of one line, in the order of the file.
  [[nodiscard]] std::vector<const LineRow*> rows_of(std::string_view enterprise, std::string_view line) const;

 private:
  std::vector<Enterprise> enterprises_;
  std::vector<LineRow> lines_;
};

std::vector<Enterprise> parse_enterprises(std::string_view text, std::string_view file,
                                          const std::vector<Region>& extra_regions, Problems& problems);
std::vector<LineRow> parse_lines(std::string_view text, std::string_view file, const Catalogue& catalogue,
                                 const std::vector<Enterprise>& enterprises, Problems& problems);

// Ownership: a registration type of the 2011 list (110..390). Filters: a code, domestic, hmt, foreign, foreign_hmt.
bool is_ownership_code(std::string_view code);
bool is_ownership_filter(std::string_view filter);
bool ownership_matches(std::string_view code, std::string_view filter);
const std::vector<std::string>& holdings();
const std::vector<std::string>& size_classes();

}  // namespace songhua
