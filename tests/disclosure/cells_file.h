#pragma once

#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "disclosure/rows.h"

// Questions of disclosure control as text: who has which amount in which cell. A line is one of
//   question                        what is decided together from here on
//   table                           one magnitude of it
//   unit RESPONDENT UNIT AMOUNT     numbered from 0 in every table
//   cell s|h ID NUMBER[-NUMBER]...  shown or hidden, and the units that it is made of; numbered from 0 in every table
//   line TOTAL PART...              by the numbers of cells
//   decision ID CODE                what the release did with the cell: F, C or D
// with tabs between the columns.
namespace songhua::disclosure::test {

inline void write(std::ostream& out, const Tables& tables) {
  std::map<std::tuple<std::string, std::string, Rational>, std::size_t> numbers;
  std::ostringstream cells;
  out << "table\n";
  for (const auto& cell : tables.cells) {
    cells << "cell\t" << (cell.shown ? 's' : 'h') << '\t' << cell.id;
    std::set<std::size_t> own;
    for (const auto& c : cell.contributions) {
      const auto [it, fresh] = numbers.try_emplace({c.unit, c.respondent, c.amount}, numbers.size());
      if (fresh) out << "unit\t" << c.respondent << '\t' << c.unit << '\t' << indicators::exact_text(c.amount) << '\n';
      own.insert(it->second);
    }
    for (auto it = own.begin(); it != own.end();) {
      const auto first = *it;
      auto last = first;
      for (++it; it != own.end() && *it == last + 1; ++it) last = *it;
      cells << '\t' << first;
      if (last != first) cells << '-' << last;
    }
    cells << '\n';
  }
  out << cells.str();
  for (const auto& line : tables.lines) {
    out << "line\t" << line.total;
    for (const auto part : line.parts) out << '\t' << part;
    out << '\n';
  }
}

inline void write(std::ostream& out, const std::vector<Question>& questions) {
  for (const auto& question : questions) {
    out << "question\n";
    for (const auto& table : question.tables) write(out, table);
  }
}

// "figures|2019-03|region=220100;industry=C36"
inline CellKey key_of(const std::string& text) {
  static const std::vector<std::string> kinds{"figures", "products", "sales",       "exports",
                                              "energy",  "base",     "product_base"};
  std::istringstream in(text);
  std::string kind, period, scope;
  std::getline(in, kind, '|');
  std::getline(in, period, '|');
  CellKey key;
  key.kind = static_cast<CellKey::Kind>(std::ranges::find(kinds, kind) - kinds.begin());
  key.period = Period::parse(period).value();
  while (std::getline(in, scope, ';')) {
    const auto equals = scope.find('=');
    key.scope = key.scope.with(scope.substr(0, equals), scope.substr(equals + 1));
  }
  if (key.text() != text) throw std::runtime_error("not a cell: " + text);
  return key;
}

struct Release {
  std::vector<Question> questions;
  std::map<std::string, std::string> decisions;  // codes by CellKey::text()
};
inline Release read(std::istream& in) {
  Release release;
  auto& questions = release.questions;
  std::vector<Contribution> units;
  std::string row;
  while (std::getline(in, row)) {
    std::istringstream columns(row);
    std::vector<std::string> fields;
    for (std::string field; std::getline(columns, field, '\t');) fields.push_back(field);
    if (fields.empty() || fields[0].starts_with("#")) continue;
    const auto& what = fields[0];
    if (what == "question") {
      questions.emplace_back();
    } else if (what == "table") {
      questions.back().tables.emplace_back();
      units.clear();
    } else if (what == "unit") {
      units.push_back({fields.at(1), fields.at(2), indicators::parse_exact(fields.at(3)).value()});
    } else if (what == "cell") {
      Cell cell;
      cell.id = fields.at(2);
      cell.shown = fields.at(1) == "s";
      for (std::size_t i = 3; i < fields.size(); ++i) {
        const auto dash = fields[i].find('-');
        const auto first = std::stoul(fields[i]);
        const auto last = dash == std::string::npos ? first : std::stoul(fields[i].substr(dash + 1));
        for (auto unit = first; unit <= last; ++unit) cell.contributions.push_back(units.at(unit));
      }
      auto& question = questions.back();
      if (cell.shown && question.tables.size() == 1) question.keys.push_back(key_of(cell.id));
      question.tables.back().add(std::move(cell));
    } else if (what == "line") {
      Line line{std::stoul(fields.at(1)), {}};
      for (std::size_t i = 2; i < fields.size(); ++i) line.parts.push_back(std::stoul(fields[i]));
      questions.back().tables.back().lines.push_back(std::move(line));
    } else if (what == "decision") {
      release.decisions[fields.at(1)] = fields.at(2);
    } else {
      throw std::runtime_error("cells file: " + row);
    }
  }
  return release;
}

}  // namespace songhua::disclosure::test
