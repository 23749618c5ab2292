#include "edge_answers.h"

#include <sstream>

#include "figures/questions.h"

namespace songhua::gateway {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::unique_ptr<storage::Store> reader(const config::GatewayConfig& config) {
  auto store = storage::Store::open(config.store.string(), storage::Access::read_only);
  if (!store) throw Failure{kFault, store.error().message};
  return std::move(*store);
}

json node_json(const Live::Node& node, const TimeZone& zone) {
  auto devices = json::array();
  for (const auto& device : node.devices) {
    if (device.name.empty()) continue;
    devices.push_back({{"device", device.name},
                       {"line", device.lines.empty() ? json(nullptr) : json(*device.lines.begin())},
                       {"online", device.online},
                       {"since", zone.format(device.since)}});
  }
  return {{"node", node.name},
          {"server", node.server},
          {"state", node.state},
          {"online", node.online},
          {"since", zone.format(node.since)},
          {"bdseq", node.bd_seq ? json(*node.bd_seq) : json(nullptr)},
          {"seq", node.seq ? json(*node.seq) : json(nullptr)},
          {"gaps", node.counters.gaps},
          {"rebirths", node.counters.rebirths},
          {"ignored_ndeath", node.counters.ignored_ndeath},
          {"devices", devices}};
}

json forward_json(const forward::OutboxStatus& outbox, const Live* live, UnixMillis now) {
  json forward{{"pending", outbox.pending},
               {"lag_ms", outbox.lag(now).count()},
               {"dirty", outbox.dirty},
               {"bytes", outbox.bytes},
               {"refused", outbox.refused.size()}};
  if (live != nullptr && live->forward) {
    forward["connected"] = live->forward->connected;
    forward["server"] = live->forward->server;
    forward["last_error"] = live->forward->last_error;
  }
  return forward;
}

std::uint64_t file_bytes(const fs::path& directory) {
  std::uint64_t sum = 0;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(directory, problem)) {
    if (const auto size = entry.file_size(problem); !problem) sum += size;
  }
  return sum;
}

// Of each pause of ten seconds: judging a long history again costs at most some percent of a core.
constexpr Millis kJudgeFor{200};

std::uint64_t free_bytes(const fs::path& directory) {
  std::error_code problem;
  const auto space = fs::space(directory, problem);
  return problem ? 0 : space.available;
}

}  // namespace

EdgeAnswers::EdgeAnswers(const config::GatewayConfig& config, LiveBoard& board)
    : config_(config),
      board_(board),
      figures_store_(reader(config)),
      figures_(*figures_store_, config),
      judged_store_(reader(config)),
      judged_(*judged_store_, config.rules.gap),
      looks_store_(reader(config)),
      states_(*looks_store_) {}

web::Handlers EdgeAnswers::handlers() {
  web::Handlers handlers;
  handlers.status = [this] { return status(); };
  handlers.lines = [this] { return lines(); };
  handlers.quarantine = [this] { return quarantine(); };
  handlers.products = [this] { return products(); };
  handlers.rollup = [this](const web::Params& params) { return rollup(params); };
  handlers.indicators = [this](const web::Params& params) { return indicators(params, false); };
  handlers.explain = [this](const web::Params& params) { return indicators(params, true); };
  handlers.ready = [this] { return ready(); };
  handlers.metrics = [this] { return metrics(); };
  handlers.unavailable = storage::passing_trouble;
  return handlers;
}

void EdgeAnswers::note(const ingest::CommitResult& result) {
  const std::lock_guard lock(notes_mutex_);
  ++tally_.commits;
  tally_.messages += result.messages;
  tally_.records += result.records;
  tally_.generation = result.generation;
  changed_lines_.insert(result.lines.begin(), result.lines.end());
  event_lines_.insert(result.lines.begin(), result.lines.end());
  unjudged_lines_.insert(result.lines.begin(), result.lines.end());
}

void EdgeAnswers::count_implausible() {
  std::set<LineId> changed;
  {
    const std::lock_guard lock(notes_mutex_);
    changed.swap(unjudged_lines_);
  }
  judged_.note_changed(changed);
  judged_.look(kJudgeFor);
  const std::lock_guard lock(notes_mutex_);
  implausible_ = judged_.by_reason();
}

Tally EdgeAnswers::tally() const {
  const std::lock_guard lock(notes_mutex_);
  return tally_;
}

std::set<LineId> EdgeAnswers::take_lines_for_events() {
  const std::lock_guard lock(notes_mutex_);
  return std::exchange(event_lines_, {});
}

// Under figures_mutex_: what was committed before the question is in its answer, or in that of a moment later where a
// line's history is long (edge_lines.h).
void EdgeAnswers::take_changes() {
  std::set<LineId> changed;
  {
    const std::lock_guard lock(notes_mutex_);
    changed.swap(changed_lines_);
  }
  figures_.note_changed(changed);
}

std::shared_ptr<const Live> EdgeAnswers::live() {
  auto live = board_.ask();
  if (!live) throw web::Unavailable("the gateway is starting");
  return live;
}

EdgeAnswers::Looks EdgeAnswers::look() {
  const std::lock_guard lock(looks_mutex_);
  Looks looks;
  looks.quarantine = looks_store_->quarantine_counts();
  {
    const std::lock_guard notes(notes_mutex_);
    looks.implausible = implausible_;
  }
  if (config_.forward) looks.outbox = forward::outbox_status(*looks_store_);
  return looks;
}

json EdgeAnswers::status() {
  const auto now = wall_clock();
  const auto live = this->live();
  const auto looks = look();
  auto servers = json::array();
  for (const auto& server : live->host.servers) {
    servers.push_back({{"uri", server.uri}, {"up", server.up}, {"last_error", server.last_error}});
  }
  auto nodes = json::array();
  for (const auto& node : live->nodes) nodes.push_back(node_json(node, config_.time_zone));
  json status{{"role", "gateway"},
              {"id", config_.id},
              {"enterprise", config_.enterprise},
              {"now", time(now)},
              {"servers", servers},
              {"missed", live->host.missed},
              {"away", live->host.away},
              {"queue", {{"messages", live->waiting}, {"bytes", live->waiting_bytes}}},
              {"disk", {{"store_bytes", file_bytes(config_.store)}, {"free_bytes", free_bytes(config_.store)}}},
              {"nodes", nodes},
              {"quarantine", looks.quarantine},
              {"implausible", looks.implausible}};
  if (live->host.away) status["away_reason"] = live->host.away_reason;
  if (looks.outbox) status["forward"] = forward_json(*looks.outbox, live.get(), now);
  return status;
}

// A line that no device feeds now (an import, a controller of earlier days) is neither online nor offline.
json EdgeAnswers::line_json(const LineId& id, const Live::Device* device) {
  json line{{"line", id}, {"online", nullptr}, {"since", nullptr}, {"stale", false}};
  const auto index = looks_store_->dictionary().find_line(id);
  const auto word = index ? states_.of(*index) : LastWord{};
  if (device != nullptr) {
    line["online"] = device->online;
    line["since"] = time(device->since);
    line["stale"] = device->stale_since && (!word.heard || *word.heard <= *device->stale_since);
  }
  line["heard"] = word.heard ? json(time(*word.heard)) : json(nullptr);
  line["state"] = word.state ? json(*word.state) : json(nullptr);
  line["state_since"] = word.state_since ? json(time(*word.state_since)) : json(nullptr);
  if (index) {
    if (const auto gone = looks_store_->gone_since(id)) line["gone_since"] = time(*gone);
  }
  return line;
}

json EdgeAnswers::products() {
  const std::lock_guard lock(figures_mutex_);
  return figures_.products();
}

json EdgeAnswers::lines() {
  const auto live = this->live();
  std::map<LineId, const Live::Device*> devices;
  auto all = json::array();
  const std::lock_guard lock(looks_mutex_);
  looks_store_->dictionary().reload();
  for (const auto& node : live->nodes) {
    for (const auto& device : node.devices) {
      for (const auto& line : device.lines) {
        // Where two feed one line (a replaced controller) the one that is online speaks for it.
        auto& known = devices[line];
        if (known == nullptr || device.online) known = &device;
      }
    }
  }
  for (std::uint32_t i = 0; i < looks_store_->dictionary().line_count(); ++i) {
    devices.try_emplace(looks_store_->dictionary().line_id(rollup::LineIndex{i}), nullptr);
  }
  for (const auto& [id, device] : devices) all.push_back(line_json(id, device));
  for (const auto& node : live->nodes) {
    for (const auto& device : node.devices) {
      if (!device.lines.empty()) continue;
      all.push_back({{"line", nullptr},
                     {"device", node.name + "/" + device.name},
                     {"online", device.online},
                     {"since", time(device.since)},
                     {"stale", device.stale_since.has_value()},
                     {"state", nullptr},
                     {"state_since", nullptr}});
    }
  }
  return all;
}

json EdgeAnswers::quarantine() {
  const std::lock_guard lock(looks_mutex_);
  auto entries = json::array();
  for (const auto& entry : looks_store_->quarantined(200)) {
    entries.push_back({{"id", entry.id},
                       {"received", time(entry.received)},
                       {"reason", entry.reason},
                       {"topic", entry.topic},
                       {"detail", entry.detail},
                       {"count", entry.count}});
  }
  return {{"reasons", looks_store_->quarantine_counts()}, {"newest", entries}};
}

Result<std::string> EdgeAnswers::rollup(const web::Params& params) {
  if (auto known = params.only({"from", "to", "grain", "line", "measure", "product", "market"}); !known) {
    return known.error();
  }
  const auto text = [&](std::string_view name) { return params.get(name).value_or(""); };
  RollupFlags flags;
  flags.from = text("from");
  flags.to = text("to");
  flags.grain = params.get("grain").value_or("day");
  flags.line = text("line");
  flags.measure = text("measure");
  flags.product = text("product");
  flags.market = text("market");
  const auto request = rollup_request(flags, config_.time_zone);
  if (!request) return request.error();
  std::vector<query::RollupRow> rows;
  {
    const std::lock_guard lock(figures_mutex_);
    take_changes();
    rows = figures_.rollup(*request, wall_clock());
  }
  std::ostringstream out;
  query::print_rows(out, std::move(rows), query::Format::json, config_.time_zone);
  return out.str();
}

Result<std::string> EdgeAnswers::indicators(const web::Params& params, bool explain) {
  const auto question = figures::question_of(params, figures::AsOf::refused, explain,
                                             figures::last_month(wall_clock(), config_.time_zone));
  if (!question) return question.error();
  const std::lock_guard lock(figures_mutex_);
  take_changes();
  const auto rows = figures_.indicators(question->request, wall_clock());
  if (!rows) return rows.error();
  return figures::answer(*rows, *question);
}

web::Readiness EdgeAnswers::ready() {
  const auto live = this->live();
  web::Readiness readiness{true, {}};
  const auto because = [&](std::string reason) {
    readiness.ready = false;
    readiness.reasons.push_back(std::move(reason));
  };
  if (live->host.away) because("away from the brokers: " + live->host.away_reason);
  bool up = false;
  std::string errors;
  for (const auto& server : live->host.servers) {
    up = up || server.up;
    if (!server.up) errors += "; " + server.uri + ": " + server.last_error;
  }
  if (!up) because("no broker is connected" + errors);
  if (const auto left = free_bytes(config_.store); left < kLeastFreeBytes) {
    because("the store's disk is nearly full: " + std::to_string(left >> 20U) + " MiB are free");
  }
  return readiness;
}

// Only what has been appended since is added up.
std::uint64_t EdgeAnswers::journal_bytes() {
  const std::lock_guard lock(looks_mutex_);
  auto& journal = looks_store_->journal();
  journal.forget_appended();
  const auto next = journal.next_segment();
  const auto first = journal.first_segment();
  if (first != journal_.first || next < journal_.next) journal_ = {first, first, 0};
  if (next > journal_.next) journal_.bytes += journal.bytes_from(journal_.next);
  journal_.next = next;
  return journal_.bytes;
}

std::string EdgeAnswers::metrics() {
  MetricsInput input;
  input.live = live();
  input.tally = tally();
  input.looks = look();
  input.store_bytes = file_bytes(config_.store);
  input.free_bytes = free_bytes(config_.store);
  input.journal_bytes = journal_bytes();
  input.now = wall_clock();
  return metrics_text(input);
}

}  // namespace songhua::gateway
