#include "repeat.h"

#include "commands.h"
#include "progress.h"

namespace songhua::gateway {

std::uint64_t repeat_all(const storage::Journal& journal, EntrySink& sink, const std::string& name, Pace pace,
                         const std::function<bool(const storage::Entry&)>& wanted) {
  std::uint64_t taken = 0, read = 0;
  const auto& stop = interrupted();
  const auto segments = journal.segments();
  Progress progress(name, segments.size());
  for (const auto& segment : segments) {
    auto entries = journal.read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (auto& entry : *entries) {
      if (wanted && !wanted(entry)) continue;
      if (!pace.unbounded()) {
        sink.finish();  // what is told so far can be looked at while the next is waited for
        if (!pace.wait_for(entry.received, stop)) break;
      }
      sink.take(std::move(entry));
      ++taken;
    }
    progress.at(++read);
    if (stop) break;
  }
  sink.finish();
  return taken;
}

}  // namespace songhua::gateway
