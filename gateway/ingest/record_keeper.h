#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rollup/builder.h"
#include "storage/store.h"

// The records of the windows that messages touch: extended in place where messages come in order, rebuilt from all
// messages of the window otherwise, from memory for the newest windows and from the journal for older ones. Both ways
// give the same bytes (design.md, The rollup).
namespace songhua::ingest {

using SharedMessage = std::shared_ptr<const rollup::SourceMessage>;

class RecordKeeper {
 public:
  // A window whose messages are in the journal: in which of its segments (ascending), and what was found there.
  struct Wanted {
    Window window;
    std::vector<std::uint64_t> segments;
    std::vector<SharedMessage> messages;
  };
  // Finds all messages of `source` that touch the windows (ascending, apart), or were told again because they no longer
  // do. All at once, so that a segment which many of them ask for is read through once.
  using Load = std::function<void(storage::SourceIndex source, std::vector<Wanted>& windows)>;

  // `readings`: how many of the messages' readings may stay in memory.
  RecordKeeper(storage::Store& store, rollup::BuildRules rules, std::size_t readings, Load load);

  // `segment`: the journal segment that holds the message. Windows of the message that are frozen (store.h) are left as
  // they are: their starts are returned. `left`: minutes that an earlier telling of the message may have touched.
  std::vector<UnixMillis> apply(storage::SourceIndex source, const SharedMessage& message, std::uint64_t segment,
                                const std::vector<UnixMillis>& left = {});

  struct Written {
    std::uint64_t records = 0;
    std::uint64_t rebuilt = 0;  // windows
    std::set<rollup::LineIndex> lines;
  };
  // Writes what changed, marks it to be forwarded, inside the caller's transaction. `is_final` tells whether the
  // record's day was final before: then what is replaced is kept.
  using IsFinal = std::function<bool(rollup::LineIndex, Window)>;
  Written flush(std::uint64_t generation, UnixMillis now, const IsFinal& is_final);
  // Lets go of windows that are not among the newest, and of messages that would fill memory; after a successful
  // commit.
  void trim();
  // Forgets everything in memory; after a rollback.
  void reset();

 private:
  struct Open {
    Window window;
    std::unique_ptr<rollup::MinuteBuilder> builder;  // null: the window is rebuilt at each flush
    std::vector<SharedMessage> messages;             // those after ...
    std::uint64_t forgotten_to = 0;                  // ... this segment: the journal has the others
    std::vector<std::uint64_t> segments;             // ascending
    bool changed = false;
    bool frozen = false;
    std::map<rollup::LineIndex, std::size_t> written;  // hash of the bytes last written
    std::optional<UnixMillis> behind_since;            // records wait for their source's stretches (storage/store.h)
  };
  struct Source {
    std::map<UnixMillis, Open> windows;
    // Every line that it feeds, with the first window that the line's messages touch: from there on the line has a
    // record in each window of the source, because that keeps the source's unbroken stretches.
    std::map<rollup::LineIndex, UnixMillis> lines;
    Millis length = kMinute;
    UnixMillis newest = UnixMillis::min();  // of its windows, also of those in the store only

    [[nodiscard]] std::vector<rollup::LineIndex> lines_in(UnixMillis window) const;
    void add_lines_to(rollup::MinuteBuilder& builder, UnixMillis window) const;
  };

  Source& source_of(storage::SourceIndex index);
  Open& open(storage::SourceIndex index, Source& source, UnixMillis start);
  void know(storage::SourceIndex index, Source& source, rollup::LineIndex line, UnixMillis first);
  [[nodiscard]] bool add(Open& window, const SharedMessage& message, std::uint64_t segment);
  void recall(storage::SourceIndex index, Source& source);
  struct Flush;  // one under way
  void write_heard(Flush& flush, storage::SourceIndex index, Open& window);
  void write_all(Flush& flush, storage::SourceIndex index, const Source& source, Open& window);
  void put(Flush& flush, storage::SourceIndex index, Open& window, rollup::LineIndex line,
           const rollup::Record& record);
  void complete(Flush& flush, storage::SourceIndex index, Open& window);

  storage::Store& store_;
  rollup::BuildRules rules_;
  Load load_;
  std::map<storage::SourceIndex, Source> sources_;
  std::size_t readings_kept_;
  std::size_t readings_ = 0;     // taken in since messages were let go
  bool store_is_behind_ = true;  // windows that an earlier life of this object left behind may be in the store
};

// Sources of interval meters keep quarter-hour records; their names begin with this.
inline constexpr std::string_view kQuarterImportPrefix = "import15:";
inline constexpr std::string_view kImportPrefix = "import:";
inline constexpr std::string_view kAdjustSource = "adjust";

}  // namespace songhua::ingest
