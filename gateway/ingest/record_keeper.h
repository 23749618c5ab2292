#pragma once

#include <functional>
#include <map>
#include <memory>
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
  // All messages of `source` in the given journal segments that touch the window.
  using Load = std::function<std::vector<SharedMessage>(storage::SourceIndex source, Window window,
                                                        const std::vector<std::uint64_t>& segments)>;

  RecordKeeper(storage::Store& store, rollup::BuildRules rules, Load load);

  // `segment`: the journal segment that holds the message. Windows of the message that are frozen (store.h) are left as
  // they are: their starts are returned.
  std::vector<UnixMillis> apply(storage::SourceIndex source, const SharedMessage& message, std::uint64_t segment);

  struct Written {
    std::uint64_t records = 0;
    std::uint64_t rebuilt = 0;  // windows
    std::set<rollup::LineIndex> lines;
  };
  // Writes what changed, marks it to be forwarded, inside the caller's transaction. `is_final` tells whether the
  // record's day was final before: then what is replaced is kept.
  Written flush(std::uint64_t generation, UnixMillis now,
                const std::function<bool(rollup::LineIndex, Window)>& is_final);
  // Lets go of windows that are not among the newest; after a successful commit.
  void trim();
  // Forgets everything in memory; after a rollback.
  void reset();

 private:
  struct Open {
    Window window;
    std::unique_ptr<rollup::MinuteBuilder> builder;  // null: the window is rebuilt at each flush
    std::vector<SharedMessage> messages;
    std::vector<std::uint64_t> segments;  // ascending
    bool changed = false;
    bool frozen = false;
    std::map<rollup::LineIndex, std::size_t> written;  // hash of the bytes last written
  };
  struct Source {
    std::map<UnixMillis, Open> windows;
    // Every line that it feeds, with the first window that the line's messages touch: from there on the line has a
    // record in each window of the source, because that keeps the source's unbroken stretches.
    std::map<rollup::LineIndex, UnixMillis> lines;
    Millis length = kMinute;

    [[nodiscard]] std::vector<rollup::LineIndex> lines_in(UnixMillis window) const;
    void add_lines_to(rollup::MinuteBuilder& builder, UnixMillis window) const;
  };

  Source& source_of(storage::SourceIndex index);
  Open& open(storage::SourceIndex index, Source& source, UnixMillis start);
  void know(storage::SourceIndex index, Source& source, rollup::LineIndex line, UnixMillis first);
  static void add(Open& window, const SharedMessage& message, std::uint64_t segment);

  storage::Store& store_;
  rollup::BuildRules rules_;
  Load load_;
  std::map<storage::SourceIndex, Source> sources_;
};

// Sources of interval meters keep quarter-hour records; their names begin with this.
inline constexpr std::string_view kQuarterImportPrefix = "import15:";
inline constexpr std::string_view kImportPrefix = "import:";
inline constexpr std::string_view kAdjustSource = "adjust";

}  // namespace songhua::ingest
