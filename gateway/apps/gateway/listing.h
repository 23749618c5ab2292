#pragma once

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

namespace songhua::gateway {

// Cells lined up in columns as wide as their widest cell; the last one is not filled up. UTF-8 counts by code points.
[[nodiscard]] std::string lined_up(const std::vector<std::vector<std::string>>& rows);

// A list of objects as table, csv or json (`format` as --format has it, "" as format_of() decides). Table and csv show
// the named keys in that order.
void print_list(const nlohmann::json& list, const std::vector<std::string>& keys, const std::string& format,
                std::ostream& out);

}  // namespace songhua::gateway
