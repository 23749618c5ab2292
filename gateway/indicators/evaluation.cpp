#include "indicators/evaluation.h"

#include <algorithm>
#include <set>

#include "model/industries.h"

namespace songhua::indicators {
namespace {

bool uses_comparable_prices(Item item) {
  return item == Item::gross_output_comparable || item == Item::value_added_comparable;
}

void note_guess(Notes& notes, const Rational& guessed, const Rational& whole) {
  if (guessed == 0) return;
  notes.flags.insert("imputed");
  if (whole > 0) notes.imputed_share = Rational(guessed / whole * 100);
}

}  // namespace

// Months may stand for a longer period only one by one, so only an exact row counts.
Value Evaluation::price_index(const std::string& division, const Period& period) const {
  const auto span = window(period);
  for (const auto& row : inputs_.ppi) {
    if (row.industry == division && window(row.period) == span) return row.index;
  }
  return Reason::no_base;
}

Evaluation::Evaluation(const Inputs& inputs, QuantitySource& source, const Settings& settings)
    : inputs_(inputs), settings_(settings), rollups_(inputs, source), bases_(inputs, rollups_) {
  for (const auto& line : source.lines()) presence_[line.enterprise].push_back(line);
}

Day Evaluation::last_day(const Period& period) const {
  return inputs_.day_of(window(period).end - Millis{1});
}

Selection Evaluation::select(const Scope& scope, const Period& period, bool by_product) const {
  const auto day = last_day(period);
  return {select_enterprises(scope, inputs_, day, by_product), row_filter(scope, inputs_, day, by_product),
          scope.get("scale") == "all"};
}

const EnterpriseSums* Evaluation::sums_of(const Enterprise& enterprise, const Selection& selection, Window window) {
  const auto& sums = rollups_.sums(window, selection.filter);
  const auto found = sums.find(enterprise.id);
  return found == sums.end() ? nullptr : &found->second;
}

const LinePresence* Evaluation::presence(const std::string& enterprise, const LineId& line) const {
  const auto found = presence_.find(enterprise);
  if (found == presence_.end()) return nullptr;
  const auto known = std::ranges::find(found->second, line, &LinePresence::line);
  return known == found->second.end() ? nullptr : &*known;
}

std::optional<UnixMillis> Evaluation::gone_since(const std::string& enterprise, const LineId& line) {
  const auto* known = presence(enterprise, line);
  return known == nullptr ? std::nullopt : known->gone_since;
}

std::optional<UnixMillis> Evaluation::first_seen(const std::string& enterprise, const LineId& line) {
  const auto* known = presence(enterprise, line);
  return known == nullptr ? std::nullopt : known->first_seen;
}

std::vector<LineId> Evaluation::missing_lines(const std::string& enterprise, Window window) {
  std::set<LineId> expected;
  if (const auto found = presence_.find(enterprise); found != presence_.end()) {
    for (const auto& line : found->second) {
      const bool gone = line.gone_since && *line.gone_since <= window.start;
      const bool later = line.first_seen && *line.first_seen >= window.end;
      if (!gone && !later) expected.insert(line.line);
    }
  }
  const auto& lines = inputs_.reg.lines();
  const auto first = std::lower_bound(lines.begin(), lines.end(), enterprise,
                                      [](const LineRow& row, const std::string& id) { return row.enterprise < id; });
  for (auto row = first; row != lines.end() && row->enterprise == enterprise; ++row) {
    const bool valid = row->validity.overlaps(
        {inputs_.day_of(window.start), inputs_.day_of(window.end - Millis{1}) + std::chrono::days{1}});
    const auto gone = gone_since(enterprise, row->line);
    if (valid && !(gone && *gone <= window.start)) expected.insert(row->line);
  }
  const auto& sums = rollups_.sums(window, {});
  if (const auto found = sums.find(enterprise); found != sums.end()) {
    for (const auto& [line, sum] : found->second.lines) expected.erase(line);
  }
  return {expected.begin(), expected.end()};
}

bool Evaluation::closed(const std::string& enterprise, Window window) {
  const auto lines = presence_.find(enterprise);
  if (lines == presence_.end()) return false;
  const bool gone = std::all_of(lines->second.begin(), lines->second.end(), [&](const LinePresence& line) {
    return line.gone_since && *line.gone_since <= window.start;
  });
  return gone && missing_lines(enterprise, window).empty();
}

bool Evaluation::reports(const std::string& enterprise, Window window) {
  return rollups_.heard(window).contains(enterprise) || closed(enterprise, window);
}

// Of products and markets: an enterprise that has been heard of and had none of them this year nor last is not waited
// for. What it has not reported may be of others only, for all that is known.
bool Evaluation::may_feed(const Enterprise& enterprise, const Selection& selection, Window window) {
  if (!selection.filter.narrows_products() || !selection.filter.line.empty()) return true;
  const std::chrono::year_month_day last{inputs_.day_of(window.end - Millis{1})};
  const Window past{inputs_.start_of(Day{(last.year() - std::chrono::years{1}) / std::chrono::January / 1}),
                    window.end};
  if (!rollups_.heard(past).contains(enterprise.id)) return true;
  const auto* sums = sums_of(enterprise, selection, past);
  if (sums == nullptr) return false;
  const bool sold = sums->items.at(static_cast<std::size_t>(Item::sales_value)) != 0;
  return sold || std::ranges::any_of(sums->products, [](const auto& product) {
           const auto& [id, sum] = product;
           return sum.good != 0 || sum.rejected != 0 || sum.reworked != 0;
         });
}

bool Evaluation::await(Notes& notes, const Enterprise& enterprise, const Selection& selection, Window window) {
  const bool reporting = reports(enterprise.id, window);
  const auto* sums = sums_of(enterprise, selection, window);
  const bool own = sums != nullptr && sums->heard;  // of a line that is not official, for instance
  if (!may_feed(enterprise, selection, window)) return true;
  if (!reporting && !own) {
    notes.warn("not_reporting", enterprise.id);
    notes.doubt(Status::preliminary);
    return false;
  }
  for (const auto& line : missing_lines(enterprise.id, window)) {
    if (selection.filter.line.empty() || selection.filter.line == line) notes.doubt(Status::preliminary);
  }
  return true;
}

bool Evaluation::note(Notes& notes, const Enterprise& enterprise, const Selection& selection, Window window,
                      Feed feed) {
  if (!await(notes, enterprise, selection, window)) return false;
  const auto* sums = sums_of(enterprise, selection, window);
  if (sums == nullptr) return true;
  const auto& doubt = sums->doubts.at(static_cast<std::size_t>(feed));
  notes.doubt(doubt.status);
  if (doubt.estimated) notes.flags.insert("estimated");
  if (feed == Feed::output || feed == Feed::dispatch) {
    for (const auto& product : sums->uncatalogued) notes.warn("uncatalogued", product);
  }
  if (feed == Feed::dispatch) {
    for (const auto& market : sums->unknown_markets) notes.warn("unknown_market", market);
  }
  return true;
}

Amount Evaluation::reported_level(Item item, const Selection& selection, const Period& period) {
  Amount amount;
  const auto span = window(period);
  for (const auto* enterprise : selection.enterprises) {
    note(amount.notes, *enterprise, selection, span, feed_of(item));
    const auto* sums = sums_of(*enterprise, selection, span);
    if (sums == nullptr) continue;
    amount.value += sums->items.at(static_cast<std::size_t>(item));
    if (uses_comparable_prices(item) && sums->price_imputed) amount.notes.flags.insert("price_imputed");
  }
  return amount;
}

Amount Evaluation::level(Item item, const Selection& selection, const Period& period) {
  auto amount = reported_level(item, selection, period);
  Rational guessed = 0;
  for (const auto* enterprise : selection.enterprises) {
    const auto guess = guess_of(item, *enterprise, selection, period);
    if (guess != 0 && reports(enterprise->id, window(period))) amount.notes.warn("partly_reporting", enterprise->id);
    guessed += guess;
  }
  amount.value += guessed;
  note_guess(amount.notes, guessed, amount.value);
  return amount;
}

bool Evaluation::covers(const std::string& enterprise, Window window, Feed feed) {
  const auto& sums = rollups_.sums(window, {});
  const auto found = sums.find(enterprise);
  if (found == sums.end() || !found->second.heard) return closed(enterprise, window);
  const auto& doubt = found->second.doubts.at(static_cast<std::size_t>(feed));
  // What only settles is all there: a base must not come and go by the clock.
  return doubt.from_start && !doubt.open && missing_lines(enterprise, window).empty();
}

Status Evaluation::settled(const std::string& enterprise, Window window, Feed feed) {
  const auto& sums = rollups_.sums(window, {});
  const auto found = sums.find(enterprise);
  const bool known = found != sums.end();
  const bool settling = known && found->second.doubts.at(static_cast<std::size_t>(feed)).status == Status::preliminary;
  return settling ? Status::preliminary : Status::final;
}

BaseAmount Evaluation::base_of(Item item, const Enterprise& enterprise, const Selection& selection,
                               const Period& period) {
  auto amount = bases_.amount(item, enterprise.id, period, selection.filter);
  if (amount.value) return amount;
  const auto span = window(period);
  if (!covers(enterprise.id, span, feed_of(item))) return {};
  const auto* sums = sums_of(enterprise, selection, span);
  return {sums == nullptr ? Rational(0) : sums->items.at(static_cast<std::size_t>(item)),
          "rollup",
          {},
          settled(enterprise.id, span, feed_of(item))};
}

BaseOutputs Evaluation::base_outputs(const Enterprise& enterprise, const Selection& selection, const Period& period) {
  auto outputs = bases_.outputs(enterprise.id, period, selection.filter);
  if (outputs.quantities) return outputs;
  const auto span = window(period);
  if (!covers(enterprise.id, span, Feed::output)) return {};
  outputs = {std::map<std::string, Rational>{}, "rollup", settled(enterprise.id, span, Feed::output), {}};
  if (const auto* sums = sums_of(enterprise, selection, span)) {
    for (const auto& [product, sum] : sums->products) (*outputs.quantities)[product] = Rational(sum.good);
  }
  return outputs;
}

Ends Evaluation::ends(Item item, const Selection& selection, const Period& period) {
  Ends result;
  Rational now = 0, base = 0, guessed = 0;
  bool any = false;
  const auto span = window(period);
  for (const auto* enterprise : selection.enterprises) {
    const auto before = base_of(item, *enterprise, selection, period.last_year());
    if (!before.value) {
      result.base_notes.warn("no_base", enterprise->id);
      await(result.notes, *enterprise, selection, span);
      continue;
    }
    any = true;
    base += *before.value;
    result.base_notes.base_sources.insert(before.source);
    result.base_notes.doubt(before.status);
    const bool reporting = note(result.notes, *enterprise, selection, span, feed_of(item));
    result.missing = result.missing || !reporting;
    result.partial = result.partial || !covers(enterprise->id, span, feed_of(item)) ||
                     days_known(*enterprise, period) < days_of(period);
    if (const auto* sums = sums_of(*enterprise, selection, span)) {
      now += sums->items.at(static_cast<std::size_t>(item));
      if (uses_comparable_prices(item) && sums->price_imputed) result.notes.flags.insert("price_imputed");
    }
    const auto guess = guess_of(item, *enterprise, selection, period);
    if (guess != 0 && reporting) result.notes.warn("partly_reporting", enterprise->id);
    guessed += guess;
  }
  now += guessed;
  result.notes.merge(result.base_notes);
  note_guess(result.notes, guessed, now);
  if (result.missing || result.partial) note_coverage(result.notes, selection, period, result.missing);
  if (!any) return result;
  result.now = now;
  result.base = base;
  return result;
}

std::map<std::string, Selection> by_division(const Selection& selection) {
  std::map<std::string, Selection> divisions;
  for (const auto* enterprise : selection.enterprises) {
    auto& division = divisions[division_of(enterprise->industry)];
    division.enterprises.push_back(enterprise);
    division.filter = selection.filter;
    division.all_scales = selection.all_scales;
  }
  return divisions;
}

Ends Evaluation::deflated_ends(const Selection& selection, const Period& period) {
  Ends result;
  Rational now = 0, base = 0;
  bool any = false;
  for (const auto& [division, part] : by_division(selection)) {
    const auto ends_of_part = ends(Item::value_added_current, part, period);
    result.notes.merge(ends_of_part.notes);
    result.base_notes.merge(ends_of_part.base_notes);
    result.missing = result.missing || ends_of_part.missing;
    result.partial = result.partial || ends_of_part.partial;
    if (!ends_of_part.base.known()) continue;
    const Value real = deflated(ends_of_part.now, price_index(division, period));
    if (!real.known()) {
      result.notes.warn("no_price_index", division);
      result.now = result.base = real;
      return result;
    }
    any = true;
    now += *real;
    base += *ends_of_part.base;
  }
  result.notes.warnings.erase("low_coverage");  // of a part; what counts is the whole
  result.notes.coverage.reset();
  result.notes.imputed_share.reset();
  if (result.missing || result.partial) note_coverage(result.notes, selection, period, result.missing);
  if (!any) return result;
  result.now = now;
  result.base = base;
  return result;
}

Ends Evaluation::growth_ends(const Selection& selection, const Period& period) {
  return settings_.deflated ? deflated_ends(selection, period) : ends(Item::value_added_comparable, selection, period);
}

Rational months_of(const Period& period) {
  if (period.kind != Period::Kind::day) return period.months();
  const bool leap = std::chrono::year{period.year}.is_leap();
  return Rational(12, leap ? 366 : 365);
}

}  // namespace songhua::indicators
