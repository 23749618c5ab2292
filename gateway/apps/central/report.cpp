// The bulletin: figures of the store, protected and laid out, into a file.
#include "report/report.h"

#include <fstream>
#include <iostream>

#include "central/release.h"
#include "commands.h"
#include "disclosure/rows.h"

namespace songhua::centre_program {
namespace {

template <typename T>
T taken(Result<T> result) {
  if (!result) throw Failure{kUsage, result.error().message};
  return std::move(*result);
}

report::Language language_of(const std::string& text) {
  if (text == "zh") return report::Language::zh;
  if (text == "en") return report::Language::en;
  if (text == "both") return report::Language::both;
  throw Failure{kUsage, "--lang is '" + text + "'; one of zh, en, both"};
}

using Render = Result<std::string> (*)(const report::Bulletin&, report::Language);

// By the file's ending.
Render render_of(const std::filesystem::path& file) {
  const auto ending = file.extension();
  if (ending == ".html") return [](const auto& b, auto l) { return Result<std::string>(report::to_html(b, l)); };
  if (ending == ".csv") return [](const auto& b, auto l) { return Result<std::string>(report::to_csv(b, l)); };
  if (ending == ".xlsx") return report::to_xlsx;
  throw Failure{kUsage, "-o " + file.string() + ": a bulletin is a .html, .xlsx or .csv file"};
}

// A rate that the office gives: printed as it is written.
void check_rate(const std::string& option, const std::string& rate) {
  if (rate.empty() || indicators::parse_exact(rate)) return;
  throw Failure{kUsage, option + " is '" + rate + "', not a rate in percent like 5.3"};
}

// Disclosure control over all rows of the bulletin, with what releases and bulletins before it decided: what one
// withholds must not follow from two (central/release.h).
report::Protect protection_of(central::Centre& centre, const central::Moment& moment) {
  return [&centre, moment](std::vector<indicators::IndicatorRow>& rows) -> Result<report::Protection> {
    const auto decided = central::guard(centre, rows, moment);
    if (!decided) return decided.error();
    return report::protection_notes(decided->primary + decided->secondary);
  };
}

// Whole or not at all: a reader never finds half a bulletin under the name asked for.
void write_file(const std::filesystem::path& path, const std::string& bytes) {
  auto part = path;
  part += ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(part, path, failed);
  if (!out || failed) {
    std::filesystem::remove(part, failed);
    throw Failure{kFault, path.string() + ": cannot be written; is the folder there, and is there room?"};
  }
}

}  // namespace

int report_of(const std::string& config_file, const ReportFlags& flags, const ScopeFlags& scope) {
  const auto language = language_of(flags.language);
  std::vector<std::pair<std::filesystem::path, Render>> renders;
  for (const auto& output : flags.outputs) renders.emplace_back(output, render_of(output));
  check_rate("--national-growth", flags.national_growth);
  check_rate("--national-growth-cumulative", flags.national_cumulative);
  auto context = open(config_file, storage::Access::read_write);  // decisions are kept
  report::Options options;
  options.period = taken(Period::parse(flags.period));
  options.region = context.config.region;
  options.national_month = flags.national_growth;
  options.national_cumulative = flags.national_cumulative;
  options.as_of = scope.as_of;
  const auto moment = moment_of(scope, context.config.time_zone);
  const auto study = taken(context.centre->study(moment));
  // The rules of then, too.
  options.coverage_limit = study.settings.indicators.coverage_limit;
  options.deflated = study.settings.indicators.deflated;
  const auto bulletin =
      taken(report::make_bulletin(options, *study.inputs, study.compared, protection_of(*context.centre, moment)));
  for (const auto& [file, render] : renders) {
    const auto bytes = render(bulletin, language);
    if (!bytes) throw Failure{kFault, bytes.error().message};
    write_file(file, *bytes);
  }
  return kDone;
}

}  // namespace songhua::centre_program
