#include <fstream>
#include <iterator>

#include "commands.h"
#include "progress.h"

namespace songhua::gateway {

std::string read_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw Failure{kUsage, path.string() + ": is a directory; name a file in it"};
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Failure{kUsage, path.string() + ": cannot be read; does it exist?"};
  return {std::istreambuf_iterator<char>(in), {}};
}

UnixMillis wall_clock() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

namespace {

// The configuration of a store that is named without one: all defaults.
std::string default_text(const std::string& store) {
  return "id = \"local\"\nenterprise = \"local\"\nstore = '" + std::filesystem::absolute(store).string() + "'\n";
}

// A store that is named without a configuration goes on with the mapping that its records were made by.
std::optional<std::string> mapping_of_store(const std::filesystem::path& directory) {
  if (!std::filesystem::exists(directory)) return std::nullopt;
  const auto store = storage::Store::open(directory.string(), storage::Access::read_only);
  if (!store) return std::nullopt;  // whoever opens it next says why
  return ingest::mapping_in_force(**store);
}

}  // namespace

void take_mapping(Context& context, std::string text, const std::string& from) {
  auto mapping = lines::Mapping::parse(text, from);
  if (!mapping) throw Failure{kUsage, mapping.error().message};
  context.mapping = std::move(*mapping);
  context.mapping_text = std::move(text);
}

Context default_context() {
  auto config = config::GatewayConfig::parse(default_text("."), std::filesystem::current_path() / "gateway.toml");
  if (!config) throw Failure{kUsage, config.error().message};
  auto mapping = lines::Mapping::parse("", "lines.toml");
  return {std::move(*config), std::move(*mapping), {}};
}

Context load_context(const Place& place) {
  std::string text;
  std::filesystem::path file = std::filesystem::current_path() / "gateway.toml";
  if (!place.config_file.empty()) {
    file = std::filesystem::absolute(place.config_file);
    text = read_file(file);
  } else if (!place.store_dir.empty()) {
    text = default_text(place.store_dir);
  } else {
    throw Failure{kUsage, "name the configuration with -c FILE, or a store with --store DIR"};
  }
  auto config = config::GatewayConfig::parse(text, file);
  if (!config) throw Failure{kUsage, config.error().message};
  if (!place.store_dir.empty()) {
    config->store = std::filesystem::absolute(place.store_dir);
    config->control = config->store / "control.sock";
  }
  Context context{std::move(*config), {}, {}};
  if (place.config_file.empty()) {
    take_mapping(context, mapping_of_store(context.config.store).value_or(""), "lines.toml of " + place.store_dir);
  } else {
    const bool there = std::filesystem::exists(context.config.lines);
    take_mapping(context, there ? read_file(context.config.lines) : "", context.config.lines.string());
  }
  return context;
}

std::unique_ptr<storage::Store> open_store(const Context& context, storage::Access access) {
  auto store = storage::Store::open(context.config.store.string(), access);
  if (!store) throw Failure{kFault, store.error().message};
  return std::move(*store);
}

ingest::PipelineOptions pipeline_options(const Context& context) {
  ingest::PipelineOptions options;
  options.mapping = context.mapping;
  options.limits = {context.config.rules.future, context.config.rules.floor};
  options.gap = context.config.rules.gap;
  options.settle = context.config.rules.settle;
  options.zone = context.config.time_zone;
  options.session.reorder_timeout = context.config.sparkplug.reorder_timeout;
  options.session.rebirth_on_unknown = context.config.sparkplug.rebirth == config::RebirthPolicy::automatic;
  return options;
}

void commit_all(ingest::Pipeline& pipeline, UnixMillis now) {
  do {
    const auto outcome = pipeline.commit(now);
    if (const auto* error = std::get_if<ingest::Pipeline::CommitError>(&outcome)) throw Failure{kFault, error->message};
  } while (pipeline.waiting() > 0);
}

void finish_all(ingest::Pipeline& pipeline, UnixMillis now) {
  commit_all(pipeline, now);
  if (!pipeline.out_of_order()) return;
  Progress progress("older messages", 100);
  const auto outcome =
      pipeline.settle_order(now, [&](std::size_t done, std::size_t all) { progress.at(done * 100 / all); });
  progress.clear();
  if (const auto* error = std::get_if<ingest::Pipeline::CommitError>(&outcome)) throw Failure{kFault, error->message};
}

}  // namespace songhua::gateway
