#pragma once

#include <memory>

#include "config/config.h"
#include "ingest/host.h"
#include "ingest/pipeline.h"

namespace songhua::gateway {

class Forwarding;

// `[http]` of a running gateway: the page, the API, metrics and readiness (docs/page.md). Requests are answered on
// threads of its own through connections of its own; the pipeline's thread only tells what happened, and never waits.
class Http {
 public:
  // Null where `listen` is "". Throws Failure where the address cannot be listened at.
  static std::unique_ptr<Http> start(const config::GatewayConfig& config);
  // Ends running requests and all threads.
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // On the pipeline's thread: after each commit, and in each turn of its loop. `forwarding` may be null.
  void committed(const ingest::CommitResult& result);
  void turn(UnixMillis now, const ingest::Host& host, const ingest::Pipeline& pipeline, const Forwarding* forwarding);

 private:
  struct Impl;
  explicit Http(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace songhua::gateway
