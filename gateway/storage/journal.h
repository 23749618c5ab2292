#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/time.h"
#include "storage/database.h"

// The journal: what was received, append-only, in compressed segments of one commit each. It is the recording; replay,
// audit, rebuild and export read it.
namespace songhua::storage {

// An entry's place: segment number and index inside the segment. Grows with arrival.
struct Position {
  std::uint64_t value = 0;

  static constexpr unsigned kIndexBits = 20;
  static constexpr Position at(std::uint64_t segment, std::uint32_t index) { return {(segment << kIndexBits) | index}; }
  [[nodiscard]] constexpr std::uint64_t segment() const { return value >> kIndexBits; }
  [[nodiscard]] constexpr std::uint32_t index() const {
    return static_cast<std::uint32_t>(value & ((1U << kIndexBits) - 1));
  }
  auto operator<=>(const Position&) const = default;
};

enum class EntryKind : std::uint8_t {
  message = 1,     // MQTT: topic, payload
  host = 2,        // a host event: payload is its text ("connected 0", "lost 0", "clock 0": it was set back)
  import = 3,      // topic: import name; payload: rows, see ingest/import_rows.h
  adjustment = 4,  // payload: JSON
  // Payload: position of a message that came before; it counts as `names` explain it from here on, or by its own names
  // alone where `fate` is held.
  resolution = 5,
  config = 6,  // topic: file ("lines.toml"), payload: its text, in force from here on
  line = 7,    // payload: JSON, a line declared gone or back
};

// What became of a message when it was taken in. Only applied ones feed records.
// `retained`: refused, because the broker had kept it (the flag is not part of topic or payload).
enum class Fate : std::uint8_t { applied = 0, held = 1, duplicate = 2, refused = 3, noted = 4, retained = 5 };

struct Entry {
  EntryKind kind = EntryKind::message;
  Fate fate = Fate::applied;
  UnixMillis received;
  std::uint8_t server = 0;  // index into the configuration's servers
  std::string topic;
  std::string payload;
  std::uint64_t names = 0;  // the name table that explains aliases; 0: names are in the message
};

struct SegmentInfo {
  std::uint64_t id = 0;
  UnixMillis first_received;
  UnixMillis last_received;
  std::uint32_t count = 0;
  std::uint64_t bytes = 0;
};

// Not thread-safe. `database` must outlive it and hold the tables of the edge store or of a recording.
class Journal {
 public:
  explicit Journal(SQLite::Database& database);

  // Number that the next append will use.
  [[nodiscard]] std::uint64_t next_segment() const { return next_; }
  // Appends one segment; inside the caller's transaction.
  void append(const std::vector<Entry>& entries);
  void forget_appended() { refresh(); }  // after a rollback

  [[nodiscard]] Result<std::vector<Entry>> read(std::uint64_t segment) const;
  // Segments in order whose received times meet [from, to).
  [[nodiscard]] std::vector<SegmentInfo> segments(std::optional<UnixMillis> from = {},
                                                  std::optional<UnixMillis> to = {}) const;
  // Compressed bytes of the segments from `segment` on.
  [[nodiscard]] std::uint64_t bytes_from(std::uint64_t segment) const;
  // Number of the oldest segment kept; that of the next append where there is none.
  [[nodiscard]] std::uint64_t first_segment() const;

 private:
  void refresh();
  SQLite::Database& database_;
  std::uint64_t next_ = 1;
};

// The bytes of a segment before compression; decode refuses malformed bytes with a reason.
std::string encode_segment(const std::vector<Entry>& entries);
Result<std::vector<Entry>> decode_segment(std::string_view bytes);

}  // namespace songhua::storage
