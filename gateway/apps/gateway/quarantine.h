#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ingest/pipeline.h"
#include "storage/store.h"

namespace songhua::gateway {

// `quarantine retry`: what was refused is judged again by the present mapping and the present program. What the mapping
// refused (a negative counter, a wrong datatype) is judged when the mapping is put in force, by Pipeline::adopt; what
// could not be read at all (payload, topic, imported rows) is taken in again here if it can be read now. What a session
// left behind (aliases that no birth explained) stays: nothing can explain it later.
class QuarantineRetry {
 public:
  // Before the mapping is put in force. `id`: only that entry; throws Failure where it does not exist.
  QuarantineRetry(storage::Store& store, std::optional<std::int64_t> id);
  // After it: hands to the pipeline what can be read now; the caller commits.
  void take_in_again(ingest::Pipeline& pipeline);

  // Entries to forget once that is committed.
  [[nodiscard]] const std::vector<std::int64_t>& taken_in() const { return taken_in_; }
  // {"tried", "accepted", "left"}: messages, as quarantine counts them.
  [[nodiscard]] nlohmann::json outcome() const;

 private:
  [[nodiscard]] bool readable(const storage::Entry& entry);
  [[nodiscard]] bool take_in(const std::string& topic, ingest::Pipeline& pipeline);

  storage::Store& store_;
  std::optional<std::int64_t> id_;
  std::vector<storage::Quarantined> before_;
  std::vector<std::int64_t> taken_in_;
  std::uint64_t tried_ = 0, left_ = 0;
};

}  // namespace songhua::gateway
