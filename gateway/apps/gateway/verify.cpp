// `verify`: the journal gives the records again.
#include <iostream>

#include "commands.h"
#include "pace.h"
#include "progress.h"
#include "repeat.h"
#include "storage/compare.h"
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

// Tells of each row of a line that is not the same in both stores; how many there are.
std::uint64_t differing_rows(storage::Store& store, storage::Store& fresh, const Context& context, const LineId& line) {
  std::uint64_t different = 0;
  for (const auto grain : {Grain::minute, Grain::quarter_hour, Grain::hour, Grain::day, Grain::month, Grain::total}) {
    query::RollupRequest request;
    request.grain = grain;
    request.line = line;
    std::map<std::string, std::string> kept, again;
    for (const auto& row : rollup_of(store, context, request)) kept[key_of(row)] = value_of(row);
    for (const auto& row : rollup_of(fresh, context, request)) again[key_of(row)] = value_of(row);
    for (const auto& [key, value] : kept) {
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
  return different;
}

std::size_t unsettled_nodes(const storage::Store& store) {
  std::size_t nodes = 0;
  store.for_each_arrival([&](std::uint8_t, const std::string&, const storage::Arrival& arrival) {
    if (arrival.unsettled) ++nodes;
  });
  return nodes;
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

  const auto records = storage::compare_records(*store, *fresh);
  std::uint64_t different = 0;
  for (const auto& line : records.differ) different += differing_rows(*store, *fresh, context, line);
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
  std::cerr << ": " << records.records << " records compared, ";
  if (!records.differ.empty())
    std::cerr << "and the rows of " << records.differ.size() << " lines whose records differ, ";
  std::cerr << different << " rows differ\n";
  if (const auto waiting = unsettled_nodes(*store); different > 0 && waiting > 0) {
    std::cerr << "older messages of " << waiting
              << " nodes have not got their place yet, since an import or merge was interrupted: run it again\n";
  }
  return different == 0 ? kDone : kNo;
}

}  // namespace songhua::gateway
