// `verify`, `export`, `replay`: the journal is the recording.
#include <array>
#include <functional>
#include <iostream>
#include <set>

#include "commands.h"
#include "intake.h"
#include "pace.h"
#include "progress.h"
#include "recording.h"
#include "storage/retention.h"

namespace songhua::gateway {
namespace {

std::string key_of(const query::RollupRow& row) {
  return row.line + " " + row.key.measure + " " + row.key.product + " " + row.key.market + " " +
         format_utc(row.window.start);
}

// All that is a function of what was received; status and revisions depend on when it was.
std::string value_of(const query::RollupRow& row) {
  std::string text;
  if (row.gauge) {
    const auto& gauge = *row.gauge;
    text = std::to_string(gauge.count) + " readings, sum " + Fixed9{gauge.sum}.str() + ", " + gauge.min.str() + " to " +
           gauge.max.str() + ", last " + gauge.last.value.str();
  } else {
    text = to_string(row.quantity) + ' ' + row.unit;
  }
  if (row.estimated) text += ", estimated over " + std::to_string(row.gap.count()) + " ms";
  if (row.lives != 1) text += ", " + std::to_string(row.lives) + " lives";
  for (const auto& flag : row.flags) text += ", " + flag;
  return text + ", observed " + std::to_string(row.observed_ms) + " ms";
}

// Every entry of a journal, as it was received, into `sink`.
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
      if (!wanted(entry)) continue;
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

std::uint64_t repeat_all(const storage::Journal& journal, EntrySink& sink, const std::string& name) {
  return repeat_all(journal, sink, name, *Pace::parse("max"), [](const auto&) { return true; });
}

// Enough to know an entry again.
using Identity = std::array<std::uint64_t, 2>;
Identity identity(const storage::Entry& entry) {
  const std::hash<std::string_view> hash;
  return {static_cast<std::uint64_t>(count_of(entry.received)) * 8 + static_cast<std::uint64_t>(entry.kind),
          hash(entry.topic) * 31 + hash(entry.payload)};
}

}  // namespace

int verify(const Place& place) {
  const auto context = load_context(place);
  auto store = open_store(context, storage::Access::read_only);
  // One state of the store for journal and records, though a gateway may go on writing.
  const SQLite::Transaction snapshot(store->database());
  // With a whole journal everything is made from nothing, sessions too. Where its beginning has been dropped, the rest
  // is made again on a copy: what can no longer be made stays in it.
  const auto dropped_up_to = storage::horizon(*store);
  const auto fresh = dropped_up_to ? storage::Store::copy_of(*store) : storage::Store::in_memory();
  ingest::Pipeline pipeline(*fresh, pipeline_options(context));
  std::uint64_t entries = 0;
  if (dropped_up_to) {
    Progress progress("verify", 100);
    const auto again = pipeline.make_again(
        wall_clock(), [&](std::size_t done, std::size_t all) { progress.at(all == 0 ? 100 : done * 100 / all); });
    progress.clear();
    if (const auto* trouble = std::get_if<ingest::Pipeline::CommitError>(&again)) {
      throw Failure{kFault, "verify: " + trouble->message};
    }
    entries = std::get<ingest::Pipeline::Adopted>(again).entries;
  } else {
    PipelineSink sink(pipeline);
    entries = repeat_all(store->journal(), sink, "verify");
    if (interrupted()) throw Failure{kFault, "verify: stopped before the end; nothing is proved"};
  }

  std::uint64_t compared = 0, different = 0;
  for (const auto grain : {Grain::minute, Grain::quarter_hour, Grain::hour, Grain::day, Grain::month, Grain::total}) {
    query::RollupRequest request;
    request.grain = grain;
    std::map<std::string, std::string> kept, again;
    for (const auto& row : rollup_of(*store, context, request)) kept[key_of(row)] = value_of(row);
    for (const auto& row : rollup_of(*fresh, context, request)) again[key_of(row)] = value_of(row);
    for (const auto& [key, value] : kept) {
      ++compared;
      const auto it = again.find(key);
      if (it != again.end() && it->second == value) continue;
      ++different;
      std::cout << to_string(grain) << ' ' << key << ": stored " << value << ", recomputed "
                << (it == again.end() ? "nothing" : it->second) << '\n';
    }
    for (const auto& [key, value] : again) {
      if (kept.contains(key)) continue;
      ++different;
      std::cout << to_string(grain) << ' ' << key << ": stored nothing, recomputed " << value << '\n';
    }
  }
  const auto segments = store->journal().segments();
  std::cerr << entries << " journal entries";
  if (!segments.empty()) {
    std::cerr << " received " << context.config.time_zone.format(segments.front().first_received) << " to "
              << context.config.time_zone.format(segments.back().last_received);
  }
  if (dropped_up_to) {
    std::cerr << "; what was received until " << context.config.time_zone.format(*dropped_up_to)
              << " is no longer in the journal and was taken as recorded";
  }
  std::cerr << ": " << compared << " rows compared, " << different << " differ\n";
  return different == 0 ? kDone : kNo;
}

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
  std::uint64_t count = 0;
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
  std::cerr << count << " entries exported to " << out << '\n';
  return kDone;
}

int replay(const std::string& file, const Place& place, const ReplayFlags& flags) {
  if (!flags.publish.empty()) return publish_recording(file, flags.publish, flags.speed);
  const auto pace = Pace::parse(flags.speed);
  if (!pace) throw Failure{kUsage, pace.error().message};
  const Recording recording(file);
  auto context = load_context(place);
  if (place.config_file.empty() && !flags.merge) take_mapping(context, recording.mapping(), "lines.toml of " + file);
  if (flags.merge && !flags.force && recording.fact("gateway") != context.config.id) {
    throw Failure{kUsage, file + ": recorded by gateway '" + recording.fact("gateway") + "', not by '" +
                              context.config.id + "'; --force merges it all the same"};
  }
  auto store = open_store(context, storage::Access::read_write);
  std::multiset<Identity> known;
  if (flags.merge) {
    for (const auto& segment : store->journal().segments()) {
      const auto entries = store->journal().read(segment.id);
      if (!entries) throw Failure{kFault, entries.error().message};
      for (const auto& entry : *entries) known.insert(identity(entry));
    }
  } else if (store->journal().next_segment() != 1) {
    throw Failure{kUsage, context.config.store.string() + ": holds a journal already; replay goes into a new store"};
  }
  ingest::Pipeline pipeline(*store, pipeline_options(context));
  adopt_mapping(pipeline, context);
  PipelineSink sink(pipeline);
  const auto taken = repeat_all(recording.journal(), sink, file, *pace, [&](const storage::Entry& entry) {
    if (!flags.merge) return true;
    const auto it = known.find(identity(entry));
    if (it == known.end()) return true;
    known.erase(it);
    return false;
  });
  std::cerr << taken << " entries replayed into " << context.config.store.string()
            << (interrupted() ? "; stopped before the end" : "") << '\n';
  return kDone;
}

}  // namespace songhua::gateway
