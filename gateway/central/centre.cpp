#include "central/centre.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "central/quantities.h"
#include "central/release.h"
#include "central/revisions.h"
#include "disclosure/rows.h"

namespace songhua::central {

struct Centre::Snapshot {
  std::uint64_t version = 0;
  std::optional<UnixMillis> as_of;
  CentreSettings settings;
  Books books;
  KeptSums sums;  // of the books
  indicators::LoadedInputs inputs;
  std::unique_ptr<figures::LineQuantities> quantities;
};

Centre::Centre(CentreStore& store, CentreSettings settings)
    : store_(store), settings_(std::move(settings)), shelf_(store) {}
Centre::~Centre() = default;

std::shared_ptr<Centre::Snapshot> Centre::snapshot(const Moment& moment) {
  const auto& as_of = moment.as_of;
  const auto version = store_.version();
  if (!as_of && now_ && now_->version == version) return now_;
  // Nothing is stored any more with a time that lies so far back.
  constexpr Millis kSettled{60'000};
  for (const auto& kept : past_) {
    if (as_of && kept->as_of == as_of && (kept->version == version || *as_of + kSettled < moment.now)) return kept;
  }
  auto fresh = read(moment, version);
  if (!as_of) return now_ = std::move(fresh);
  constexpr std::size_t kKept = 3;
  if (past_.size() >= kKept) past_.erase(past_.begin());
  past_.push_back(fresh);
  return fresh;
}

CentreSettings Centre::settings_at(std::optional<UnixMillis> as_of) {
  if (!as_of) return settings_;
  const auto text = store_.archive().settings(as_of);
  if (!text) return settings_;
  auto settings = settings_from(*text, settings_);
  if (!settings) throw std::runtime_error(settings.error().message);
  return std::move(*settings);
}

bool Centre::settings_noted() {
  return store_.archive().settings(std::nullopt) == to_text(settings_);
}

void Centre::note_settings(UnixMillis now) {
  store_.transact([&] { store_.archive().put_settings(to_text(settings_), now); });
}

const std::vector<Publication>& Centre::releases() {
  if (const auto count = store_.archive().publication_count(); count != release_count_) {
    releases_ = store_.archive().publications(std::nullopt);
    release_count_ = count;
  }
  return releases_;
}

const Centre::Frozen& Centre::released(const Publication& release) {
  const auto [it, fresh] = released_.try_emplace(release.name);
  if (!fresh) return it->second;
  for (const auto& released : rows_of(release)) {
    const auto& row = released.row;
    indicators::Scope scope;
    for (const auto& [key, value] : row.at("scope").items()) scope.keys[key] = value.get<std::string>();
    indicators::PublishedFigure figure;
    if (row.contains("exact")) {
      figure.exact = indicators::parse_exact(row.at("exact").get<std::string>());
      figure.value = row.at("value").get<std::string>();
    }
    figure.status = row.at("status").get<std::string>();
    figure.at = release.at;
    it->second.emplace(
        std::make_tuple(row.at("indicator").get<std::string>(), std::move(scope), row.at("period").get<std::string>()),
        std::move(figure));
  }
  return it->second;
}

std::vector<indicators::IndicatorRow> Centre::past_rows(const indicators::IndicatorRequest& request, UnixMillis at,
                                                        UnixMillis now) {
  std::string key =
      request.period.name() + (request.cumulative ? "+|" : "|") + request.by + "|" + std::to_string(count_of(at));
  for (const auto& id : request.ids) key.append("|").append(id);
  for (const auto& [name, value] : request.scope.keys) key.append("|").append(name).append("=").append(value);
  if (const auto known = past_rows_.find(key); known != past_rows_.end()) return known->second;
  std::vector<indicators::IndicatorRow> found;
  const auto state = study({now, at});
  // Without a register there were no official figures.
  if (state && !state->inputs->reg.enterprises().empty()) {
    if (auto rows = state->indicators(request)) found = std::move(*rows);
  }
  constexpr std::size_t kKept = 256;
  if (past_rows_.size() >= kKept) past_rows_.clear();
  past_rows_.emplace(std::move(key), found);
  return found;
}

namespace {

query::RollupContext context_of(const CentreSettings& settings, const Catalogue& catalogue, UnixMillis clock) {
  query::RollupContext context;
  context.zone = &settings.zone;
  context.now = clock;
  context.settle = settings.settle;
  if (!catalogue.products.empty()) {
    context.product_unit = [&catalogue](const std::string& product) {
      const auto* known = catalogue.find(product);
      return known ? known->unit : std::string{};
    };
  }
  return context;
}

std::optional<Error> first_error(const indicators::LoadedInputs& inputs) {
  if (inputs.ok()) return std::nullopt;
  return Error{"the stored register cannot be used: " + inputs.errors.front()};
}

// As of a past moment nothing was known of later replacements.
Revised revised_by(CentreStore& store, std::optional<UnixMillis> as_of) {
  return [&store, as_of](const LineName& line, Window window) {
    return store.superseded(line, window, UnixMillis::min(), as_of).has_value();
  };
}

// F, C or D of a figure that tells of these cells; empty where nothing was decided on any.
std::string strictest(const std::vector<disclosure::CellKey>& cells,
                      const std::map<std::string, StoredDecision>& decisions) {
  std::string code;
  for (const auto& cell : cells) {
    const auto found = decisions.find(cell.text());
    if (found == decisions.end()) continue;
    const auto& own = found->second.code;
    if (code.empty() || own == "C" || (own == "D" && code == "F")) code = own;
  }
  return code;
}

}  // namespace

std::shared_ptr<Centre::Snapshot> Centre::read(const Moment& moment, std::uint64_t version) {
  const auto& as_of = moment.as_of;
  auto fresh = std::make_shared<Snapshot>();
  fresh->version = version;
  fresh->as_of = as_of;
  fresh->settings = settings_at(as_of);
  fresh->books = shelf_.books(as_of);
  fresh->sums =
      sums_of(store_, fresh->books, !as_of && now_ ? now_->sums : KeptSums{}, revised_by(store_, as_of), as_of);
  fresh->inputs = indicators::load_inputs(store_.inputs(as_of), as_of);
  fresh->inputs.inputs.zone = fresh->settings.zone;
  std::vector<std::shared_ptr<figures::LineSums>> lines;
  for (const auto& book : fresh->books) lines.push_back(fresh->sums.at(book));
  fresh->quantities = std::make_unique<figures::LineQuantities>(
      std::move(lines), context_of(fresh->settings, fresh->inputs.inputs.catalogue, moment.clock()));
  return fresh;
}

Result<std::vector<query::RollupRow>> Centre::rollup(const query::RollupRequest& request,
                                                     const indicators::Scope& scope, const Moment& moment) {
  if (request.grain == Grain::minute) return Error{"the centre gets 15-minute records: --grain 15min is its finest"};
  if (request.grain == Grain::shift) return Error{"shifts are a factory's own: ask its gateway for --grain shift"};
  const auto held = this->snapshot(moment);
  const auto& snapshot = *held;
  const auto& inputs = snapshot.inputs.inputs;
  std::optional<std::set<std::string>> enterprises;
  if (!scope.keys.empty()) {
    if (auto error = first_error(snapshot.inputs)) return *error;
    if (auto known = check_scope(scope, inputs); !known) return known.error();
    const auto day = inputs.day_of(request.from.value_or(moment.clock()));
    enterprises.emplace();
    for (const auto* enterprise : select_enterprises(scope, inputs, day, false)) enterprises->insert(enterprise->id);
  }
  const auto context = context_of(snapshot.settings, inputs.catalogue, moment.clock());
  std::vector<query::RollupRow> rows;
  for (const auto& book : snapshot.books) {
    if (enterprises && !enterprises->contains(book->name().enterprise)) continue;
    auto part = query::rollup_rows(history_with_past(store_, *book, moment.as_of), request, context);
    std::move(part.begin(), part.end(), std::back_inserter(rows));
  }
  return rows;
}

Result<std::vector<indicators::IndicatorRow>> Centre::indicators(const indicators::IndicatorRequest& request,
                                                                 const Moment& moment) {
  const auto study = this->study(moment);
  if (!study) return study.error();
  auto rows = study->compared(request);
  if (!rows) return rows;
  const auto decisions = store_.archive().decisions(moment.as_of);
  for (auto& row : *rows) {
    if (row.previous) {
      const auto period = Period::parse(row.period);
      row.previous->causes = causes_between(*this, row.scope, *period, row.previous->at, moment);
    }
    row.conf = strictest(disclosure::cells_of(row), decisions);
  }
  return rows;
}

Result<Study> Centre::study(const Moment& moment) {
  const auto held = this->snapshot(moment);
  if (auto error = first_error(held->inputs)) return *error;
  Study study;
  study.held = held;
  study.settings = held->settings;
  study.inputs = &held->inputs.inputs;
  held->quantities->move_to(moment.clock());
  study.source = held->quantities.get();
  const auto compute = [held, moment](const indicators::IndicatorRequest& request,
                                      const indicators::PublishedLookup& published) {
    held->quantities->move_to(moment.clock());
    return indicators::compute(request, held->inputs.inputs, *held->quantities, held->settings.indicators,
                               moment.clock(), published);
  };
  // Records that were replaced make no revision: a figure's own value does (indicators.md 8).
  study.indicators = [compute](const indicators::IndicatorRequest& request) {
    return compute(request, [](const auto&, const auto&, const auto&) { return std::nullopt; });
  };
  study.compared = [this, compute, moment](const indicators::IndicatorRequest& request) {
    History history(*this, request, moment);
    return compute(request, [&](const auto& indicator, const auto& scope, const auto& period) {
      return history.first(indicator, scope, period);
    });
  };
  return study;
}

ImportOutcome Centre::import(std::vector<indicators::InputDocument> documents, UnixMillis now) {
  ImportOutcome outcome;
  store_.transact([&] {
    auto all = store_.inputs(std::nullopt);
    std::vector<indicators::InputDocument> fresh;
    for (auto& document : documents) {
      document.stored_at = now;
      const auto same = std::find_if(all.rbegin(), all.rend(), [&](const indicators::InputDocument& stored) {
        return stored.kind == document.kind && stored.name == document.name;
      });
      if (same != all.rend() && same->text == document.text) {
        outcome.unchanged.push_back(document.name);
      } else {
        fresh.push_back(document);
      }
    }
    // A fault in what is in force already must not be looked for in the file of the same name that is imported.
    for (auto& stored : all) stored.name = std::string(kStoredFile) + stored.name;
    all.insert(all.end(), fresh.begin(), fresh.end());
    outcome.errors = indicators::load_inputs(all).errors;
    if (!outcome.errors.empty()) return;
    for (const auto& document : fresh) {
      store_.put_input(document);
      outcome.stored.push_back(document.name);
    }
  });
  return outcome;
}

Result<std::vector<Centre::Missing>> Centre::missing(const Period& period, const Moment& moment) {
  const auto held = this->snapshot(moment);
  const auto& snapshot = *held;
  if (auto error = first_error(snapshot.inputs)) return *error;
  const auto& inputs = snapshot.inputs.inputs;
  const auto window = period.window(settings_.zone);
  // In a running period a line is missing once its newest quarter hour is overdue.
  const auto due = std::min(window.end, moment.clock() - kQuarterHour - settings_.settle);
  const auto day = inputs.day_of(window.end - Millis{1});
  std::vector<Missing> missing;
  std::set<std::string> with_lines;
  for (const auto& book : snapshot.books) {
    const auto& name = book->name();
    with_lines.insert(name.enterprise);
    const bool gone = book->gone_since() && *book->gone_since() <= window.start;
    const bool later = book->first_seen() && *book->first_seen() >= window.end;
    if (gone || later || (book->last_seen() && *book->last_seen() >= due)) continue;
    const auto* enterprise = inputs.reg.find(name.enterprise, day);
    missing.push_back({name.enterprise, name.line, enterprise ? enterprise->weight.str() : "", book->last_seen()});
  }
  std::set<std::string> noted;
  for (const auto& enterprise : inputs.reg.enterprises()) {
    if (!enterprise.validity.holds(day) || with_lines.contains(enterprise.id)) continue;
    if (noted.insert(enterprise.id).second) {
      missing.push_back({enterprise.id, "", enterprise.weight.str(), std::nullopt});
    }
  }
  std::ranges::sort(missing, {}, [](const Missing& m) { return std::pair(m.enterprise, m.line); });
  return missing;
}

const Books& Centre::lines() {
  return snapshot({})->books;
}

nlohmann::ordered_json lines_json(Centre& centre, UnixMillis) {
  auto out = nlohmann::ordered_json::array();
  const auto& zone = centre.settings().zone;
  const auto text = [&](std::optional<UnixMillis> time) -> nlohmann::ordered_json {
    return time ? nlohmann::ordered_json(zone.format(*time)) : nlohmann::ordered_json(nullptr);
  };
  for (const auto& book : centre.lines()) {
    out.push_back({{"enterprise", book->name().enterprise},
                   {"line", book->name().line},
                   {"first", text(book->first_seen())},
                   {"last", text(book->last_seen())},
                   {"gone_since", text(book->gone_since())}});
  }
  return out;
}

}  // namespace songhua::central
