#pragma once

#include "config/config.h"
#include "ingest/pipeline.h"
#include "storage/retention.h"
#include "storage/store.h"

namespace songhua::gateway {

// Keeps the journal within [journal] retain and max_bytes, some thousand segments at a time. Pipeline thread.
class Retention {
 public:
  Retention(storage::Store& store, ingest::Pipeline& pipeline, const config::Journal& limits);
  void turn(UnixMillis now);

 private:
  storage::Store& store_;
  ingest::Pipeline& pipeline_;
  storage::RetentionLimits limits_;
  UnixMillis next_{};
};

}  // namespace songhua::gateway
