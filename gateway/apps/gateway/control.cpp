#include "control.h"

#include <spdlog/spdlog.h>

#include "forwarding.h"
#include "intake.h"
#include "quarantine.h"
#include "sparkplug/payload.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

using control::Json;
using control::refusal;

constexpr Millis kPatienceForBirths = std::chrono::seconds{1};

std::string text_of(const Json& body, const char* key) {
  const auto it = body.find(key);
  return it != body.end() && it->is_string() ? it->get<std::string>() : std::string();
}

Json done() {
  return {{"ok", true}};
}

ingest::Tap::Delivery delivery(control::Server::Sent sent) {
  switch (sent) {
    case control::Server::Sent::sent:
      return ingest::Tap::Delivery::taken;
    case control::Server::Sent::full:
      return ingest::Tap::Delivery::full;
    case control::Server::Sent::gone:
      break;
  }
  return ingest::Tap::Delivery::gone;
}

std::unique_ptr<control::Server> listen(const Context& context, ingest::Host& host) {
  auto server = control::Server::listen(context.config.control, {}, [&host] { host.wake(); });
  if (!server) throw Failure{kUsage, server.error().message};
  return std::move(*server);
}

// The metric as the node's birth has it; null where the births known do not list it.
const sparkplug::MetricDef* metric_of(const sparkplug::DeviceNames* share, const std::string& name) {
  return share == nullptr ? nullptr : share->by_name(name);
}

}  // namespace

Control::Control(const std::filesystem::path& config_file, const Context& context, storage::Store& store,
                 ingest::Pipeline& pipeline, ingest::Host& host, const std::unique_ptr<Forwarding>& forwarding)
    : config_file_(config_file),
      context_(context),
      store_(store),
      pipeline_(pipeline),
      host_(host),
      forwarding_(forwarding),
      births_(pipeline),
      lines_(context.mapping),
      server_(listen(context, host)),
      tap_([this](ingest::Tap::ListenerId id, const std::string& line) {
        return delivery(server_->stream(control::ClientId{id}, line));
      }) {
  pipeline_.set_observer(&observers_);
}

Control::~Control() {
  pipeline_.set_observer(nullptr);
}

void Control::turn(UnixMillis now) {
  if (pipeline_.waiting() == 0) {
    settle(now);
  } else {
    tap_.not_committed();
  }
  for (const auto& early : std::exchange(early_, {})) command_when_told(early.request, now, early.until);
  for (const auto& question : std::exchange(questions_, {})) {
    attempt(question, [&] { status(question, now); });
  }
  for (const auto& request : server_->take()) {
    attempt(request, [&] { handle(request, now); });
  }
  std::erase_if(formatting_, [](const auto& job) { return job.wait_for(Millis{0}) == std::future_status::ready; });
  if (!waiting_.empty()) host_.hurry();
}

template <typename Deed>
void Control::attempt(const control::Request& request, Deed&& deed) {
  try {
    deed();
  } catch (const Failure& failure) {
    server_->answer(request.client, refusal(failure.message, failure.status));
  } catch (const SQLite::Exception& problem) {
    server_->answer(request.client, refusal(storage::trouble_of(store_.database(), problem), kFault));
  }
}

void Control::handle(const control::Request& request, UnixMillis now) {
  if (request.name == "status") {
    // What has been received counts once it is committed: who asks sees what came before the question.
    if (pipeline_.waiting() == 0) return status(request, now);
    questions_.push_back(request);
    return host_.hurry();
  }
  if (request.name == "command") return command_when_told(request, now, now + kPatienceForBirths);
  if (request.name == "rebirth") return server_->answer(request.client, rebirth(request.body));
  if (request.name == "tap") return tap(request);
  if (request.name == "append") return append(request);
  if (request.name == "appended") {
    waiting_.push_back({request.client, done(), {}, true});
    if (pipeline_.waiting() == 0) settle(now);
    return;
  }
  if (request.name == "quarantine_retry") return retry_quarantined(request, now);
  if (request.name == "map_apply") {
    const auto adopted = apply_map();
    auto answer = done();
    answer.update({{"rebuilt", adopted.rebuilt},
                   {"entries", adopted.entries},
                   {"changed", adopted.changed},
                   {"retracted", adopted.retracted}});
    return server_->answer(request.client, answer);
  }
  server_->answer(request.client,
                  refusal("this gateway knows no request '" + request.name + "'; is it of an older version?", kUsage));
}

void Control::settle(UnixMillis now) {
  tap_.committed();
  const auto trouble = pipeline_.out_of_order() ? settle_order(now) : std::nullopt;
  for (const auto& waiting : std::exchange(waiting_, {})) {
    auto answer = waiting.order && trouble ? refusal(*trouble, kFault) : waiting.answer;
    try {
      for (const auto id : waiting.forget) store_.forget_quarantined(id);
    } catch (const SQLite::Exception& problem) {
      answer = refusal("what was taken in again is still listed: " + storage::trouble_of(store_.database(), problem),
                       kFault);
    }
    server_->answer(waiting.client, answer);
  }
}

// At the end of what somebody hands over; what a client that died has left, and what a full disk did not let through,
// after a while.
std::optional<std::string> Control::settle_order(UnixMillis now) {
  constexpr Millis kPatience = std::chrono::seconds{30};
  const bool asked = std::ranges::any_of(waiting_, [](const Waiting& waiting) { return waiting.order; });
  if (!order_due_) order_due_ = now + kPatience;
  if (!asked && now < *order_due_) return std::nullopt;
  const auto outcome = pipeline_.settle_order(now);
  order_due_.reset();
  if (const auto* error = std::get_if<ingest::Pipeline::CommitError>(&outcome)) {
    auto trouble =
        "all is taken in, but older messages have not got their place, which is tried again: " + error->message;
    spdlog::error("{}", trouble);
    return trouble;
  }
  const auto& settled = std::get<ingest::Pipeline::Settled>(outcome);
  spdlog::info("older messages: {} of their sessions read again, {} mean something else now", settled.messages,
               settled.changed);
  return std::nullopt;
}

StatusView Control::view(UnixMillis now) {
  StatusView view;
  view.at = now;
  view.running = true;
  view.nodes = nodes_of(pipeline_, births_, lines_);
  view.host = host_.report();
  try {
    fill_from_store(view, store_, context_.config.forward.has_value());
  } catch (const SQLite::Exception& problem) {  // just then an operator asks how things are
    view.store_error = storage::trouble_of(store_.database(), problem);
  }
  if (forwarding_) view.forward_error = forwarding_->connection().last_error;
  return view;
}

// A plant of 1,000 nodes has some 20 MB of status: it is put into words on another thread.
void Control::status(const control::Request& request, UnixMillis now) {
  const bool metrics = request.body.value("metrics", Json(true)) != Json(false);
  auto now_seen = std::make_shared<const StatusView>(view(now));
  formatting_.push_back(
      std::async(std::launch::async, [this, metrics, seen = std::move(now_seen), client = request.client] {
        auto answer = done();
        answer["status"] = status_json(*seen, context_.config, metrics);
        server_->answer(client, answer);
      }));
}

const std::pair<const ingest::Pipeline::SessionKey, sparkplug::HostSession>* Control::session_of(
    const std::string& node) const {
  const std::pair<const ingest::Pipeline::SessionKey, sparkplug::HostSession>* found = nullptr;
  for (const auto& session : pipeline_.sessions()) {
    if (session.first.second != node || session.first.first >= context_.config.sparkplug.servers.size()) continue;
    if (found == nullptr || (session.second.online() && !found->second.online())) found = &session;
  }
  return found;
}

// A script that writes as soon as it saw the birth is faster than the birth, which is taken in with the next lot.
void Control::command_when_told(const control::Request& request, UnixMillis now, UnixMillis until) {
  if (now < until && !is_told(request.body)) {
    early_.push_back({request, until});
  } else {
    server_->answer(request.client, command(request.body, now));
  }
}

bool Control::is_told(const Json& body) const {
  if (!text_of(body, "type").empty()) return true;
  const auto* session = session_of(text_of(body, "node"));
  const auto share = session == nullptr ? nullptr : births_.of(session->first, text_of(body, "device"));
  return metric_of(share.get(), text_of(body, "metric")) != nullptr;
}

// With a type of the operator's own, a command also goes to what no birth has told of: conformance runs ask for it.
Json Control::command(const Json& body, UnixMillis now) {
  const auto node = text_of(body, "node"), device = text_of(body, "device"), metric = text_of(body, "metric");
  const auto type = text_of(body, "type");
  const auto slash = node.find('/');
  if (slash == std::string::npos || metric.empty())
    return refusal("a command needs node (GROUP/NODE) and metric", kUsage);
  const auto* session = session_of(node);
  if (session == nullptr && type.empty()) {
    return refusal(node + ": no such edge node has been heard; `status` lists those known, --type sends all the same",
                   kUsage);
  }
  std::shared_ptr<const sparkplug::DeviceNames> share;
  if (session != nullptr) share = births_.of(session->first, device);
  if (!share && type.empty()) {
    return refusal((device.empty() ? node : node + "/" + device) + ": no birth has told of its metrics yet; " +
                       "`rebirth " + node + "` asks for one, --type sends all the same",
                   kUsage);
  }
  const auto* def = metric_of(share.get(), metric);
  if (def == nullptr && type.empty()) {
    return refusal(metric + ": not among the metrics of " + (device.empty() ? node : node + "/" + device) +
                       "; `status --format json` lists them, --type sends all the same",
                   kUsage);
  }
  sparkplug::Command command;
  command.name = metric;
  if (def != nullptr) {
    command.alias = def->alias;
    command.datatype = def->datatype;
    command.uint32_in_int_value = def->uint32_in_int_value;
  }
  if (!type.empty()) {
    const auto datatype = sparkplug::parse_datatype(type);
    if (!datatype)
      return refusal("--type " + type + ": no datatype of Sparkplug; Int32, Double, Boolean, String, ...", kUsage);
    command.datatype = *datatype;
  }
  if (body.contains("value") && body["value"].is_string()) command.value = body["value"].get<std::string>();
  const auto payload = sparkplug::encode_command(command, now);
  if (!payload) return refusal(metric + ": " + payload.error().message, kUsage);
  const auto group = std::string_view(node).substr(0, slash), id = std::string_view(node).substr(slash + 1);
  const auto topic = device.empty() ? sparkplug::node_topic(sparkplug::MessageType::ncmd, group, id)
                                    : sparkplug::device_topic(sparkplug::MessageType::dcmd, group, id, device);
  const auto server = session == nullptr ? std::nullopt : std::optional(session->first.first);
  if (const auto sent = host_.publish_command(server, topic, *payload); !sent)
    return refusal(sent.error().message, kFault);
  spdlog::info("command topic={} metric={} value={}", topic, metric, command.value.value_or("null"));
  auto answer = done();
  answer["topic"] = topic;
  answer["type"] = sparkplug::datatype_name(command.datatype);
  if (command.alias) answer["alias"] = *command.alias;
  return answer;
}

Json Control::rebirth(const Json& body) {
  const auto node = text_of(body, "node");
  const auto slash = node.find('/');
  if (slash == std::string::npos || !sparkplug::is_valid_id(node.substr(0, slash)) ||
      !sparkplug::is_valid_id(node.substr(slash + 1))) {
    return refusal("'" + node + "': name the edge node as GROUP/NODE", kUsage);
  }
  const auto* session = session_of(node);
  const auto server = session == nullptr ? std::nullopt : std::optional(session->first.first);
  if (const auto sent = host_.insist_rebirth(node, server); !sent) return refusal(sent.error().message, kFault);
  spdlog::info("rebirth of {} asked for by hand", node);
  auto answer = done();
  answer["known"] = session != nullptr;
  return answer;
}

void Control::tap(const control::Request& request) {
  auto filter = ingest::TapFilter::parse(text_of(request.body, "node"), text_of(request.body, "device"),
                                         text_of(request.body, "metric"));
  if (!filter) return server_->answer(request.client, refusal(filter.error().message, kUsage));
  server_->answer(request.client, done());
  tap_.add(static_cast<ingest::Tap::ListenerId>(request.client), std::move(*filter));
}

void Control::append(const control::Request& request) {
  const auto entries = control::decode_entries(request.body);
  if (!entries) return server_->answer(request.client, refusal(entries.error().message, kUsage));
  for (const auto& entry : *entries) pipeline_.repeat(entry);
  waiting_.push_back({request.client, done(), {}, false});
}

ingest::Pipeline::Adopted Control::apply_map() {
  auto fresh = load_context({config_file_.string(), {}});
  const auto adopted = adopt_mapping(pipeline_, fresh);
  context_.mapping = fresh.mapping;
  context_.mapping_text = fresh.mapping_text;
  lines_.adopt(fresh.mapping);
  return adopted;
}

void Control::retry_quarantined(const control::Request& request, UnixMillis now) {
  std::optional<std::int64_t> id;
  if (const auto it = request.body.find("id"); it != request.body.end() && it->is_number_integer())
    id = it->get<std::int64_t>();
  QuarantineRetry retry(store_, id);
  (void)apply_map();
  retry.take_in_again(pipeline_);
  auto answer = done();
  answer.update(retry.outcome());
  waiting_.push_back({request.client, std::move(answer), retry.taken_in(), true});
  if (pipeline_.waiting() == 0) settle(now);
}

}  // namespace songhua::gateway
