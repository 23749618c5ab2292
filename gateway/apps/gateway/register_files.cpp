#include "register_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "figures/own_rows.h"

namespace songhua::gateway {
namespace fs = std::filesystem;

namespace {

Result<std::string> text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{file.string() + ": cannot be read; may this user read it?"};
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

std::optional<indicators::InputKind> kind_of(const fs::path& file) {
  return indicators::kind_of_file(file.filename().string());
}

}  // namespace

Result<std::vector<RegisterFiles::Stamp>> RegisterFiles::files() const {
  std::vector<fs::path> found;
  std::error_code problem;
  const bool own_catalogue = fs::is_regular_file(config_.catalogue, problem);
  if (own_catalogue) found.push_back(config_.catalogue);
  if (config_.register_dir) {
    fs::directory_iterator entries(*config_.register_dir, problem);
    if (problem) {
      return Error{config_.register_dir->string() + ": register: the directory cannot be read: " + problem.message()};
    }
    for (const auto& entry : entries) {
      const auto kind = kind_of(entry.path());
      // The catalogue of the configuration goes before one that lies among the register's files.
      if (!kind || (own_catalogue && *kind == indicators::InputKind::catalogue)) continue;
      if (entry.is_regular_file(problem)) found.push_back(entry.path());
    }
  }
  std::sort(found.begin() + (own_catalogue ? 1 : 0), found.end());  // of two files of a kind the later name replaces
  std::vector<Stamp> stamps;
  for (auto& file : found) {
    auto& stamp = stamps.emplace_back();
    stamp.written = fs::last_write_time(file, problem);
    stamp.size = fs::file_size(file, problem);
    stamp.file = std::move(file);
  }
  return stamps;
}

void RegisterFiles::load(const std::vector<Stamp>& files) {
  ++loads_;
  errors_.clear();
  inputs_ = {};
  std::vector<indicators::InputDocument> documents;
  const auto fault = [&](const std::string& what) { errors_ += (errors_.empty() ? "" : "\n") + what; };
  for (const auto& stamp : files) {
    const auto text = text_of(stamp.file);
    if (!text) {
      fault(text.error().message);
      continue;
    }
    const bool catalogue = stamp.file == config_.catalogue;
    documents.push_back({catalogue ? indicators::InputKind::catalogue : *kind_of(stamp.file),
                         stamp.file.filename().string(),
                         *text,
                         {}});
  }
  auto all = indicators::load_inputs(documents);
  for (const auto& error : all.errors) fault(error);
  if (!errors_.empty()) return;
  inputs_ = figures::own_rows(all.inputs, config_.enterprise);
  inputs_.zone = config_.time_zone;
}

Result<const indicators::Inputs*> RegisterFiles::inputs() {
  const auto now = files();
  if (!now) return now.error();
  if (loads_ == 0 || *now != stamps_) load(*now);
  stamps_ = *now;
  if (!errors_.empty()) return Error{errors_};
  return &inputs_;
}

}  // namespace songhua::gateway
