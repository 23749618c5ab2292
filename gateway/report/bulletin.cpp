#include <algorithm>

#include "report/sections.h"

// From a period's figures to the bulletin: gather and protect, lay out, take out what has nothing to show.
namespace songhua::report {
namespace {

void finish(Section& section) {
  for (auto& table : section.tables) tidy(table);
  std::erase_if(section.sentences, [](const Words& words) { return words.empty(); });
  // One bar compares nothing.
  std::erase_if(section.charts, [](const BarChart& chart) { return chart.bars.size() < 2; });
}

void date_of(Bulletin& bulletin, const Material& m) {
  const auto day = m.inputs->day_of(m.options.period.window(m.inputs->zone).end - Millis{1});
  const std::chrono::year_month_day date{day};
  bulletin.year = static_cast<int>(date.year());
  bulletin.month = static_cast<int>(static_cast<unsigned>(date.month()));
  bulletin.day = static_cast<int>(static_cast<unsigned>(date.day()));
}

}  // namespace

Result<Bulletin> make_bulletin(const Options& options, const indicators::Inputs& inputs, const Ask& ask,
                               const Protect& protect) {
  const auto gathered = gather(options, inputs, ask, protect);
  if (!gathered) return gathered.error();
  const Material& m = *gathered;
  Bulletin bulletin;
  const auto place = region_words(options.region, inputs);
  const auto period = period_words(m.options.period);
  bulletin.title = {place.zh + period.zh + "规模以上工业生产情况",
                    "Industry above designated size in " + place.en + ", " + period.en};
  bulletin.subtitle = subtitle(m, bulletin.all_preliminary);
  bulletin.period = m.options.period.name();
  date_of(bulletin, m);
  bulletin.headlines = headlines(m);
  bulletin.sentences = opening(m);
  bulletin.sections = {overview_section(m), target_section(m),  industry_section(m), ownership_section(m),
                       product_section(m),  export_section(m),  region_section(m),   energy_section(m),
                       digital_section(m),  revision_section(m)};
  for (auto& section : bulletin.sections) finish(section);
  std::erase_if(bulletin.sections,
                [](const Section& section) { return section.tables.empty() && section.sentences.empty(); });
  bulletin.notes = notes(m);
  return bulletin;
}

}  // namespace songhua::report
