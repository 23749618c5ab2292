#include "line_states.h"

#include "rollup/codec.h"

namespace songhua::gateway {
namespace {

// A line that has been in one state for longer than this many records is told to be in it since the oldest of them.
constexpr int kFarthest = 5'000;

// Goes back through states until another one than the last is seen.
class Backwards {
 public:
  explicit Backwards(LastWord& word) : word_(word) {}
  // False: the state before the last one was met.
  bool add(const rollup::StatePart& part) {
    if (!word_.state) word_.state = part.last.code;
    if (part.last.code != *word_.state) return false;
    word_.state_since = part.last.time;
    if (part.first.code != *word_.state) return false;
    word_.state_since = part.first.time;
    return true;
  }

 private:
  LastWord& word_;
};

}  // namespace

LastWord LineStates::of(rollup::LineIndex line) {
  auto& known = known_[line];
  LastWord word;
  std::optional<UnixMillis> newest;
  Backwards states(word);
  bool more_states = true;
  int left = kFarthest;
  store_.scan_back(line, [&](const storage::RecordRow& row) {
    if (!newest) newest = row.key.window.start;
    const bool read_before = known.newest && row.key.window.start < *known.newest;
    if (read_before && more_states && known.word.state) {
      const bool same = !word.state || *word.state == *known.word.state;
      if (!word.state) word.state = known.word.state;
      if (same) word.state_since = known.word.state_since;
    }
    if (read_before) {
      if (!word.heard) word.heard = known.word.heard;
      return false;
    }
    const auto record = rollup::decode(row.bytes);
    if (!record) return true;
    if (!word.heard && record->heard) word.heard = record->heard->last;
    if (more_states && record->state) more_states = states.add(*record->state);
    return --left > 0 && (more_states || !word.heard);
  });
  known.word = word;
  known.newest = newest;
  return word;
}

}  // namespace songhua::gateway
