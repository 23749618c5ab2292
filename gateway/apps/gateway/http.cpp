#include "http.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "edge_answers.h"
#include "forwarding.h"

namespace songhua::gateway {
namespace {

// A page that listens reads again after an event, so events are told in lots.
constexpr std::chrono::seconds kEventPause{1};
// Indicators join whole periods; a page needs them no fresher than this.
constexpr int kIndicatorPauses = 10;
// So does the count of readings that joins refuse.
constexpr int kJudgePauses = 10;

// Tells listeners what has changed, from a thread of its own: looking at the store costs the pipeline nothing.
class Teller {
 public:
  Teller(EdgeAnswers& answers, web::EventHub& hub) : answers_(answers), hub_(hub), thread_([this] { run(); }) {}
  ~Teller() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    end_.notify_one();
    thread_.join();
  }
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!end_.wait_for(lock, kEventPause, [this] { return ending_; })) {
      lock.unlock();
      try {
        if (--until_judged_ <= 0) {
          answers_.count_implausible();
          until_judged_ = kJudgePauses;
        }
        if (hub_.listeners() > 0) tell();
      } catch (const std::exception& problem) {
        spdlog::warn("events: {}", problem.what());
      }
      lock.lock();
    }
  }

  void tell() {
    const auto tally = answers_.tally();
    if (tally.generation != generation_) {
      const auto lines = answers_.take_lines_for_events();
      hub_.publish("line", {{"lines", lines}});
      if (!lines.empty()) hub_.publish("rollup", {{"generation", tally.generation}, {"lines", lines}});
      generation_ = tally.generation;
      figures_changed_ = true;
    }
    if (++pauses_ >= kIndicatorPauses && std::exchange(figures_changed_, false)) {
      hub_.publish("indicators", {{"generation", tally.generation}});
      pauses_ = 0;
    }
    const auto looks = answers_.look();
    if (looks.outbox) {
      const std::pair now{looks.outbox->pending, looks.outbox->head};
      if (now != outbox_) hub_.publish("forward", {{"pending", now.first}, {"last_batch", now.second}});
      outbox_ = now;
    }
    if (looks.quarantine != quarantine_) hub_.publish("quarantine", {{"reasons", looks.quarantine}});
    quarantine_ = looks.quarantine;
  }

  EdgeAnswers& answers_;
  web::EventHub& hub_;
  std::uint64_t generation_ = 0;
  bool figures_changed_ = false;
  int pauses_ = kIndicatorPauses;
  int until_judged_ = 1;
  std::pair<std::uint64_t, std::uint64_t> outbox_;
  std::map<std::string, std::uint64_t> quarantine_;
  std::mutex mutex_;
  std::condition_variable end_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace

struct Http::Impl {
  explicit Impl(const config::GatewayConfig& config)
      : answers(config, board), server(config.http.host, config.http.port, answers.handlers()) {}

  LiveBoard board;
  LiveCamera camera;
  EdgeAnswers answers;
  web::Server server;  // after what its threads use
  std::unique_ptr<Teller> teller;
};

Http::Http(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Http::~Http() {
  impl_->teller.reset();
  impl_->server.stop();
}

std::unique_ptr<Http> Http::start(const config::GatewayConfig& config) {
  if (!config.http.enabled) return nullptr;
  auto impl = std::make_unique<Impl>(config);
  const auto port = impl->server.start();
  if (!port) throw Failure{kUsage, port.error().message};
  spdlog::info("page http://{}:{}/", config.http.host, *port);
  impl->teller = std::make_unique<Teller>(impl->answers, impl->server.events());
  return std::unique_ptr<Http>(new Http(std::move(impl)));
}

void Http::committed(const ingest::CommitResult& result) {
  impl_->answers.note(result);
}

void Http::turn(UnixMillis now, const ingest::Host& host, const ingest::Pipeline& pipeline,
                const Forwarding* forwarding) {
  if (!impl_->board.wanted()) return;
  auto live = impl_->camera.take(host, pipeline, now);
  if (forwarding != nullptr) live.forward = forwarding->connection();
  impl_->board.post(std::move(live));
}

}  // namespace songhua::gateway
