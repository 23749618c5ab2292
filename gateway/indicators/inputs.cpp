#include "indicators/inputs.h"

#include <algorithm>
#include <array>
#include <set>

#include "indicators/inputs_rows.h"

namespace songhua::indicators {
namespace {

constexpr std::array<std::string_view, 10> kKinds{"catalogue", "enterprises", "lines",  "base",     "prices",
                                                  "ppi",       "target",      "groups", "calendar", "energy"};

bool adds_up(InputKind kind) {
  return kind == InputKind::base || kind == InputKind::prices || kind == InputKind::ppi;
}

// The documents of one kind that count: all of a kind that adds up, else the last.
std::vector<const InputDocument*> of_kind(const std::vector<InputDocument>& documents, InputKind kind,
                                          std::optional<UnixMillis> as_of) {
  std::vector<const InputDocument*> found;
  for (const auto& document : documents) {
    if (document.kind != kind || (as_of && document.stored_at > *as_of)) continue;
    if (!adds_up(kind)) found.clear();
    found.push_back(&document);
  }
  return found;
}

class Loader {
 public:
  Loader(const std::vector<InputDocument>& documents, std::optional<UnixMillis> as_of)
      : documents_(documents), as_of_(as_of) {}

  template <typename Parse>
  void each(InputKind kind, Parse parse) {
    for (const auto* document : of_kind(documents_, kind, as_of_)) {
      const auto text = decode_text(document->text);
      if (text) {
        parse(Decoded{*text, document->name, document->stored_at});
      } else {
        problems.add(Place{document->name, 1}, text.error().message);
      }
    }
  }

  Problems problems;

 private:
  const std::vector<InputDocument>& documents_;
  std::optional<UnixMillis> as_of_;
};

void load_register(Loader& loader, Inputs& inputs) {
  std::vector<Enterprise> enterprises;
  std::vector<LineRow> lines;
  loader.each(InputKind::enterprises, [&](const Decoded& d) {
    enterprises = parse_enterprises(d.text, d.file, inputs.groups.extra_regions, loader.problems);
  });
  loader.each(InputKind::lines, [&](const Decoded& d) {
    lines = parse_lines(d.text, d.file, inputs.catalogue, enterprises, loader.problems);
  });
  inputs.reg = Register(std::move(enterprises), std::move(lines));
}

}  // namespace

std::string_view to_string(InputKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::optional<InputKind> parse_input_kind(std::string_view text) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), text);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<InputKind>(found - kKinds.begin());
}

std::optional<InputKind> kind_of_file(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const auto end = file_name.find_first_of("-_.");
  return parse_input_kind(file_name.substr(0, end));
}

PriceFields Inputs::price_at(std::string_view enterprise, std::string_view line, const Product& product,
                             Day day) const {
  PriceFields fields;
  const auto rows = reg.rows_of(enterprise, line);
  for (const auto& of : {product.id, std::string()}) {  // then what holds for all products of the line
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if ((*row)->product == of && (*row)->validity.holds(day)) fields.fill_from((*row)->fields);
    }
  }
  for (const bool own : {true, false}) {
    // Newest first; `prices` is sorted by day when loaded.
    for (auto change = prices.rbegin(); change != prices.rend(); ++change) {
      if (change->product != product.id || change->valid_from > day) continue;
      if (own ? change->enterprise == enterprise : change->enterprise.empty()) fields.fill_from(change->fields);
    }
  }
  fields.fill_from(product.price_at(day));
  if (!fields.dispatch_price) fields.dispatch_price = fields.price;
  return fields;
}

std::vector<Day> Inputs::changes_in(Window window) const {
  std::set<Day> days;
  const auto note = [&](Day day) {
    if (day == kFirstDay || day == kLastDay) return;
    const auto start = start_of(day);
    if (window.start < start && start < window.end) days.insert(day);
  };
  for (const auto& product : catalogue.products) {
    for (const auto& row : product.prices) note(row.valid_from);
  }
  for (const auto& change : prices) note(change.valid_from);
  for (const auto& row : reg.lines()) {
    if (row.fields == PriceFields{} && !row.capacity_per_hour)
      continue;  // only what is priced or timed splits a period
    note(row.validity.from);
    note(row.validity.to);
  }
  for (const auto& c : energy) {
    note(c.validity.from);
    note(c.validity.to);
  }
  return {days.begin(), days.end()};
}

Day Inputs::day_of(UnixMillis time) const {
  return std::chrono::floor<std::chrono::days>(time + zone.offset_at(time));
}

UnixMillis Inputs::start_of(Day day) const {
  const std::chrono::year_month_day ymd{day};
  return zone.to_utc(static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

LoadedInputs load_inputs(const std::vector<InputDocument>& documents, std::optional<UnixMillis> as_of) {
  LoadedInputs loaded;
  auto& inputs = loaded.inputs;
  Loader loader(documents, as_of);
  auto& problems = loader.problems;
  inputs.groups = built_in_groups();
  inputs.energy = default_energy();
  loader.each(InputKind::catalogue,
              [&](const Decoded& d) { inputs.catalogue = parse_catalogue(d.text, d.file, problems); });
  loader.each(InputKind::groups, [&](const Decoded& d) { inputs.groups = parse_groups(d.text, d.file, problems); });
  load_register(loader, inputs);
  loader.each(InputKind::base, [&](const Decoded& d) { parse_base(d, inputs, problems); });
  loader.each(InputKind::prices, [&](const Decoded& d) { parse_prices(d, inputs, problems); });
  loader.each(InputKind::ppi, [&](const Decoded& d) { parse_ppi(d, inputs, problems); });
  loader.each(InputKind::target, [&](const Decoded& d) { parse_target(d, inputs, problems); });
  loader.each(InputKind::calendar, [&](const Decoded& d) { parse_calendar(d, inputs, problems); });
  loader.each(InputKind::energy, [&](const Decoded& d) { parse_energy(d, inputs, problems); });
  std::stable_sort(inputs.prices.begin(), inputs.prices.end(),
                   [](const PriceChange& a, const PriceChange& b) { return a.valid_from < b.valid_from; });
  loaded.errors = problems.list();
  return loaded;
}

}  // namespace songhua::indicators
