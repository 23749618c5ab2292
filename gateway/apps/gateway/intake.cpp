#include "intake.h"

#include <spdlog/spdlog.h>

namespace songhua::gateway {
namespace {

constexpr std::size_t kEntriesPerRequest = 4'000;
constexpr std::size_t kBytesPerRequest = std::size_t{4} << 20U;  // a third more in base64, below the longest request

class GatewaySink final : public EntrySink {
 public:
  explicit GatewaySink(std::unique_ptr<control::Client> client) : client_(std::move(client)) {}

  void take(storage::Entry entry) override {
    const auto size = entry.payload.size() + entry.topic.size();
    if (bytes_ + size > kBytesPerRequest || waiting_.size() >= kEntriesPerRequest) hand_over();
    bytes_ += size;
    waiting_.push_back(std::move(entry));
  }

  void finish() override {
    hand_over();
    check(client_->appended());
  }

 private:
  void hand_over() {
    if (waiting_.empty()) return;
    check(client_->append(waiting_));
    waiting_.clear();
    bytes_ = 0;
  }
  static void check(const Result<void>& done) {
    if (!done) throw Failure{kFault, "the running gateway: " + done.error().message};
  }

  std::unique_ptr<control::Client> client_;
  std::vector<storage::Entry> waiting_;
  std::size_t bytes_ = 0;
};

class StoreSink final : public EntrySink {
 public:
  explicit StoreSink(const Context& context)
      : store_(open_store(context, storage::Access::read_write)), pipeline_(*store_, pipeline_options(context)) {
    adopt_mapping(pipeline_, context);
  }
  void take(storage::Entry entry) override { sink_.take(std::move(entry)); }
  void finish() override { sink_.finish(); }

 private:
  std::unique_ptr<storage::Store> store_;
  ingest::Pipeline pipeline_;
  PipelineSink sink_{pipeline_};
};

}  // namespace

std::unique_ptr<control::Client> running_gateway(const Context& context) {
  auto client = control::Client::connect(context.config.control);
  if (!client) throw Failure{kFault, client.error().message};
  return std::move(*client);
}

std::unique_ptr<control::Client> required_gateway(const Context& context) {
  auto client = running_gateway(context);
  if (client) return client;
  throw Failure{kFault, "no gateway runs here (nobody answers at " + context.config.control.string() +
                            "); start it with `songhua-gateway run`"};
}

control::Json ask(control::Client& client, const control::Json& request) {
  auto answer = client.ask(request);
  if (!answer) throw Failure{kFault, answer.error().message};
  if (answer->contains("error")) throw Failure{answer->value("status", kFault), answer->value("error", "refused")};
  return std::move(*answer);
}

std::unique_ptr<EntrySink> intake(const Context& context) {
  if (auto client = running_gateway(context)) return std::make_unique<GatewaySink>(std::move(client));
  return std::make_unique<StoreSink>(context);
}

ingest::Pipeline::Adopted adopt_mapping(ingest::Pipeline& pipeline, const Context& context) {
  if (!pipeline.is_in_force(context.mapping_text))
    spdlog::info("mapping={} has changed", context.config.lines.string());
  std::size_t told = 0;
  const auto outcome =
      pipeline.adopt(context.mapping, context.mapping_text, wall_clock(), [&](std::size_t done, std::size_t all) {
        const auto percent = done * 100 / all;
        if (percent < told + 10 && done != all) return;
        told = percent;
        spdlog::info("rebuilding records from the journal: {} % ({} of {} segments)", percent, done, all);
      });
  if (const auto* error = std::get_if<ingest::Pipeline::CommitError>(&outcome)) throw Failure{kFault, error->message};
  const auto& adopted = std::get<ingest::Pipeline::Adopted>(outcome);
  if (adopted.rebuilt) {
    spdlog::info("records rebuilt from {} journal entries: {} changed, {} retracted", adopted.entries, adopted.changed,
                 adopted.retracted);
  }
  return adopted;
}

}  // namespace songhua::gateway
