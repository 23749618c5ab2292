#include "answers.h"

#include <sstream>

#include "central/release.h"
#include "figures/products.h"
#include "figures/questions.h"

namespace songhua::centre_program {

Answers::Answers(const std::string& config_file, const central::Receiver& receiver)
    : receiver_(receiver),
      figures_{{}, open(config_file, storage::Access::read_only)},
      long_figures_{{}, open(config_file, storage::Access::read_only)},
      looks_(open(config_file, storage::Access::read_only)) {}

Answers::Taken Answers::take(Length length) {
  if (length == Length::common) {
    if (std::unique_lock first(figures_.mutex, std::try_to_lock); first) return {figures_, std::move(first)};
    if (std::unique_lock second(long_figures_.mutex, std::try_to_lock); second) {
      return {long_figures_, std::move(second)};
    }
    return {figures_, std::unique_lock(figures_.mutex)};
  }
  return {long_figures_, std::unique_lock(long_figures_.mutex)};
}

web::Handlers Answers::for_operators() {
  web::Handlers handlers;
  handlers.status = [this] { return nlohmann::json(status()); };
  handlers.lines = [this] {
    auto figures = take(Length::common);
    return nlohmann::json(lines_json(figures.centre(), wall_clock()));
  };
  handlers.quarantine = [this] {
    const std::lock_guard lock(looks_mutex_);
    return nlohmann::json(refused_json(*looks_.centre));
  };
  handlers.products = [this] { return products(); };
  handlers.rollup = [this](const web::Params& params) { return rollup(params); };
  handlers.indicators = [this](const web::Params& params) { return indicators(params, false); };
  handlers.explain = [this](const web::Params& params) { return indicators(params, true); };
  handlers.ready = [this] { return ready(); };
  handlers.metrics = [this] { return metrics(); };
  handlers.unavailable = storage::passing_trouble;
  return handlers;
}

web::Handlers Answers::for_everybody(bool token) {
  web::Handlers handlers;
  handlers.status = [this, token] {
    nlohmann::json status{{"role", "central"}, {"region", looks_.config.region}};
    if (token) status["operator"] = false;
    return status;
  };
  handlers.indicators = [this](const web::Params& params) { return released(params); };
  handlers.products = [this] { return products(); };
  handlers.ready = [this] { return ready(); };
  handlers.unavailable = storage::passing_trouble;
  return handlers;
}

// Names are no figures: everybody may read them.
nlohmann::json Answers::products() {
  auto taken = take(Length::common);
  const auto study = taken.centre().study({wall_clock(), std::nullopt});
  return study ? figures::products_json(study->inputs->catalogue) : nlohmann::json::array();
}

nlohmann::ordered_json Answers::status() {
  nlohmann::ordered_json all;
  {
    const std::lock_guard lock(looks_mutex_);
    all = status_json(*looks_.centre, wall_clock());
  }
  const auto worker = receiver_.status();
  all["worker"] = {{"connected", worker.connected}, {"server", worker.server}, {"committed", worker.committed},
                   {"refused", worker.refused},     {"missed", worker.missed}, {"last_error", worker.last_error}};
  return all;
}

// Rows of the newest release that holds the period, by default its own; the other parameters select among them.
Result<std::string> Answers::released(const web::Params& params) {
  if (const auto known = params.only({"period", "cumulative", "indicator", "region", "industry", "ownership", "holding",
                                      "size", "product", "market", "market_group", "group"});
      !known) {
    return known.error();
  }
  const auto cumulative = params.flag("cumulative");
  if (!cumulative) return cumulative.error();
  const std::lock_guard lock(looks_mutex_);
  const auto& releases = looks_.centre->releases();
  if (!params.has("period") && releases.empty()) return Error{"nothing has been published"};
  const auto period = Period::parse(params.has("period") ? *params.get("period") : releases.back().period);
  if (!period) return period.error();
  const auto name = *cumulative ? period->cumulative().name() : period->name();
  const auto release = central::release_with(*looks_.centre, name);
  if (!release) return Error{"period " + name + " has not been published"};
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : central::outward(*release)) {
    bool wanted = row.at("period") == name;
    if (const auto id = params.get("indicator")) wanted = wanted && row.at("indicator") == *id;
    for (const auto key : indicators::kScopeKeys) {
      const auto value = params.get(key);
      if (value) wanted = wanted && row.at("scope").value(std::string(key), std::string()) == *value;
    }
    if (wanted) list.push_back(row);
  }
  return list.dump();
}

Result<std::string> Answers::rollup(const web::Params& params) {
  const auto known = params.only({"from", "to", "grain", "enterprise", "line", "measure", "product", "market", "region",
                                  "industry", "ownership", "holding", "size", "group", "scale", "as-of"});
  if (!known) return known.error();
  const auto text = [&](std::string_view name) { return params.get(name).value_or(""); };
  const RollupFlags flags{text("from"),       text("to"),    params.get("grain").value_or("day"),
                          text("enterprise"), text("line"),  text("measure"),
                          text("product"),    text("market")};
  const auto& zone = looks_.config.time_zone;
  const auto request = rollup_request(flags, zone);
  if (!request) return request.error();
  const auto moment = moment_at(text("as-of"), zone);
  if (!moment) return moment.error();
  // enterprise, line, product and market select rows of a rollup; these select enterprises.
  indicators::Scope scope;
  for (const auto* key : {"region", "industry", "ownership", "holding", "size", "group", "scale"}) {
    if (const auto value = params.get(key)) scope = scope.with(key, *value);
  }
  auto rows = take(moment->as_of ? Length::may_be_long : Length::common).centre().rollup(*request, scope, *moment);
  if (!rows) return rows.error();
  std::ostringstream out;
  query::print_rows(out, std::move(*rows), query::Format::json, zone);
  return out.str();
}

Result<std::string> Answers::indicators(const web::Params& params, bool explain) {
  const auto question = figures::question_of(params, figures::AsOf::known, explain,
                                             figures::last_month(wall_clock(), looks_.config.time_zone));
  if (!question) return question.error();
  const auto moment = moment_at(question->as_of, looks_.config.time_zone);
  if (!moment) return moment.error();
  // A tree goes down to readings, a past state is read as a whole, and by parts it is many figures.
  const bool may_be_long = explain || moment->as_of || !question->request.by.empty() || question->request.ids.empty();
  auto figures = take(may_be_long ? Length::may_be_long : Length::common);
  const auto rows = figures.centre().indicators(question->request, *moment);
  if (!rows) return rows.error();
  return figures::answer(*rows, *question);
}

web::Readiness Answers::ready() const {
  const auto worker = receiver_.status();
  web::Readiness readiness{worker.connected && worker.store_error.empty(), {}};
  if (!worker.connected) {
    readiness.reasons.push_back("no connection to the broker" +
                                (worker.last_error.empty() ? "" : ": " + worker.last_error));
  }
  if (!worker.store_error.empty()) readiness.reasons.push_back("the store cannot be written: " + worker.store_error);
  return readiness;
}

std::string Answers::metrics() const {
  const auto worker = receiver_.status();
  std::ostringstream out;
  const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
    out << "# HELP " << name << ' ' << help << "\n# TYPE " << name << " counter\n" << name << ' ' << value << '\n';
  };
  counter("songhua_central_batches_committed_total", "Batches committed, repeated ones included.", worker.committed);
  counter("songhua_central_batches_refused_total", "Batches and dictionaries refused.", worker.refused);
  counter("songhua_central_dictionaries_total", "Dictionaries received.", worker.dictionaries);
  counter("songhua_central_messages_missed_total", "Messages dropped at the queue's limit.", worker.missed);
  out << "# HELP songhua_central_connected Whether the broker is connected.\n"
         "# TYPE songhua_central_connected gauge\nsonghua_central_connected "
      << (worker.connected ? 1 : 0) << '\n';
  return out.str();
}

}  // namespace songhua::centre_program
