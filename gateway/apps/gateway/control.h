#pragma once

#include <future>
#include <memory>
#include <vector>

#include "commands.h"
#include "control/control.h"
#include "ingest/host.h"
#include "ingest/last_births.h"
#include "ingest/tap.h"
#include "status_view.h"

namespace songhua::gateway {

class Forwarding;

// What a running gateway does for the commands of an operator: requests come over the control socket and are handled in
// the turns of the pipeline's thread. Requests:
//   status            {"metrics": bool}                                       -> {"status": as interfaces.md has it}
//   command           {"node", "device"?, "metric", "value": text or null, "type"?}  -> {"topic", "type", "alias"?}
//   rebirth           {"node"}                                                -> {"known": bool}
//   tap               {"node"?, "device"?, "metric"?}                         -> then messages (ingest/tap.h),
//   {"dropped": n} append            {"entries"} (control/entries.cpp)                       -> once they are committed
//   quarantine_retry  {"id"?}                                                 -> {"tried", "accepted", "left"}
//   map_apply         {}                                                      -> {"rebuilt", "entries", "changed",
//   "retracted"}
class Control {
 public:
  // Listens at the configured socket; throws Failure where it cannot. Everything must outlive it but `forwarding`,
  // which may be null or come later.
  Control(const std::filesystem::path& config_file, const Context& context, storage::Store& store,
          ingest::Pipeline& pipeline, ingest::Host& host, const std::unique_ptr<Forwarding>& forwarding);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

  // In each turn of the pipeline's thread, after its commit.
  void turn(UnixMillis now);

 private:
  // Shows messages to both who look at them.
  struct Observers final : ingest::Observer {
    explicit Observers(Control& owner) : control(owner) {}
    void message(const ingest::Observed& observed, const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                 const std::shared_ptr<const sparkplug::NameTable>& names) override {
      control.births_.message(observed, topic, payload, names);
      control.tap_.message(observed, topic, payload, names);
    }
    Control& control;
  };
  // What is answered once everything that waits in the pipeline is committed.
  struct Waiting {
    control::ClientId client;
    control::Json answer;
    std::vector<std::int64_t> forget;  // quarantine entries that were taken in again
    bool order = false;                // older messages are to have their place before the answer
  };
  // A command that came before the birth which tells what to write: births wait for the next turns.
  struct Early {
    control::Request request;
    UnixMillis until;
  };
  using Json = control::Json;

  template <typename Deed>
  void attempt(const control::Request& request, Deed&& deed);
  void handle(const control::Request& request, UnixMillis now);
  void settle(UnixMillis now);  // nothing waits in the pipeline: what was taken in is durable
  std::optional<std::string> settle_order(UnixMillis now);  // what went wrong
  [[nodiscard]] StatusView view(UnixMillis now);
  void status(const control::Request& request, UnixMillis now);
  void command_when_told(const control::Request& request, UnixMillis now, UnixMillis until);
  [[nodiscard]] bool is_told(const Json& body) const;
  [[nodiscard]] Json command(const Json& body, UnixMillis now);
  [[nodiscard]] Json rebirth(const Json& body);
  void tap(const control::Request& request);
  void append(const control::Request& request);
  void retry_quarantined(const control::Request& request, UnixMillis now);
  [[nodiscard]] ingest::Pipeline::Adopted apply_map();
  // The session of a node, that of a server where it is online first; null for a node never heard.
  [[nodiscard]] const std::pair<const ingest::Pipeline::SessionKey, sparkplug::HostSession>* session_of(
      const std::string& node) const;

  std::optional<UnixMillis> order_due_;
  std::filesystem::path config_file_;
  Context context_;
  storage::Store& store_;
  ingest::Pipeline& pipeline_;
  ingest::Host& host_;
  const std::unique_ptr<Forwarding>& forwarding_;
  ingest::LastBirths births_;
  LineNames lines_;
  std::unique_ptr<control::Server> server_;
  ingest::Tap tap_;  // its thread speaks through the server
  Observers observers_{*this};
  std::vector<Waiting> waiting_;
  std::vector<Early> early_;
  std::vector<control::Request> questions_;    // `status`, when what has come before it is committed
  std::vector<std::future<void>> formatting_;  // last: they use the server
};

}  // namespace songhua::gateway
