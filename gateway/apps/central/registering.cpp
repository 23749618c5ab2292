// Commands that change what the centre knows: register, line.
#include <algorithm>
#include <iostream>

#include "commands.h"

namespace songhua::centre_program {

namespace {

// Each error once. What is stored misses whatever a new file could not say: that is told only where the new files are
// sound themselves.
std::vector<std::string> worth_telling(const std::vector<std::string>& all) {
  const auto of_stored = [](const std::string& error) { return error.starts_with(central::kStoredFile); };
  const bool of_new = !std::ranges::all_of(all, of_stored);
  std::vector<std::string> errors;
  for (const auto& error : all) {
    if (of_new && of_stored(error)) continue;
    if (std::ranges::find(errors, error) == errors.end()) errors.push_back(error);
  }
  return errors;
}

}  // namespace

int register_import(const std::string& config_file, const std::vector<std::string>& files,
                    const std::string& kind_text) {
  if (!kind_text.empty() && files.size() > 1) throw Failure{kUsage, "--kind is for one file at a time"};
  std::vector<indicators::InputDocument> documents;
  for (const auto& file : files) {
    const auto kind = kind_text.empty() ? indicators::kind_of_file(file) : indicators::parse_input_kind(kind_text);
    if (!kind) {
      throw Failure{
          kUsage, (kind_text.empty() ? file + ": the name does not tell the kind; say --kind" : "--kind " + kind_text) +
                      " catalogue|enterprises|lines|base|prices|ppi|target|groups|calendar|energy"};
    }
    documents.push_back({*kind, std::filesystem::path(file).filename().string(), read_file(file), {}});
  }
  // What others build on comes first, whatever the order on the command line.
  std::ranges::stable_sort(documents, {}, &indicators::InputDocument::kind);
  auto context = open(config_file, storage::Access::read_write);
  const auto outcome = context.centre->import(std::move(documents), wall_clock());
  const auto of_stored = [](const std::string& error) { return error.starts_with(central::kStoredFile); };
  const auto errors = worth_telling(outcome.errors);
  for (const auto& error : errors) std::cerr << error << '\n';
  if (!errors.empty()) {
    const auto count = errors.size();
    const bool stored = std::ranges::any_of(errors, of_stored);
    throw Failure{
        kUsage,
        "nothing was imported: " + std::to_string(count) + (count == 1 ? " error" : " errors") + " above" +
            (stored ? "; what is stored stays in force and must fit what is new: keep what its rows name" : "")};
  }
  for (const auto& name : outcome.stored) std::cout << name << ": stored\n";
  for (const auto& name : outcome.unchanged) std::cout << name << ": unchanged, in force already\n";
  return kDone;
}

namespace {

central::GatewayId gateway_of(const std::string& name) {
  const auto slash = name.find('/');
  central::GatewayId gateway{name.substr(0, slash), slash == std::string::npos ? "" : name.substr(slash + 1)};
  for (const auto& id : {gateway.enterprise, gateway.id}) {
    if (const auto checked = forward::check_id(id); !checked) {
      throw Failure{kUsage, "'" + name + "': write ENTERPRISE/ID as in gateway.toml: " + checked.error().message};
    }
  }
  return gateway;
}

}  // namespace

int register_gateway(const std::string& config_file, const std::string& name, const std::string& key_file) {
  const auto gateway = gateway_of(name);
  const auto key = forward::PublicKey::parse(read_file(key_file));
  if (!key) throw Failure{kUsage, key_file + ": " + key.error().message};
  auto context = open(config_file, storage::Access::read_write);
  context.store->transact([&] { context.store->enrol(gateway, *key, wall_clock()); });
  std::cout << name << " enrolled with key " << key->id() << '\n';
  return kDone;
}

int line_state(const std::string& config_file, bool gone, const std::string& line, const std::string& enterprise,
               const std::string& at) {
  auto context = open(config_file, storage::Access::read_write);
  const auto time = context.config.time_zone.parse(at);
  if (!time) throw Failure{kUsage, "--at: " + time.error().message};
  std::vector<central::LineName> found;
  for (const auto& known : context.store->lines()) {
    if (known.line == line && (enterprise.empty() || known.enterprise == enterprise)) found.push_back(known);
  }
  if (found.empty()) throw Failure{kUsage, line + ": no such line has reported; songhua-central rollup lists them"};
  if (found.size() > 1) throw Failure{kUsage, line + ": several enterprises have such a line; say --enterprise"};
  context.store->transact([&] { context.store->put_line_state(found.front(), {*time, gone}, wall_clock()); });
  std::cout << found.front().enterprise << ' ' << line << (gone ? " gone since " : " back since ")
            << context.config.time_zone.format(*time) << '\n';
  return kDone;
}

}  // namespace songhua::centre_program
