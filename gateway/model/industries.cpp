#include "model/industries.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "model/industry_names.h"

namespace songhua {
namespace {

// Of sections and divisions all; of groups and classes those that products and groups of industries name.
const std::map<std::string_view, std::string_view>& english() {
  static const std::map<std::string_view, std::string_view> kNames{
      {"B", "Mining"},
      {"B06", "Mining and washing of coal"},
      {"B07", "Extraction of petroleum and natural gas"},
      {"B08", "Mining and processing of ferrous metal ores"},
      {"B09", "Mining and processing of non-ferrous metal ores"},
      {"B10", "Mining and processing of non-metal ores"},
      {"B11", "Support activities for mining"},
      {"B12", "Other mining"},
      {"C", "Manufacturing"},
      {"C13", "Processing of food from agricultural products"},
      {"C14", "Foods"},
      {"C15", "Liquor, beverages and refined tea"},
      {"C16", "Tobacco"},
      {"C17", "Textiles"},
      {"C18", "Wearing apparel and accessories"},
      {"C19", "Leather, fur, feather products and footwear"},
      {"C20", "Wood, bamboo, rattan, palm and straw products"},
      {"C21", "Furniture"},
      {"C22", "Paper and paper products"},
      {"C23", "Printing and reproduction of recording media"},
      {"C24", "Articles for culture, education, arts, sport and entertainment"},
      {"C25", "Processing of petroleum, coal and other fuels"},
      {"C26", "Raw chemical materials and chemical products"},
      {"C262", "Fertilizers"},
      {"C2624", "Compound fertilizers"},
      {"C265", "Synthetic materials"},
      {"C2652", "Synthetic rubber"},
      {"C266", "Special chemical products"},
      {"C2664", "Information chemicals for culture"},
      {"C2665", "Information chemicals for medicine"},
      {"C27", "Medicines"},
      {"C28", "Chemical fibres"},
      {"C29", "Rubber and plastics products"},
      {"C30", "Non-metallic mineral products"},
      {"C31", "Smelting and pressing of ferrous metals"},
      {"C32", "Smelting and pressing of non-ferrous metals"},
      {"C33", "Metal products"},
      {"C34", "General purpose machinery"},
      {"C342", "Metal working machinery"},
      {"C347", "Machinery for culture and offices"},
      {"C3474", "Copying and offset equipment"},
      {"C3475", "Calculators and currency equipment"},
      {"C35", "Special purpose machinery"},
      {"C356", "Special machinery for electronics"},
      {"C3562", "Equipment for semiconductor devices"},
      {"C3563", "Equipment for electronic components"},
      {"C3569", "Other equipment for electronics"},
      {"C358", "Medical instruments and equipment"},
      {"C36", "Motor vehicles"},
      {"C361", "Complete motor vehicles"},
      {"C3611", "Petrol and diesel vehicles"},
      {"C3612", "New-energy vehicles"},
      {"C367", "Motor vehicle parts"},
      {"C3670", "Motor vehicle parts"},
      {"C37", "Railway, ship, aerospace and other transport equipment"},
      {"C371", "Railway transport equipment"},
      {"C3711", "High-speed train sets"},
      {"C3712", "Locomotives and rolling stock"},
      {"C372", "Urban rail equipment"},
      {"C3720", "Urban rail equipment"},
      {"C374", "Aircraft, spacecraft and equipment"},
      {"C3742", "Spacecraft and launch vehicles"},
      {"C38", "Electrical machinery and apparatus"},
      {"C383", "Wires, cables and electrical materials"},
      {"C3832", "Optical fibres"},
      {"C3833", "Optical cables"},
      {"C384", "Batteries"},
      {"C3841", "Lithium-ion batteries"},
      {"C39", "Computers, communication and other electronic equipment"},
      {"C391", "Computers"},
      {"C392", "Communication equipment"},
      {"C393", "Broadcasting and television equipment"},
      {"C394", "Radar equipment"},
      {"C395", "Consumer audio and video equipment"},
      {"C396", "Intelligent consumer devices"},
      {"C397", "Electronic devices"},
      {"C3976", "Optoelectronic devices"},
      {"C398", "Electronic components and materials"},
      {"C399", "Other electronic equipment"},
      {"C40", "Measuring instruments"},
      {"C401", "General instruments"},
      {"C402", "Special instruments"},
      {"C404", "Optical instruments"},
      {"C409", "Other instruments"},
      {"C41", "Other manufacturing"},
      {"C42", "Utilisation of waste resources"},
      {"C43", "Repair of metal products, machinery and equipment"},
      {"C434", "Repair of transport equipment"},
      {"C4343", "Repair of aircraft and spacecraft"},
      {"D", "Electricity, heat, gas and water"},
      {"D44", "Electricity and heat"},
      {"D45", "Gas"},
      {"D46", "Water"}};
  return kNames;
}

Industry industry(std::string code, std::string name) {
  const auto own = english().find(code);
  std::string en = own == english().end() ? code : std::string(own->second);
  return {std::move(code), std::move(name), std::move(en)};
}

std::vector<Industry> table() {
  std::vector<Industry> all;
  std::istringstream lines{std::string(industry_names())};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    std::string code, name, part;
    if (!(words >> code >> name)) continue;
    all.push_back(industry(code, name));
    while (words >> part) all.push_back(industry(code + part.front(), part.size() == 1 ? name : part.substr(1)));
  }
  return all;
}

}  // namespace

const std::vector<Industry>& industries() {
  static const std::vector<Industry> all = table();
  return all;
}

const Industry* find_industry(std::string_view code) {
  const auto& all = industries();
  const auto found =
      std::ranges::lower_bound(all, code, {}, [](const Industry& i) -> std::string_view { return i.code; });
  return found == all.end() || found->code != code ? nullptr : &*found;
}

std::string division_of(std::string_view code) {
  return code.size() < 3 ? std::string{} : std::string(code.substr(0, 3));
}

}  // namespace songhua
