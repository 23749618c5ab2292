#include "posix/runner.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "edge_node/node.h"
#include "model/time.h"
#include "posix/control.h"
#include "posix/ledger_file.h"
#include "posix/line_clock.h"
#include "posix/link.h"
#include "posix/nvram.h"

namespace songhua::posix {
namespace {

using controller::Controller;
using edge_node::Session;

constexpr int kDone = 0, kWrongUsage = 2, kFault = 3;
constexpr std::size_t kReadingsPerLine = 16 * 1024;  // ten hours of a minute's changes; 384 KiB a line
constexpr std::size_t kMostWaiting = 400;            // messages; then the lines stand still
constexpr std::int64_t kKeepEvery = 1'000;           // ms, when nothing is sent
constexpr std::int64_t kPatienceToLeave = 10'000;    // ms without progress

volatile std::sig_atomic_t g_signal = 0;
void on_signal(int number) {
  g_signal = number;
}

std::int64_t real_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}
line::Time wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

int fail(int status, const std::string& message) {
  fmt::print(stderr, "songhua-line run: {}\n", message);
  return status;
}

// The options, checked and turned into what the parts want.
struct Settings {
  std::vector<controller::LineSpec> lines;
  std::int64_t speed_milli = 1'000;
  std::int64_t interval = 10'000;
  std::optional<line::Time> start;
  std::optional<std::int64_t> duration;
  bool conformance = false;
  Link::Config link;
  edge_node::Config node;
};

Result<std::int64_t> parse_speed(const std::string& text) {
  if (text == "max") return LineClock::kMax;
  try {
    std::size_t used = 0;
    const auto speed = std::stod(text, &used);
    if (used == text.size() && speed >= 0.001 && speed <= 1e6) return static_cast<std::int64_t>(speed * 1'000);
  } catch (const std::exception&) {  // said below
  }
  return Error{fmt::format("--speed {}: a number from 0.001 to 1000000, or max", text)};
}

Result<void> set_reconnect(const std::string& text, edge_node::Config& node) {
  const auto dots = text.find("..");
  if (dots == std::string::npos) return Error{fmt::format("--reconnect {}: MIN..MAX, as 200ms..30s", text)};
  const auto min = parse_ms("--reconnect", text.substr(0, dots)), max = parse_ms("--reconnect", text.substr(dots + 2));
  if (!min) return min.error();
  if (!max) return max.error();
  if (*max < *min) return Error{fmt::format("--reconnect {}: MIN is above MAX", text)};
  node.reconnect_min = *min;
  node.reconnect_max = *max;
  return {};
}

Result<mqtt::ConnectOptions> connection_of(const RunOptions& o) {
  mqtt::ConnectOptions c;
  c.client_id = o.client_id.empty() ? fmt::format("songhua-line-{}-{}", o.lines.site, o.lines.controller) : o.client_id;
  c.version = o.mqtt == "5" ? mqtt::Version::kV5 : mqtt::Version::kV311;
  c.username = o.username;
  c.tls = {o.ca, o.cert, o.key};
  if (!o.password_file.empty()) {
    std::ifstream file(o.password_file);
    if (!std::getline(file, c.password))
      return Error{fmt::format("--password-file {}: has no first line", o.password_file)};
  }
  return c;
}

Result<Settings> settings_of(const RunOptions& o) {
  Settings s;
  auto lines = parse_lines(o.lines);
  if (!lines) return lines.error();
  s.lines = *lines;
  const auto speed = parse_speed(o.speed);
  if (!speed) return speed.error();
  s.speed_milli = *speed;
  const auto interval = parse_ms("--interval", o.interval);
  if (!interval) return interval.error();
  if (*interval < 100 || *interval > line::kDayMs) return Error{"--interval: from 100ms to 1d"};
  s.interval = *interval;
  if (!o.start.empty()) {
    const auto start = parse_time("--start", o.start);
    if (!start) return start.error();
    if (*start > wall_ms()) return Error{fmt::format("--start {}: lies in the future", o.start)};
    s.start = *start;
  }
  if (!o.duration.empty()) {
    const auto duration = parse_ms("--duration", o.duration);
    if (!duration) return duration.error();
    s.duration = *duration;
  }
  s.conformance = o.profile == "conformance";
  if (s.conformance) {
    s.speed_milli = 1'000;
    s.interval = std::max<std::int64_t>(s.interval, 5'000);
    s.node.reconnect_max = 1'000;
    s.node.history_limit = 50'000;
    s.node.quiet = 1'000;
    s.node.plain = true;
  }
  if (o.brokers.size() > 8) return Error{"--broker: at most 8 servers"};
  auto connection = connection_of(o);
  if (!connection) return connection.error();
  s.link = {o.brokers, *connection, o.rate, s.conformance ? std::max(o.birth_delay, 5) : o.birth_delay};
  s.node.group = o.lines.site;
  s.node.node = o.lines.controller;
  s.node.primary_host = o.primary_host;
  s.node.servers = o.brokers.size();
  s.node.seed = static_cast<std::uint64_t>(wall_ms());
  if (!o.reconnect.empty()) {
    if (auto done = set_reconnect(o.reconnect, s.node); !done) return done.error();
  }
  return s;
}

class Runner {
 public:
  Runner(const Settings& settings, Controller& lines, Nvram& nvram, LedgerFile& ledger, const controller::Kept& kept)
      : lines_(lines),
        nvram_(nvram),
        ledger_(ledger),
        kept_(kept),
        link_(settings.link),
        clock_(settings.speed_milli, kept.was_live != 0),
        buffer_(settings.lines.size() * kReadingsPerLine),
        image_(Controller::kMaxImageWords) {
    for (std::size_t i = 0; i < lines.size(); ++i) devices_.push_back(&lines.device(i));
    auto config = settings.node;
    config.next_bd_seq = static_cast<std::uint8_t>(kept.next_bd_seq);
    node_ = std::make_unique<edge_node::Node>(config, link_, lines.node(), devices_, buffer_);
    if (settings.duration) end_ = settings.start.value_or(lines.now()) + *settings.duration;
  }

  Link& link() { return link_; }
  // The values with which this run begins, zeros of a new life included, are the first readings, whenever the broker is
  // found.
  void begin() { node_->sample(clock(real_ms()), true); }
  void start() { node_->start(clock(real_ms())); }

  // One turn of the loop. Something: the exit status.
  std::optional<int> turn(ControlServer* control);

 private:
  [[nodiscard]] edge_node::Clock clock(std::int64_t real) const { return {real, lines_.now()}; }
  [[nodiscard]] std::int64_t patience(std::int64_t real) const;
  void let_time_pass(std::int64_t real);
  void handle(const Link::Event& event, edge_node::Clock clock);
  bool keep(std::int64_t real);
  void consider_leaving(std::int64_t real);
  std::optional<int> consider_end(std::int64_t real);
  std::string answer(const std::string& request);
  [[nodiscard]] std::string state() const;

  Controller& lines_;
  Nvram& nvram_;
  LedgerFile& ledger_;
  controller::Kept kept_;
  Link link_;
  LineClock clock_;
  std::vector<edge_node::Reading> buffer_;
  std::vector<std::int64_t> image_;
  std::vector<edge_node::Device*> devices_;
  std::unique_ptr<edge_node::Node> node_;
  std::vector<Link::Event> events_;
  line::Time end_ = line::kNever;
  line::Time kept_time_ = -1;
  std::int64_t kept_at_ = 0;
  bool behind_ = false;   // more reports are due than this turn could take
  bool leaving_ = false;  // the last report is sampled
  bool disk_ill_ = false;
  Session shown_ = Session::stopped;
  std::size_t left_to_send_ = 0;
  std::int64_t progress_at_ = 0;
};

std::optional<int> Runner::turn(ControlServer* control) {
  link_.wait(events_, patience(real_ms()));
  const auto real = real_ms();
  if (!leaving_) let_time_pass(real);
  for (const auto& event : events_) handle(event, clock(real));
  node_->on_sent(node_->counters().messages - link_.unsent());
  node_->on_time(clock(real));
  if (control != nullptr) control->serve([this](const std::string& request) { return answer(request); });
  if (!leaving_) consider_leaving(real);
  if (keep(real)) link_.release(real);
  if (node_->session() != shown_) {
    shown_ = node_->session();
    spdlog::info("session={} server={} bdseq={} line_time={}", name(shown_), node_->server(), node_->bd_seq(),
                 format_utc(unix_millis(lines_.now())));
  }
  return consider_end(real);
}

std::int64_t Runner::patience(std::int64_t real) const {
  if (link_.waiting() > 0 || behind_) return 1;
  std::int64_t patience = 50;
  if (node_->due() >= 0) patience = std::min(patience, std::max<std::int64_t>(0, node_->due() - real));
  if (clock_.live()) {
    const auto next = next_report(lines_.now(), lines_.node().report_period);
    patience = std::min(patience, std::max<std::int64_t>(1, next - wall_ms()));
  }
  return patience;
}

// Advances the lines, and samples at each report that falls due on the way.
void Runner::let_time_pass(std::int64_t real) {
  const bool listened_to = node_->session() == Session::online;
  const auto to = std::min(end_, clock_.allowed(real, wall_ms(), lines_.now(), listened_to));
  behind_ = false;
  for (int reports = 0; lines_.now() < to; ++reports) {
    const auto next = next_report(lines_.now(), lines_.node().report_period);
    if (next > to) {
      lines_.advance(to, ledger_);
      return;
    }
    if (link_.waiting() >= kMostWaiting || reports == 2'000) {
      behind_ = true;
      return;
    }
    lines_.advance(next, ledger_);
    lines_.node().uptime_s += 1;
    const bool midnight = line::local_midnight(line::local_day(next)) == next;
    node_->sample(clock(real), midnight);
  }
}

void Runner::handle(const Link::Event& event, edge_node::Clock clock) {
  using Kind = Link::Event::Kind;
  switch (event.kind) {
    case Kind::connected:
      node_->on_connected(clock);
      break;
    case Kind::failed:
      spdlog::warn("connect failed reason=\"{}\"", event.text);
      // Whether the CONNECT packet left cannot be told from here: its bdSeq counts as used.
      node_->on_connect_failed(clock, true);
      break;
    case Kind::subscribed:
      if (!event.text.empty()) spdlog::error("the broker refused subscriptions filters=\"{}\"", event.text);
      node_->on_subscribed(clock);
      break;
    case Kind::message:
      node_->on_message(clock, event.topic,
                        {reinterpret_cast<const std::uint8_t*>(event.text.data()), event.text.size()}, event.retained);
      break;
    case Kind::lost:
      if (!event.text.empty()) spdlog::warn("connection lost reason=\"{}\"", event.text);
      node_->on_lost(clock);
      break;
    case Kind::delivered:
      break;
  }
}

// Makes ledger and memory durable, in this order, before anything that tells of them leaves. False: nothing may leave.
bool Runner::keep(std::int64_t real) {
  const bool moved = lines_.now() != kept_time_ && real - kept_at_ >= kKeepEvery;
  if (!link_.must_keep() && !moved) return true;
  auto done = ledger_.settle(lines_);
  if (done) {
    kept_.next_bd_seq = node_->next_bd_seq();
    kept_.ledger_bytes = ledger_.booked_bytes();
    kept_.was_live = clock_.live() ? 1 : 0;
    const auto words = lines_.save(std::span<std::int64_t, Controller::kMaxImageWords>(image_), kept_);
    done = nvram_.write(std::span(image_).first(words));
  }
  if (!done) {
    if (!disk_ill_) spdlog::error("nothing is sent until this is cured: {}", done.error().message);
    disk_ill_ = true;
    return false;
  }
  disk_ill_ = false;
  link_.kept();
  kept_time_ = lines_.now();
  kept_at_ = real;
  return true;
}

// At the end of the duration once the node is online, on a signal at once: all totalizers, then death in order.
void Runner::consider_leaving(std::int64_t real) {
  const bool over = lines_.now() >= end_ && node_->session() == Session::online;
  if (g_signal == 0 && !over) return;
  leaving_ = true;
  progress_at_ = real;
  left_to_send_ = link_.waiting();
  node_->sample(clock(real), true);
  node_->stop(clock(real));
}

std::optional<int> Runner::consider_end(std::int64_t real) {
  if (!leaving_) return std::nullopt;
  if (node_->session() == Session::stopped && link_.waiting() == 0 && !disk_ill_) return kDone;
  if (link_.waiting() < left_to_send_) {
    left_to_send_ = link_.waiting();
    progress_at_ = real;
  }
  if (real - progress_at_ < kPatienceToLeave) return std::nullopt;
  return fail(kFault, disk_ill_ ? "ended without keeping the last counters: the disk refuses them"
                                : "ended without a proper farewell: the broker does not take it");
}

std::string Runner::answer(const std::string& request) {
  const auto now = clock(real_ms());
  const auto blank = request.find(' ');
  const auto word = request.substr(0, blank);
  const auto what = blank == std::string::npos ? std::string() : request.substr(blank + 1);
  const auto said = [&](bool done) { return done ? std::string("ok") : "error not possible now: " + request; };
  if (word == "state") return state();
  if (word == "connect") {
    node_->start(now);
    return "ok";
  }
  if (word == "disconnect") {
    if (what == "--abrupt") {
      node_->cut(now);
    } else {
      node_->sample(now, true);
      node_->stop(now);
    }
    return "ok";
  }
  if (word == "birth") return said(node_->device_birth(now, what));
  if (word == "death") return said(node_->device_death(now, what));
  if (word == "send") return said(what == "node" ? node_->own_report(now) : node_->device_report(now, what));
  return "error unknown command: " + request;
}

std::string Runner::state() const {
  const auto counters = node_->counters();
  nlohmann::ordered_json json{{"session", name(node_->session())},
                              {"server", node_->server()},
                              {"bdseq", node_->bd_seq()},
                              {"line_time", format_utc(unix_millis(lines_.now()))},
                              {"live", clock_.live()},
                              {"waiting", link_.waiting()},
                              {"buffered", node_->buffered()},
                              {"dropped", counters.dropped},
                              {"messages", counters.messages},
                              {"connects", counters.connects},
                              {"births", counters.births},
                              {"rebirths", counters.rebirths},
                              {"ignored_states", counters.ignored_states},
                              {"ignored_commands", counters.ignored_commands},
                              {"refused_writes", counters.refused_writes}};
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    json["devices"].push_back({{"device", devices_[i]->id()},
                               {"family", lines_.line(i).family().id},
                               {"online", node_->online(i)},
                               {"state", line::name(lines_.line(i).state())}});
  }
  return json.dump();
}

}  // namespace

int run_lines(const RunOptions& o) {
  const auto settings = settings_of(o);
  if (!settings) return fail(kWrongUsage, settings.error().message);
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("line", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  spdlog::set_level(o.verbose ? spdlog::level::debug : spdlog::level::info);

  auto nvram = Nvram::open(o.lines.nvram, Controller::kMaxImageWords);
  if (!nvram) return fail(kFault, nvram.error().message);
  // A new life of the counters has a higher epoch than any before: the time of its begin by the machine's clock.
  const auto now = wall_ms();
  const auto lines = std::make_unique<Controller>(o.lines.site, o.lines.controller, settings->lines, o.lines.seed,
                                                  settings->start.value_or(now), now);
  controller::Kept kept{.ledger_bytes = -1, .was_live = settings->start ? 0 : 1};
  if (nvram->image()) {
    const auto resumed = lines->resume(*nvram->image());
    if (!resumed) {
      return fail(kWrongUsage,
                  fmt::format("{}: holds other lines than these; take it away to begin a new life of the counters",
                              o.lines.nvram));
    }
    kept = *resumed;
    spdlog::info("resumed line_time={}", format_utc(unix_millis(lines->now())));
  }
  if (settings->conformance) kept.was_live = 1;
  auto ledger = LedgerFile::open(o.lines.ledger, kept.ledger_bytes);
  if (!ledger) return fail(kFault, ledger.error().message);
  lines->node().report_period = settings->interval;
  lines->node().tell_uptime = settings->conformance;

  Runner runner(*settings, *lines, *nvram, *ledger, kept);
  std::unique_ptr<ControlServer> control;
  if (!o.control.empty()) {
    auto opened = ControlServer::open(o.control, [&runner] { runner.link().wake(); });
    if (!opened) return fail(kFault, opened.error().message);
    control = std::move(*opened);
  }
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  runner.begin();
  if (!o.offline) runner.start();
  for (;;) {
    if (const auto status = runner.turn(control.get())) return *status;
  }
}

}  // namespace songhua::posix
