#include "indicators/figures_bulletin.h"
#include "report/figure_book.h"
#include "report/words.h"

// Which figures a bulletin asks for. A figure that is not asked for here is in no table.
namespace songhua::report {

using indicators::IndicatorRequest;
using indicators::Inputs;

namespace {

using Ids = std::vector<std::string>;

const Ids kOverview{"industrial_value_added",
                    "industrial_value_added_comparable",
                    "value_added_growth",
                    "value_added_growth_change",
                    "nominal_growth",
                    "implicit_deflator",
                    "gross_output_current",
                    "gross_output_comparable",
                    "sales_value",
                    "sales_output_ratio",
                    "sales_output_ratio_change",
                    "export_delivery_value",
                    "export_delivery_growth",
                    "export_share",
                    "divisions_compared",
                    "divisions_grown",
                    "products_compared",
                    "products_grown",
                    "production_index_published",
                    "production_index_published_growth",
                    "production_index_link",
                    "capacity_utilisation",
                    "energy_consumption",
                    "energy_consumption_growth",
                    "energy_intensity",
                    "energy_intensity_change",
                    "labour_productivity",
                    "labour_productivity_hour",
                    "connection_rate",
                    "nc_rate",
                    "nev_share_vehicles",
                    "coverage",
                    "coverage_time"};
const Ids kGrowth{"industrial_value_added", "value_added_growth", "value_added_growth_change", "pull"};
const Ids kEnergy{"energy_consumption", "energy_consumption_growth", "energy_intensity", "energy_intensity_change"};
const Ids kOutput{"product_output", "product_output_physical", "product_output_growth", "daily_output"};
const Ids kExports{"export_delivery_value", "export_delivery_growth"};
const Ids kSales{"sales_output_ratio", "sales_output_ratio_change", "export_delivery_value", "export_delivery_growth"};
const Ids kDigital{"connection_rate", "nc_rate"};

Ids target_ids() {
  Ids ids;
  for (const auto& term : indicators::vocabulary()) {
    if (term.family == indicators::Family::target) ids.push_back(term.id);
  }
  return ids;
}

Ids share_ids(const Inputs& inputs) {
  Ids ids;
  for (const auto& group : inputs.groups.list) {
    if (!group.of_markets()) ids.push_back("share." + group.id);
  }
  return ids;
}

// February is published with January.
Period published_period(const Period& asked) {
  Period period = asked;
  if (asked.kind == Period::Kind::month && asked.first_month == 2) {
    period.kind = Period::Kind::months;
    period.first_month = 1;
  }
  return period;
}

class Plan {
 public:
  explicit Plan(const Material& material) : m_(material) {
    for (const auto& span : m_.spans) of_span(span);
    target();
    if (m_.has_before) add({"value_added_growth"}, m_.before, "");
    course();
  }
  struct Question {
    IndicatorRequest request;
    std::string parts;  // the name under which its parts are kept
  };
  [[nodiscard]] const std::vector<Question>& questions() const { return questions_; }

 private:
  void add(const Ids& ids, const Period& period, const std::string& by) {
    IndicatorRequest request;
    request.ids = ids;
    request.period = period;
    request.scope = m_.whole;
    request.by = by;
    questions_.push_back({std::move(request), by});
  }

  void of_span(const Span& span) {
    auto whole = kOverview;
    const auto shares = share_ids(*m_.inputs);
    whole.insert(whole.end(), shares.begin(), shares.end());
    const std::vector<std::pair<std::string, Ids>> wanted{{"", whole},
                                                          {"section", kGrowth},
                                                          {"division", kGrowth},
                                                          {"division", kSales},
                                                          {"division", kEnergy},
                                                          {"division", kDigital},
                                                          {"holding", kGrowth},
                                                          {"size", kGrowth},
                                                          {"group", kGrowth},
                                                          {"prefecture", kGrowth},
                                                          {"product", kOutput},
                                                          {"market", kExports},
                                                          {"market_group", kExports}};
    for (const auto& [by, ids] : wanted) add(ids, span.period, by);
    families(span);
  }

  // Output of families of products: where several products of the catalogue share a class or are tagged.
  void families(const Span& span) {
    for (const auto& scope : family_scopes(*m_.inputs, m_.whole)) {
      IndicatorRequest request;
      request.ids = kOutput;
      request.period = span.period;
      request.scope = scope;
      questions_.push_back({std::move(request), "family"});
    }
  }

  void target() {
    IndicatorRequest request;
    request.ids = target_ids();
    request.period = m_.options.period;
    request.cumulative = true;
    request.scope = m_.whole;
    questions_.push_back({std::move(request), ""});
  }

  // The months of the year, one by one and added up.
  void course() {
    for (unsigned month = 1; month <= m_.months; ++month) {
      const auto period = Period::of_months(m_.options.period.year, month, month);
      add({"value_added_growth"}, period, "");
      add({"value_added_growth", "industrial_value_added_comparable"}, period.cumulative(), "");
    }
  }

  const Material& m_;
  std::vector<Question> questions_;
};

// All but the figures.
Result<Material> prepared(const Options& options, const Inputs& inputs) {
  if (options.period.kind == Period::Kind::day) {
    return Error{"a bulletin is of a month or longer: write --period 2019-03, 2019-01..02, 2019-Q1, 2019-H1 or 2019"};
  }
  Material material;
  material.options = options;
  material.options.period = published_period(options.period);
  material.inputs = &inputs;
  material.whole = material.whole.with("region", options.region);
  const auto& period = material.options.period;
  const auto cumulative = period.cumulative();
  material.months = period.last_month;
  material.spans.push_back({"period", period, period.name(), period_words(period)});
  if (cumulative.window(inputs.zone) != period.window(inputs.zone)) {
    material.spans.push_back({"cumulative", cumulative, cumulative.name(), period_words(cumulative)});
  }
  if (const auto before = indicators::period_before(period)) {
    material.before = *before;
    material.has_before = true;
  }
  return material;
}

}  // namespace

std::vector<indicators::Scope> family_scopes(const Inputs& inputs, const indicators::Scope& whole) {
  std::map<std::string, std::size_t> classes;
  std::size_t tagged = 0;
  for (const auto& product : inputs.catalogue.products) {
    // All complete vehicles are one family, whatever drives them.
    ++classes[product.industry.starts_with("C361") ? "C361" : product.industry];
    if (product.tagged("nev")) ++tagged;
  }
  std::vector<indicators::Scope> scopes;
  for (const auto& [code, count] : classes) {
    if (count > 1) scopes.push_back(whole.with("industry", code));
  }
  if (tagged > 1) scopes.push_back(whole.with("group", "nev"));
  return scopes;
}

Result<std::vector<IndicatorRequest>> requests_of(const Options& options, const Inputs& inputs) {
  const auto material = prepared(options, inputs);
  if (!material) return material.error();
  const Plan plan(*material);
  std::vector<IndicatorRequest> requests;
  for (const auto& question : plan.questions()) requests.push_back(question.request);
  return requests;
}

Result<Material> gather(const Options& options, const Inputs& inputs, const Ask& ask, const Protect& protect) {
  auto material = prepared(options, inputs);
  if (!material) return material.error();
  const Plan plan(*material);
  for (const auto& [request, parts] : plan.questions()) {
    if (auto done = material->book.add(ask, request, parts); !done) return done.error();
  }
  auto protection = material->book.protect(protect);
  if (!protection) return protection.error();
  material->protection = std::move(*protection);
  return material;
}

}  // namespace songhua::report
