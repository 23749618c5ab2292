// `import`: historian exports and recorded frames become journal entries, through the same pipeline as live messages.
#include <fstream>
#include <iostream>

#include "commands.h"
#include "imports/imports.h"
#include "ingest/import_rows.h"
#include "intake.h"
#include "known_entries.h"
#include "progress.h"
#include "recording.h"
#include "sparkplug/payload.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20U;
constexpr std::uint64_t kLargestInput = std::uint64_t{64} << 30U;
constexpr std::size_t kRowsPerEntry = 2'000;
// Imported frames belong to a server of their own, so that they never disturb the sessions of living nodes.
constexpr std::uint8_t kImportServer = 0x80;

class Rejects {
 public:
  explicit Rejects(std::string file) : file_(std::move(file)) {}
  void add(const std::string& input, std::size_t line, std::string_view text, const std::string& reason) {
    if (count_ == 0) {
      out_.open(file_, std::ios::trunc);
      if (!out_) throw Failure{kFault, file_ + ": the reject file cannot be written"};
    }
    ++count_;
    out_ << input << ':' << line << ": " << reason << '\n' << text << '\n';
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::ofstream out_;
  std::uint64_t count_ = 0;
};

// Feeds a file, inflated where it is gzip, in chunks.
template <typename Feed>
void feed_file(const std::filesystem::path& path, const Feed& feed) {
  if (std::filesystem::is_directory(path)) throw Failure{kUsage, path.string() + ": is a directory; name a file in it"};
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure{kUsage, path.string() + ": cannot be read; does it exist?"};
  std::error_code ignored;
  Progress progress(path.filename().string(), std::filesystem::file_size(path, ignored));
  std::string chunk(kChunk, '\0');
  std::unique_ptr<imports::GzipReader> gzip;
  std::uint64_t read = 0;
  const auto check = [&](const Result<void>& result) {
    if (!result) throw Failure{kUsage, path.string() + ": " + result.error().message};
  };
  while (in.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || in.gcount() > 0) {
    const std::string_view piece(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (read == 0 && imports::is_gzip(piece)) gzip = std::make_unique<imports::GzipReader>(kLargestInput, feed);
    read += piece.size();
    check(gzip ? gzip->feed(piece) : feed(piece));
    progress.at(read);
  }
  if (gzip) check(gzip->finish());
}

std::string base_name(const std::filesystem::path& path) {
  return path.extension() == ".gz" ? path.stem().string() : path.filename().string();
}

class RowImport final : public imports::ImportSink {
 public:
  RowImport(EntrySink& sink, std::string name, bool quarters, Rejects& rejects)
      : sink_(sink), name_(std::move(name)), quarters_(quarters), rejects_(rejects) {}

  void reading(const imports::ImportReading& reading) override {
    ingest::ImportRow row;
    row.spec = reading.spec;
    if (const auto* counter = std::get_if<imports::CounterReading>(&reading.value)) {
      row.time = row.start = counter->time;
      row.value = counter->value;
    } else if (const auto* amount = std::get_if<imports::AmountReading>(&reading.value)) {
      row.time = amount->end;
      row.start = amount->start;
      row.ordinal = amount->ordinal;
      row.value = amount->quantity;
    } else if (const auto* gauge = std::get_if<imports::GaugeReading>(&reading.value)) {
      row.time = row.start = gauge->time;
      row.value = gauge->value.units;
    } else {
      const auto& rate = std::get<imports::RateReading>(reading.value);
      row.time = row.start = rate.time;
      row.value = rate.per_hour.units;
    }
    rows_.push_back(row);
    if (rows_.size() >= kRowsPerEntry) flush();
  }
  void reject(const imports::Reject& reject) override { rejects_.add(name_, reject.line, reject.text, reject.reason); }

  void flush() {
    if (!rows_.empty()) sink_.take(ingest::import_entry(name_, quarters_, ingest::encode_rows(rows_), wall_clock()));
    rows_.clear();
  }

 private:
  EntrySink& sink_;
  std::string name_;
  bool quarters_;
  Rejects& rejects_;
  std::vector<ingest::ImportRow> rows_;
};

// Amounts of whole quarter hours keep quarter-hour records; everything else minutes.
bool whole_quarters(const imports::ImportMap& map) {
  if (map.keys || map.time.interval < kQuarterHour || map.time.interval % kQuarterHour != Millis{0}) return false;
  return std::all_of(map.series.begin(), map.series.end(),
                     [](const auto& series) { return series.kind == imports::ImportKind::amount; });
}

imports::ImportProgress import_csv(EntrySink& entries, const std::filesystem::path& path, const imports::ImportMap& map,
                                   Rejects& rejects) {
  RowImport sink(entries, base_name(path), whole_quarters(map), rejects);
  imports::CsvImport csv(map, sink);
  feed_file(path, [&](std::string_view piece) { return csv.feed(piece); });
  if (const auto done = csv.finish(); !done) throw Failure{kUsage, path.string() + ": " + done.error().message};
  sink.flush();
  return csv.progress();
}

// A frame without a receive time was received when its sender says it was sent; an NDEATH is stamped by other clocks.
// A frame that the journal holds already is left out: told again after its session has ended, its aliases would be
// explained by another birth.
struct Frames {
  std::uint64_t taken = 0;
  std::uint64_t known = 0;
};
Frames import_frames(EntrySink& entries, KnownEntries* known, const std::filesystem::path& path, const TimeZone& zone,
                     Rejects& rejects) {
  Frames frames;
  UnixMillis received{};
  sparkplug::PayloadDecoder decoder;
  imports::FramesReader reader(
      zone,
      [&](imports::Frame&& frame) {
        if (frame.time) {
          received = *frame.time;
        } else if (const auto topic = sparkplug::parse_topic(frame.topic);
                   topic && topic->type != sparkplug::MessageType::ndeath) {
          const auto payload = decoder.decode(frame.payload);
          if (payload && (*payload)->timestamp() > 0 && (*payload)->timestamp() < (std::uint64_t{1} << 53U)) {
            received = std::max(received, unix_millis(static_cast<std::int64_t>((*payload)->timestamp())));
          }
        }
        storage::Entry entry;
        entry.received = received;
        entry.server = kImportServer;
        entry.topic = std::move(frame.topic);
        entry.payload = std::move(frame.payload);
        ++frames.taken;
        if (known != nullptr && known->take(entry)) {
          ++frames.known;
        } else {
          entries.take(std::move(entry));
        }
      },
      [&](std::size_t line, std::string_view text, const std::string& reason) {
        rejects.add(base_name(path), line, text, reason);
      });
  feed_file(path, [&](std::string_view piece) -> Result<void> {
    reader.feed(piece);
    return {};
  });
  reader.finish();
  return frames;
}

}  // namespace

int import_files(const Place& place, const std::vector<std::string>& files, const std::string& map_file,
                 const std::string& rejects_file, const std::string& recording) {
  const bool into_recording = !recording.empty();
  const bool place_named = !place.config_file.empty() || !place.store_dir.empty();
  const auto context = into_recording && !place_named ? default_context() : load_context(place);
  std::optional<imports::ImportMap> map;
  if (!map_file.empty()) {
    auto parsed = imports::ImportMap::parse(read_file(map_file), map_file, context.config.time_zone);
    if (!parsed) throw Failure{kUsage, parsed.error().message};
    map = std::move(*parsed);
  }
  std::unique_ptr<EntrySink> sink;
  if (into_recording) {
    const auto owner = place_named
                           ? RecordingFacts{context.config.id, context.config.enterprise, {}, context.mapping_text}
                           : RecordingFacts{};
    sink = std::make_unique<RecordingSink>(recording, owner);
  } else {
    sink = intake(context);
  }
  std::unique_ptr<storage::Store> store;  // as it was before
  std::optional<KnownEntries> known;
  if (!into_recording && !map) {
    store = open_store(context, storage::Access::read_only);
    known.emplace(store->journal());
  }
  Rejects rejects(rejects_file.empty() ? files.front() + ".rejects" : rejects_file);
  std::uint64_t taken = 0, were_there = 0, unnamed = 0;
  for (const auto& file : files) {
    if (map) {
      const auto progress = import_csv(*sink, file, *map, rejects);
      taken += progress.rows;
      unnamed += progress.unnamed;
      continue;
    }
    const auto frames = import_frames(*sink, known ? &*known : nullptr, file, context.config.time_zone, rejects);
    taken += frames.taken;
    were_there += frames.known;
  }
  sink->finish();
  std::cerr << taken << (map ? " rows" : " frames") << " imported";
  if (were_there > 0) std::cerr << ", " << were_there << " of them were there already";
  if (unnamed > 0) std::cerr << ", " << unnamed << " of them of tags that the map does not name";
  if (rejects.count() > 0) std::cerr << ", " << rejects.count() << " rejected: see " << rejects.file();
  std::cerr << '\n';
  return rejects.count() > 0 && taken == 0 ? kUsage : kDone;
}

}  // namespace songhua::gateway
