// `export`, `replay`: the journal is the recording.
#include <iostream>

#include "births_before.h"
#include "commands.h"
#include "intake.h"
#include "known_entries.h"
#include "pace.h"
#include "recording.h"
#include "repeat.h"

namespace songhua::gateway {

int export_recording(const Place& place, const std::string& from, const std::string& to, const std::string& out) {
  const auto context = load_context(place);
  const auto time_of = [&](const std::string& text, const char* option) -> std::optional<UnixMillis> {
    if (text.empty()) return std::nullopt;
    const auto time = context.config.time_zone.parse(text);
    if (!time) throw Failure{kUsage, std::string(option) + ": " + time.error().message};
    return *time;
  };
  const auto first = time_of(from, "--from"), last = time_of(to, "--to");
  auto store = open_store(context, storage::Access::read_only);
  RecordingSink recording(
      out, {context.config.id, context.config.enterprise, store->incarnation().id, ingest::mapping_in_force(*store)});
  std::uint64_t births = 0, count = 0;
  if (first) {
    for (auto& birth : births_before(store->journal(), *first, last)) {
      recording.take(std::move(birth));
      ++births;
    }
  }
  for (const auto& segment : store->journal().segments(first, last)) {
    auto entries = store->journal().read(segment.id);
    if (!entries) throw Failure{kFault, entries.error().message};
    for (auto& entry : *entries) {
      if ((first && entry.received < *first) || (last && entry.received >= *last)) continue;
      recording.take(std::move(entry));
      ++count;
    }
  }
  recording.finish();
  std::cerr << count << " entries exported to " << out;
  if (births != 0) std::cerr << ", after " << births << " births from before that explain their aliases";
  std::cerr << '\n';
  return kDone;
}

namespace {

// What a gateway's own store lacks of a recording, through the gateway where it runs.
std::uint64_t merge(const Recording& recording, const std::string& file, const Context& context, const Pace& pace,
                    bool force) {
  if (!force && recording.fact("gateway") != context.config.id) {
    throw Failure{kUsage, file + ": recorded by gateway '" + recording.fact("gateway") + "', not by '" +
                              context.config.id + "'; --force merges it all the same"};
  }
  const auto sink = intake(context);
  const auto store = open_store(context, storage::Access::read_only);
  KnownEntries known(store->journal());
  return repeat_all(recording.journal(), *sink, file, pace,
                    [&](const storage::Entry& entry) { return !known.take(entry); });
}

}  // namespace

int replay(const std::string& file, const Place& place, const ReplayFlags& flags) {
  if (!flags.publish.empty()) return publish_recording(file, flags.publish, flags.speed);
  const auto pace = Pace::parse(flags.speed);
  if (!pace) throw Failure{kUsage, pace.error().message};
  const Recording recording(file);
  auto context = load_context(place);
  std::uint64_t taken = 0;
  if (flags.merge) {
    taken = merge(recording, file, context, *pace, flags.force);
  } else {
    if (place.config_file.empty()) take_mapping(context, recording.mapping(), "lines.toml of " + file);
    auto store = open_store(context, storage::Access::read_write);
    if (store->journal().next_segment() != 1) {
      throw Failure{kUsage, context.config.store.string() + ": holds a journal already; replay goes into a new store"};
    }
    ingest::Pipeline pipeline(*store, pipeline_options(context));
    adopt_mapping(pipeline, context);
    PipelineSink sink(pipeline);
    taken = repeat_all(recording.journal(), sink, file, *pace);
  }
  std::cerr << taken << " entries replayed into " << context.config.store.string()
            << (interrupted() ? "; stopped before the end" : "") << '\n';
  return kDone;
}

}  // namespace songhua::gateway
