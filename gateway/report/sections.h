#pragma once

#include "report/layout.h"

// The bulletin's sections, one function each. Inside the room only.
namespace songhua::report {

Section overview_section(const Material& m);
Section target_section(const Material& m);
Section industry_section(const Material& m);
Section ownership_section(const Material& m);
Section product_section(const Material& m);
Section export_section(const Material& m);
Section region_section(const Material& m);
Section energy_section(const Material& m);
Section digital_section(const Material& m);
Section revision_section(const Material& m);  // without tables where nothing was revised

std::vector<Headline> headlines(const Material& m);
std::vector<Words> opening(const Material& m);  // the first paragraph
Words target_sentence(const Material& m);
// Preliminary, partly so, or final; sets whether all figures are preliminary.
Words subtitle(const Material& m, bool& all_preliminary);
std::vector<Note> notes(const Material& m);

}  // namespace songhua::report
