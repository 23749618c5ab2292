// `map`: what lines.toml makes of the metrics seen, tried dry or put in force.
#include <iostream>
#include <set>

#include "ingest/stored_names.h"
#include "intake.h"
#include "lines/survey.h"
#include "listing.h"
#include "sparkplug/host_session.h"
#include "sparkplug/payload.h"
#include "sparkplug/topic.h"

namespace songhua::gateway {
namespace {

using nlohmann::json;

void add_share(const std::string& node, const sparkplug::DeviceNames& share, std::vector<lines::SeenMetric>& seen) {
  const auto slash = node.find('/');
  if (slash == std::string::npos) return;
  for (const auto& def : share.all()) {
    seen.push_back({node.substr(0, slash), node.substr(slash + 1), share.device(), def.name, def.datatype});
  }
}

// Of nodes whose session has ended: their last births in the journal, newest first, until each has its NBIRTH.
class LastBirthsInJournal {
 public:
  LastBirthsInJournal(std::set<std::string> nodes, std::vector<lines::SeenMetric>& seen)
      : nodes_(std::move(nodes)), seen_(seen) {}

  void look(const storage::Journal& journal) {
    const auto segments = journal.segments();
    for (auto it = segments.rbegin(); it != segments.rend() && !nodes_.empty(); ++it) {
      const auto entries = journal.read(it->id);
      if (!entries) throw Failure{kFault, entries.error().message};
      for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) take(*entry);
    }
  }

 private:
  void take(const storage::Entry& entry) {
    if (entry.kind != storage::EntryKind::message) return;
    const auto topic = sparkplug::parse_topic(entry.topic);
    if (!topic || !sparkplug::is_birth(topic->type)) return;
    const auto node = std::string(topic->group) + "/" + std::string(topic->node);
    if (!nodes_.contains(node) || !done_.insert(entry.topic).second) return;
    const auto payload = decoder_.decode(entry.payload);
    if (payload) add_share(node, *sparkplug::DeviceNames::of_birth(std::string(topic->device), **payload), seen_);
    if (topic->type == sparkplug::MessageType::nbirth) nodes_.erase(node);
  }

  std::set<std::string> nodes_;
  std::vector<lines::SeenMetric>& seen_;
  std::set<std::string> done_;  // topics
  sparkplug::PayloadDecoder decoder_;
};

std::vector<lines::SeenMetric> metrics_seen(storage::Store& store) {
  std::vector<lines::SeenMetric> seen;
  std::set<std::string> unknown;
  store.for_each_session([&](std::uint8_t, const std::string& node, const std::string& bytes) {
    const auto session =
        sparkplug::HostSession::restore(bytes, {}, [&](std::uint64_t id) { return ingest::stored_names(store, id); });
    if (!session || !session->names()) {
      unknown.insert(node);
      return;
    }
    for (const auto& share : session->names()->shares()) add_share(node, *share, seen);
    // A device that waits for its DBIRTH, or is dead, may be missing from the table.
    for (const auto& [name, device] : session->devices()) {
      if (session->names()->device(name) == nullptr) unknown.insert(node);
    }
  });
  LastBirthsInJournal(std::move(unknown), seen).look(store.journal());
  return seen;
}

Catalogue catalogue_of(const Context& context) {
  if (!std::filesystem::exists(context.config.catalogue)) return {};
  Problems problems;
  auto catalogue = parse_catalogue(read_file(context.config.catalogue), context.config.catalogue.string(), problems);
  return catalogue;
}

json row_of(const lines::Surveyed& row) {
  const auto& metric = row.metric;
  json out{{"device", lines::default_line(metric.source())},
           {"metric", metric.metric},
           {"type", sparkplug::datatype_name(metric.datatype)},
           {"as", row.clash ? "clash" : std::string(lines::role_name(row.match.meaning))},
           {"line", row.match.line},
           {"rule", row.match.rule},
           {"suggestion", row.suggestion}};
  if (const auto* series = std::get_if<lines::SeriesMetric>(&row.match.meaning)) {
    const auto& spec = series->spec;
    out.update({{"measure", spec.key.measure},
                {"product", spec.key.product},
                {"market", spec.key.market},
                {"kind", std::string(to_string(spec.kind))},
                {"unit", spec.unit},
                {"factor", spec.factor.str()},
                {"rate_limit", spec.rate_limit ? spec.rate_limit->str() : ""},
                {"official", spec.official}});
  }
  return out;
}

void print_remarks(const lines::Survey& survey, const std::string& file) {
  for (const auto& clash : survey.clashes) {
    std::cerr << "clash: " << clash.line << ' ' << clash.key.measure << ' ' << clash.key.product << ' '
              << clash.key.market << " is fed by";
    for (const auto& metric : clash.metrics) std::cerr << "\n  " << metric;
    std::cerr << '\n';
  }
  for (const auto& rule : survey.idle_rules) std::cerr << rule << ": this rule meets none of the metrics seen\n";
  std::size_t unmapped = 0;
  for (const auto& row : survey.metrics)
    unmapped += std::holds_alternative<lines::UnmappedMetric>(row.match.meaning) ? 1 : 0;
  std::cerr << survey.metrics.size() << " metrics seen, " << unmapped << " unmapped, " << survey.clashes.size()
            << " clashes\n";
  if (unmapped > 0) std::cerr << "rules to check and paste into " << file << " stand in the column `suggestion`\n";
}

// On a terminal rules of several lines stand below the table, ready to be pasted.
void print_suggestions(const lines::Survey& survey) {
  bool first = true;
  for (const auto& row : survey.metrics) {
    if (row.suggestion.empty()) continue;
    if (std::exchange(first, false)) std::cout << "\n# to check and paste into lines.toml\n";
    std::cout << row.suggestion << '\n';
  }
}

int apply(const Context& context) {
  json outcome;
  if (const auto running = running_gateway(context)) {
    outcome = ask(*running, {{"request", "map_apply"}});
  } else {
    auto store = open_store(context, storage::Access::read_write);
    ingest::Pipeline pipeline(*store, pipeline_options(context));
    const auto adopted = adopt_mapping(pipeline, context);
    outcome = {{"rebuilt", adopted.rebuilt},
               {"entries", adopted.entries},
               {"changed", adopted.changed},
               {"retracted", adopted.retracted}};
  }
  if (!outcome["rebuilt"].get<bool>()) {
    std::cout << context.config.lines.string() << " was in force already\n";
    return kDone;
  }
  std::cout << context.config.lines.string() << " is in force: records made again from " << outcome["entries"]
            << " journal entries, " << outcome["changed"] << " changed, " << outcome["retracted"] << " retracted\n";
  return kDone;
}

}  // namespace

int map(const Place& place, const MapFlags& flags) {
  const auto context = load_context(place);
  if (flags.apply) return apply(context);
  auto store = open_store(context, storage::Access::read_only);
  const auto survey = lines::survey(context.mapping, metrics_seen(*store), catalogue_of(context));
  json rows = json::array();
  for (const auto& row : survey.metrics) rows.push_back(row_of(row));
  std::vector<std::string> keys{"device",  "metric", "type", "as",     "line",       "measure",
                                "product", "market", "kind", "factor", "rate_limit", "rule"};
  const bool table = format_of(flags.format) == query::Format::table;
  if (!table) keys.emplace_back("suggestion");
  print_list(rows, keys, flags.format, std::cout);
  if (table) print_suggestions(survey);
  print_remarks(survey, context.config.lines.string());
  return survey.clashes.empty() ? kDone : kNo;
}

}  // namespace songhua::gateway
