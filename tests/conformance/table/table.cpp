#include "table/table.h"

#include <algorithm>
#include <array>
#include <set>

namespace songhua::conformance {
namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// Names of tests have _ where ids have -.
std::string folded(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

std::size_t count(const std::vector<Assertion>& all, bool applies) {
  return static_cast<std::size_t>(std::ranges::count(all, applies, &Assertion::applies));
}

}  // namespace

Result<std::vector<Assertion>> parse_assertions(std::string_view text) {
  std::vector<Assertion> all;
  std::set<std::string> seen;
  for (int number = 1; !text.empty(); ++number) {
    auto line = take_line(text);
    if (line.empty() || line.front() == '#') continue;
    const auto where = "assertions.tsv:" + std::to_string(number) + ": ";
    std::array<std::string, 4> fields;
    for (auto& field : fields) {
      const auto tab = line.find('\t');
      field = line.substr(0, tab);
      line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
    }
    const auto& [id, side, applies, reason] = fields;
    if (!id.starts_with("tck-id-")) return Error{where + "an id begins with tck-id-"};
    if (!seen.insert(id).second) return Error{where + id + " is listed twice"};
    if (!std::set<std::string>{"edge", "host", "both", "broker"}.contains(side)) {
      return Error{where + "the side is edge, host, both or broker"};
    }
    if (applies != "yes" && applies != "no") return Error{where + "it applies: yes or no"};
    if (applies == "no" && reason.empty()) return Error{where + "say why it does not apply"};
    all.push_back({id, side, applies == "yes", reason});
  }
  return all;
}

void read_tests(const std::string& program, std::string_view list, Proofs& proofs) {
  std::string suite;
  while (!list.empty()) {
    auto line = take_line(list);
    if (const auto comment = line.find("  #"); comment != std::string_view::npos) line = line.substr(0, comment);
    if (line.empty()) continue;
    if (line.front() != ' ') {
      suite = line.substr(0, line.find('.'));
      continue;
    }
    line.remove_prefix(2);
    if (!line.starts_with("tck_id_")) continue;
    auto& proof = proofs[folded(line)];
    const auto name = program + " " + suite;
    if (std::ranges::find(proof, name) == proof.end()) proof.push_back(name);
  }
}

std::vector<std::string> faults(const std::vector<Assertion>& assertions, const Proofs& proofs) {
  std::vector<std::string> out;
  std::set<std::string> known;
  for (const auto& a : assertions) {
    known.insert(folded(a.id));
    const bool proved = proofs.contains(folded(a.id));
    if (a.applies && !proved) out.push_back(a.id + " (" + a.side + "): no test of this name");
    if (!a.applies && proved) out.push_back(a.id + ": has a test, yet assertions.tsv says that it does not apply");
  }
  for (const auto& [id, where] : proofs) {
    if (!known.contains(id)) out.push_back(id + " (" + joined(where) + "): assertions.tsv does not list this id");
  }
  return out;
}

std::string page(const std::vector<Assertion>& assertions, const Proofs& proofs) {
  std::string out =
      "# Sparkplug assertions and their tests\n\n"
      "Made by the build of `tests/conformance/assertions.tsv` and the names of the tests; renew it with\n"
      "`cmake --build --preset debug --target conformance_page`. What the tests do: `docs/conformance.md`.\n\n";
  out +=
      std::to_string(assertions.size()) + " assertions, " + std::to_string(count(assertions, true)) +
      " of them apply and each has a test of its name; " + std::to_string(count(assertions, false)) +
      " do not apply.\n\nSide: who is bound. `both` speaks of topics and payloads, which the edge node writes and the "
      "host reads and checks.\n\n| assertion | side | proved by (program, suite), or why not applicable "
      "|\n|---|---|---|\n";
  for (const auto& a : assertions) {
    const auto proof = proofs.find(folded(a.id));
    const auto last = !a.applies              ? "not applicable: " + a.reason
                      : proof == proofs.end() ? std::string("**none**")
                                              : joined(proof->second);
    out += "| `" + a.id + "` | " + a.side + " | " + last + " |\n";
  }
  return out;
}

}  // namespace songhua::conformance
