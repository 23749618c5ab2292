// A segment, before compression (format 1):
//   segment = format:u8 u count, entry*
//   entry   = kind:u8 fate:u8 received:signed difference to the entry before, ms (the first: to 1970)
//             server:u8 topic:(u 0, u size, bytes: a new topic | u n: the n-th new topic of this segment) names:u64 LE
//             if kind is message or resolution, u size, payload
// Numbers `u` are LEB128 varints, signed ones zigzag-coded.
#include "storage/journal.h"

#include <cstring>
#include <map>

namespace songhua::storage {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kLargestSegment = std::size_t{1} << 30;

void put_u(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

bool has_names(EntryKind kind) {
  return kind == EntryKind::message || kind == EntryKind::resolution;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::uint8_t byte() {
    if (rest_.empty()) return fail();
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t u() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto b = byte();
      value |= static_cast<std::uint64_t>(b & 0x7FU) << shift;
      if ((b & 0x80U) == 0) return value;
    }
    return fail();
  }
  std::uint64_t fixed64() {
    const auto raw = bytes(8);
    std::uint64_t value = 0;
    for (std::size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(raw[i]);
    return value;
  }
  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto out = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return out;
  }
  std::uint8_t fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

std::string encode_segment(const std::vector<Entry>& entries) {
  std::string out(1, static_cast<char>(kFormat));
  put_u(out, entries.size());
  std::map<std::string_view, std::uint64_t> topics;
  std::int64_t before = 0;
  for (const auto& entry : entries) {
    out.push_back(static_cast<char>(entry.kind));
    out.push_back(static_cast<char>(entry.fate));
    // Modulo 2^64, as it is read: of a damaged segment times may lie further apart than a number holds.
    const auto received = count_of(entry.received);
    put_u(out,
          zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(received) - static_cast<std::uint64_t>(before))));
    before = received;
    out.push_back(static_cast<char>(entry.server));
    const auto [topic, added] = topics.try_emplace(entry.topic, topics.size() + 1);
    put_u(out, added ? 0 : topic->second);
    if (added) {
      put_u(out, entry.topic.size());
      out += entry.topic;
    }
    if (has_names(entry.kind)) {
      for (unsigned i = 0; i < 8; ++i) out.push_back(static_cast<char>(entry.names >> (8 * i)));
    }
    put_u(out, entry.payload.size());
    out += entry.payload;
  }
  return out;
}

Result<std::vector<Entry>> decode_segment(std::string_view bytes) {
  Reader r(bytes);
  if (const auto format = r.byte(); !r.good() || format != kFormat) {
    return Error{"journal segment of an unknown format " + std::to_string(format)};
  }
  const auto count = r.u();
  if (count > bytes.size()) return Error{"journal segment names more entries than it holds"};
  std::vector<Entry> entries;
  std::vector<std::string> topics;
  std::int64_t before = 0;
  for (std::uint64_t i = 0; i < count && r.good(); ++i) {
    Entry entry;
    entry.kind = static_cast<EntryKind>(r.byte());
    entry.fate = static_cast<Fate>(r.byte());
    before =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(before) + static_cast<std::uint64_t>(unzigzag(r.u())));
    entry.received = unix_millis(before);
    entry.server = r.byte();
    const auto topic = r.u();
    if (topic == 0) {
      topics.emplace_back(r.bytes(r.u()));
      entry.topic = topics.back();
    } else if (topic <= topics.size()) {
      entry.topic = topics[static_cast<std::size_t>(topic) - 1];
    } else {
      r.fail();
    }
    if (has_names(entry.kind)) entry.names = r.fixed64();
    entry.payload = r.bytes(r.u());
    entries.push_back(std::move(entry));
  }
  if (!r.good() || !r.at_end()) return Error{"journal segment is damaged"};
  return entries;
}

Journal::Journal(SQLite::Database& database) : database_(database) {
  refresh();
}

void Journal::refresh() {
  next_ = static_cast<std::uint64_t>(database_.execAndGet("SELECT coalesce(max(id), 0) + 1 FROM segment").getInt64());
}

namespace {

// Of a segment's blob: a zstd frame of encode_segment().
constexpr int kCodec = 1;

}  // namespace

void Journal::append(const std::vector<Entry>& entries) {
  if (entries.empty()) return;
  auto first = entries.front().received, last = first;
  for (const auto& entry : entries) {
    first = std::min(first, entry.received);
    last = std::max(last, entry.received);
  }
  const auto blob = compress(encode_segment(entries));
  SQLite::Statement insert(database_,
                           "INSERT INTO segment(id, first_received, last_received, count, codec, bytes) "
                           "VALUES (?, ?, ?, ?, ?, ?)");
  insert.bind(1, static_cast<std::int64_t>(next_));
  insert.bind(2, static_cast<std::int64_t>(count_of(first)));
  insert.bind(3, static_cast<std::int64_t>(count_of(last)));
  insert.bind(4, static_cast<std::int64_t>(entries.size()));
  insert.bind(5, kCodec);
  insert.bindNoCopy(6, blob.data(), static_cast<int>(blob.size()));
  insert.exec();
  ++next_;
}

Result<std::vector<Entry>> Journal::read(std::uint64_t segment) const {
  const auto where = database_.getFilename() + ": segment " + std::to_string(segment);
  SQLite::Statement query(database_, "SELECT bytes, codec FROM segment WHERE id = ?");
  query.bind(1, static_cast<std::int64_t>(segment));
  if (!query.executeStep()) return Error{where + ": not in the journal any more"};
  if (const int codec = query.getColumn(1).getInt(); codec != kCodec) {
    return Error{where + ": written by a newer version of this program (codec " + std::to_string(codec) + ")"};
  }
  const auto column = query.getColumn(0);
  const auto raw = inflate({static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())},
                           kLargestSegment);
  if (!raw) return Error{where + ": " + raw.error().message};
  auto entries = decode_segment(*raw);
  if (!entries) return Error{where + ": " + entries.error().message};
  return entries;
}

std::uint64_t Journal::bytes_from(std::uint64_t segment) const {
  SQLite::Statement query(database_, "SELECT total(length(bytes)) FROM segment WHERE id >= ?");
  query.bind(1, static_cast<std::int64_t>(segment));
  return query.executeStep() ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : 0;
}

std::uint64_t Journal::first_segment() const {
  SQLite::Statement query(database_, "SELECT min(id) FROM segment");
  const bool any = query.executeStep() && !query.getColumn(0).isNull();
  return any ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : next_;
}

std::vector<SegmentInfo> Journal::segments(std::optional<UnixMillis> from, std::optional<UnixMillis> to) const {
  std::vector<SegmentInfo> all;
  SQLite::Statement query(database_,
                          "SELECT id, first_received, last_received, count, length(bytes) FROM segment "
                          "WHERE last_received >= ? AND first_received < ? ORDER BY id");
  query.bind(1, static_cast<std::int64_t>(from ? count_of(*from) : INT64_MIN));
  query.bind(2, static_cast<std::int64_t>(to ? count_of(*to) : INT64_MAX));
  while (query.executeStep()) {
    all.push_back({static_cast<std::uint64_t>(query.getColumn(0).getInt64()),
                   unix_millis(query.getColumn(1).getInt64()), unix_millis(query.getColumn(2).getInt64()),
                   query.getColumn(3).getUInt(), static_cast<std::uint64_t>(query.getColumn(4).getInt64())});
  }
  return all;
}

}  // namespace songhua::storage
