#include "posix/history.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "edge_node/node.h"
#include "model/time.h"
#include "posix/base64.h"
#include "posix/ledger_file.h"
#include "posix/line_clock.h"
#include "posix/nvram.h"

namespace songhua::posix {
namespace {

constexpr int kWrongUsage = 2, kFault = 3;

int fail(int status, const std::string& message) {
  fmt::print(stderr, "songhua-line history: {}\n", message);
  return status;
}

// A broker that accepts everything and writes it down.
class Recorder final : public edge_node::Sink {
 public:
  explicit Recorder(std::ofstream& out) : out_(out) {}
  void at(line::Time time) { time_ = format_utc(unix_millis(time)); }

  void keep_bd_seq(std::uint8_t) override {}
  void connect(std::size_t, const edge_node::Message&) override {}
  void subscribe(std::span<const std::string_view>) override {}
  void disconnect(bool) override {}
  void publish(const edge_node::Message& message) override {
    out_ << R"({"topic":)" << nlohmann::json(message.topic).dump() << R"(,"base64":")" << base64(message.payload)
         << R"(","time":")" << time_ << "\"}\n";
  }

 private:
  std::ofstream& out_;
  std::string time_;
};

struct Plan {
  line::Time from = 0, to = 0, fine_from = line::kNever;
  std::int64_t interval = line::kDayMs, fine_interval = 0;
  bool every_interval = false;

  [[nodiscard]] line::Time next(line::Time t) const {
    auto next = line::local_midnight(line::local_day(t) + 1);
    if (every_interval) next = std::min(next, (t / interval + 1) * interval);
    if (t >= fine_from) next = std::min(next, (t / fine_interval + 1) * fine_interval);
    if (t < fine_from) next = std::min(next, fine_from);
    return std::min(next, to);
  }
};

Result<Plan> parse_plan(const HistoryOptions& o) {
  Plan plan;
  const auto time = [](const std::string& option, const std::string& text, line::Time& out) -> Result<void> {
    const auto parsed = parse_time(option, text);
    if (!parsed) return parsed.error();
    out = *parsed;
    return {};
  };
  if (auto r = time("--from", o.from, plan.from); !r) return r.error();
  if (auto r = time("--to", o.to, plan.to); !r) return r.error();
  if (plan.to <= plan.from) return Error{"--to must be later than --from"};
  if (!o.fine_from.empty()) {
    if (auto r = time("--fine-from", o.fine_from, plan.fine_from); !r) return r.error();
  }
  const auto fine = parse_ms("--fine-interval", o.fine_interval);
  if (!fine) return fine.error();
  plan.fine_interval = *fine;
  if (!o.interval.empty()) {
    const auto interval = parse_ms("--interval", o.interval);
    if (!interval) return interval.error();
    plan.interval = *interval;
    plan.every_interval = true;
  }
  return plan;
}

// Lines that a memory holds go on from exactly where it ended; anything else would leave a hole or a doubled stretch.
Result<controller::Kept> resume(controller::Controller& lines, const Nvram& nvram, const Plan& plan) {
  if (!nvram.image()) return controller::Kept{.ledger_bytes = -1};
  const auto kept = lines.resume(*nvram.image());
  if (!kept)
    return Error{"--nvram: holds other lines than these; take the file away to begin a new life of the counters"};
  if (lines.now() != plan.from) {
    return Error{fmt::format("--nvram: its lines have reached {}; --from must be that time, or take the file away",
                             format_utc(unix_millis(lines.now())))};
  }
  return *kept;
}

}  // namespace

int make_history(const HistoryOptions& o) {
  const auto plan = parse_plan(o);
  if (!plan) return fail(kWrongUsage, plan.error().message);
  const auto specs = parse_lines(o.lines);
  if (!specs) return fail(kWrongUsage, specs.error().message);

  // The epoch is the begin of this life: the same call makes the same bytes, and later lives are higher.
  const auto lines = std::make_unique<controller::Controller>(o.lines.site, o.lines.controller, *specs, o.lines.seed,
                                                              plan->from, plan->from);
  auto nvram = Nvram::open(o.lines.nvram, controller::Controller::kMaxImageWords);
  if (!nvram) return fail(kFault, nvram.error().message);
  auto kept = resume(*lines, *nvram, *plan);
  if (!kept) return fail(kWrongUsage, kept.error().message);
  auto ledger = LedgerFile::open(o.lines.ledger, kept->ledger_bytes);
  if (!ledger) return fail(kFault, ledger.error().message);
  std::ofstream out(o.output, std::ios::trunc);
  if (!out) return fail(kFault, fmt::format("{}: cannot be written", o.output));

  Recorder recorder(out);
  std::vector<edge_node::Device*> devices;
  for (std::size_t i = 0; i < lines->size(); ++i) devices.push_back(&lines->device(i));
  edge_node::Config config{.group = o.lines.site, .node = o.lines.controller};
  config.next_bd_seq = static_cast<std::uint8_t>(kept->next_bd_seq);
  config.seldom = 0;  // tables and templates of the past interest nobody
  const auto node =
      std::make_unique<edge_node::Node>(config, recorder, lines->node(), devices, std::span<edge_node::Reading>{});
  const auto clock = [&] { return edge_node::Clock{0, lines->now()}; };
  recorder.at(plan->from);
  node->start(clock());
  node->on_connected(clock());
  node->on_subscribed(clock());
  while (lines->now() < plan->to) {
    lines->advance_unbooked(plan->next(lines->now()));
    lines->book(*ledger);
    recorder.at(lines->now());
    node->sample(clock(), true);
  }
  out.close();
  if (!out) return fail(kFault, fmt::format("{}: cannot be written (is the disk full?)", o.output));

  if (auto done = ledger->settle(*lines); !done) return fail(kFault, done.error().message);
  kept->next_bd_seq = node->next_bd_seq();
  kept->ledger_bytes = ledger->booked_bytes();
  std::vector<std::int64_t> image(controller::Controller::kMaxImageWords);
  image.resize(lines->save(std::span<std::int64_t, controller::Controller::kMaxImageWords>(image), *kept));
  if (auto done = nvram->write(image); !done) return fail(kFault, done.error().message);
  return 0;
}

}  // namespace songhua::posix
