#include "central/centre.h"

#include <algorithm>
#include <set>

#include "central/quantities.h"

namespace songhua::central {

struct Centre::Snapshot {
  std::uint64_t version = 0;
  std::optional<UnixMillis> as_of;
  Books books;
  indicators::LoadedInputs inputs;
};

Centre::Centre(CentreStore& store, CentreSettings settings) : store_(store), settings_(std::move(settings)) {}
Centre::~Centre() = default;

const Centre::Snapshot& Centre::snapshot(std::optional<UnixMillis> as_of) {
  const auto version = store_.version();
  if (snapshot_ && snapshot_->version == version && snapshot_->as_of == as_of) return *snapshot_;
  auto fresh = std::make_unique<Snapshot>();
  fresh->version = version;
  fresh->as_of = as_of;
  Dictionaries dictionaries(store_);
  for (const auto& line : store_.lines()) {
    auto book = LineBook::load(store_, dictionaries, line, as_of);
    if (!book->timeline().series().empty() || book->first_seen()) fresh->books.push_back(std::move(book));
  }
  fresh->inputs = indicators::load_inputs(store_.inputs(as_of), as_of);
  fresh->inputs.inputs.zone = settings_.zone;
  snapshot_ = std::move(fresh);
  return *snapshot_;
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

// As of a past moment nothing was known of later replacements: what differs from then is what is asked for.
std::function<bool(const LineName&, Window)> revisions(CentreStore& store, const Moment& moment) {
  if (moment.as_of) return {};
  return [&store](const LineName& line, Window window) { return store.superseded(line, window); };
}

}  // namespace

Result<std::vector<query::RollupRow>> Centre::rollup(const query::RollupRequest& request,
                                                     const indicators::Scope& scope, const Moment& moment) {
  if (request.grain == Grain::minute) return Error{"the centre gets 15-minute records: --grain 15min is its finest"};
  if (request.grain == Grain::shift) return Error{"shifts are a factory's own: ask its gateway for --grain shift"};
  const auto& snapshot = this->snapshot(moment.as_of);
  const auto& inputs = snapshot.inputs.inputs;
  std::optional<std::set<std::string>> enterprises;
  if (!scope.keys.empty()) {
    if (auto error = first_error(snapshot.inputs)) return *error;
    if (auto known = check_scope(scope, inputs); !known) return known.error();
    const auto day = inputs.day_of(request.from.value_or(moment.clock()));
    enterprises.emplace();
    for (const auto* enterprise : select_enterprises(scope, inputs, day, false)) enterprises->insert(enterprise->id);
  }
  const auto context = context_of(settings_, inputs.catalogue, moment.clock());
  std::vector<query::RollupRow> rows;
  for (const auto& book : snapshot.books) {
    if (enterprises && !enterprises->contains(book->name().enterprise)) continue;
    auto part = query::rollup_rows(history_of(*book, revisions(store_, moment)), request, context);
    std::move(part.begin(), part.end(), std::back_inserter(rows));
  }
  return rows;
}

Result<std::vector<indicators::IndicatorRow>> Centre::indicators(const indicators::IndicatorRequest& request,
                                                                 const Moment& moment) {
  const auto& snapshot = this->snapshot(moment.as_of);
  if (auto error = first_error(snapshot.inputs)) return *error;
  const auto& inputs = snapshot.inputs.inputs;
  figures::LineQuantities source(figure_lines(snapshot.books, revisions(store_, moment)),
                                 context_of(settings_, inputs.catalogue, moment.clock()));
  return indicators::compute(request, inputs, source, settings_.indicators, moment.clock());
}

Result<Study> Centre::study(const Moment& moment) {
  const auto& snapshot = this->snapshot(moment.as_of);
  if (auto error = first_error(snapshot.inputs)) return *error;
  Study study;
  study.inputs = &snapshot.inputs.inputs;
  study.source =
      std::make_unique<figures::LineQuantities>(figure_lines(snapshot.books, revisions(store_, moment)),
                                                context_of(settings_, study.inputs->catalogue, moment.clock()));
  auto* source = study.source.get();
  study.indicators = [this, inputs = study.inputs, source, moment](const indicators::IndicatorRequest& request) {
    return indicators::compute(request, *inputs, *source, settings_.indicators, moment.clock());
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
  const auto& snapshot = this->snapshot(moment.as_of);
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

nlohmann::ordered_json lines_json(Centre& centre, UnixMillis) {
  auto out = nlohmann::ordered_json::array();
  Dictionaries dictionaries(centre.store());
  const auto& zone = centre.settings().zone;
  const auto text = [&](std::optional<UnixMillis> time) -> nlohmann::ordered_json {
    return time ? nlohmann::ordered_json(zone.format(*time)) : nlohmann::ordered_json(nullptr);
  };
  for (const auto& line : centre.store().lines()) {
    const auto book = LineBook::load(centre.store(), dictionaries, line, std::nullopt);
    out.push_back({{"enterprise", line.enterprise},
                   {"line", line.line},
                   {"first", text(book->first_seen())},
                   {"last", text(book->last_seen())},
                   {"gone_since", text(book->gone_since())}});
  }
  return out;
}

}  // namespace songhua::central
