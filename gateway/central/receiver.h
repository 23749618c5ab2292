#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "central/intake.h"
#include "central/store.h"
#include "forward/link.h"

// One worker: takes what gateways send from the broker, merges a lot in one transaction, and only then answers. It can
// be killed at any moment: what was not answered is sent again.
namespace songhua::central {

struct ReceiverOptions {
  std::vector<std::string> servers;  // tried in turn
  mqtt::ConnectOptions connect;      // client_id: a prefix, two connections and a random tail are added
  std::string share = "centre";      // workers of one share divide the batches among themselves
  IntakeOptions intake;
  Millis keep_envelopes = std::chrono::days{30};  // for audit; the chain of hashes stays for good
  mqtt::Backoff::Limits backoff{Millis{200}, Millis{15'000}};
};

struct ReceiverStatus {
  bool connected = false;
  std::string server;
  std::string last_error;
  std::uint64_t committed = 0;  // batches, repeated ones included
  std::uint64_t refused = 0;
  std::uint64_t dictionaries = 0;
  std::uint64_t missed = 0;  // dropped because the queue was full; they are sent again
  std::string store_error;   // why the last lot could not be stored; empty when it could
};

class Receiver {
 public:
  // `clock` is the centre's.
  Receiver(CentreStore& store, ReceiverOptions options, std::function<UnixMillis()> clock);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void run();                                   // on the thread that owns the store, until stop()
  void stop();                                  // from any thread, also from a signal-handling one
  [[nodiscard]] ReceiverStatus status() const;  // thread-safe

 private:
  struct Answer {
    std::string topic;
    std::string payload;
  };
  void take_events();
  void handle(const forward::LinkEvent& event);
  void merge_lot();
  void merge_messages(std::vector<Answer>& answers, ReceiverStatus& counts);
  void say();
  void housekeeping();
  void publish_status();

  CentreStore& store_;
  ReceiverOptions options_;
  std::function<UnixMillis()> clock_;
  Intake intake_;

  forward::LinkInbox inbox_;
  forward::Link listener_;  // hears batches and dictionaries
  forward::Link speaker_;   // says acks; apart, because the library drops a connection that does much of both
  std::vector<forward::LinkEvent> lot_;
  std::vector<forward::LinkEvent> messages_;  // not merged yet
  std::vector<Answer> answers_;               // not said yet
  UnixMillis next_housekeeping_ = UnixMillis::min();

  mutable std::mutex mutex_;  // of status_
  ReceiverStatus status_;
};

}  // namespace songhua::central
