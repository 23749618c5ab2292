#include <gtest/gtest.h>

#include "config/config.h"

namespace songhua::config {
namespace {

constexpr std::string_view kNeeded = "region = \"220000\"\nstore = \"sqlite:///var/lib/songhua-central/centre.db\"\n";

Result<CentralConfig> parse(std::string_view more) {
  return CentralConfig::parse(std::string(kNeeded) + std::string(more), "central.toml");
}

std::string fault(std::string_view more) {
  const auto config = parse(more);
  return config ? "none" : config.error().message;
}

TEST(CentralConfig, DefaultsAreThoseOfTheInterfacePage) {
  const auto config = parse("").value();
  EXPECT_EQ(config.region, "220000");
  EXPECT_EQ(config.store.engine, CentralStore::Engine::sqlite);
  EXPECT_EQ(config.store.path, "/var/lib/songhua-central/centre.db");
  EXPECT_EQ(config.time_zone.name(), "Asia/Shanghai");
  EXPECT_EQ(config.broker.servers, std::vector<std::string>{"tcp://127.0.0.1:1883"});
  EXPECT_EQ(config.broker.client_id, "songhua-central");
  EXPECT_EQ(config.broker.mqtt, MqttVersion::v5);
  EXPECT_EQ(config.http.port, 8611);
  EXPECT_EQ(config.rules.settle, std::chrono::minutes{10});
  EXPECT_EQ(config.rules.growth_method, GrowthMethod::comparable);
  EXPECT_EQ(config.rules.index, IndexMethod::fixed);
  EXPECT_EQ(config.rules.imputation, Imputation::none);
  EXPECT_EQ(config.rules.mtbf_method, MtbfMethod::per_failure);
  EXPECT_EQ(config.rules.coverage_limit, 90);
  EXPECT_EQ(config.disclosure.rule, DisclosureRule::dominance);
}

TEST(CentralConfig, EveryKeyIsRead) {
  const auto config = parse(R"(
time_zone = "UTC"
[broker]
servers = ["ssl://b:8883"]
client_id = "c"
mqtt = "3.1.1"
username = "u"
password_file = "p"
ca = "ca.pem"
[http]
listen = "0.0.0.0:80"
operator_token_file = "operator.token"
[rules]
settle = "1h"
growth_method = "deflated"
index = "chained"
imputation = "growth"
mtbf_method = "iso"
coverage_limit = 0
[disclosure]
rule = "p%"
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->broker.mqtt, MqttVersion::v311);
  EXPECT_EQ(config->broker.credentials.ca, "ca.pem");
  EXPECT_EQ(config->http.operator_token_file, "operator.token");
  EXPECT_EQ(config->rules.growth_method, GrowthMethod::deflated);
  EXPECT_EQ(config->rules.index, IndexMethod::chained);
  EXPECT_EQ(config->rules.imputation, Imputation::growth);
  EXPECT_EQ(config->rules.mtbf_method, MtbfMethod::iso);
  EXPECT_EQ(config->rules.coverage_limit, 0);
  EXPECT_EQ(config->disclosure.rule, DisclosureRule::p_percent);
}

TEST(CentralConfig, Stores) {
  const auto store = [](std::string_view text) {
    return CentralConfig::parse("region = \"220000\"\nstore = \"" + std::string(text) + "\"\n",
                                "/etc/songhua/central.toml");
  };
  EXPECT_EQ(store("centre.db")->store.path, "/etc/songhua/centre.db");
  EXPECT_EQ(store("sqlite://centre.db")->store.path, "/etc/songhua/centre.db");
  EXPECT_EQ(store("postgresql://u@h/db")->store.engine, CentralStore::Engine::postgresql);
  EXPECT_EQ(store("postgresql://u@h/db")->store.url, "postgresql://u@h/db");
  EXPECT_EQ(store("mysql://h/db").error().message,
            "/etc/songhua/central.toml:2: store: 'mysql://h/db' is no store: write \"sqlite:///PATH\" or "
            "\"postgresql://...\"");
  EXPECT_EQ(store("sqlite://").error().message,
            "/etc/songhua/central.toml:2: store: names no file: write \"sqlite:///var/lib/songhua-central/centre.db\"");
}

TEST(CentralConfigErrors, AllAreTold) {
  EXPECT_EQ(CentralConfig::parse("regoin = \"220000\"\n", "c.toml").error().message,
            "c.toml:1: region: is missing and required\n"
            "c.toml:1: store: is missing and required\n"
            "c.toml:1: regoin: is not a known key: did you mean 'region'?");
  EXPECT_EQ(CentralConfig::parse("region = \"22\"\nstore = \"x\"\n", "c.toml").error().message,
            "c.toml:1: region: '22' is no region: write the six digits of GB/T 2260, like \"220000\"");
  EXPECT_EQ(fault("[rules]\ngrowth_method = \"real\"\n"),
            "central.toml:4: rules.growth_method: 'real' is not one of comparable, deflated");
  EXPECT_EQ(fault("[rules]\nindex = \"x\"\n"), "central.toml:4: rules.index: 'x' is not one of fixed, chained");
  EXPECT_EQ(fault("[rules]\nimputation = \"x\"\n"), "central.toml:4: rules.imputation: 'x' is not one of none, growth");
  EXPECT_EQ(fault("[rules]\ncoverage_limit = 101\n"),
            "central.toml:4: rules.coverage_limit: must be a percentage, 0 to 100");
  EXPECT_EQ(fault("[disclosure]\nrule = \"x\"\n"), "central.toml:4: disclosure.rule: 'x' is not one of dominance, p%");
  EXPECT_EQ(fault("[broker]\nclient_id = \"\"\n"), "central.toml:4: broker.client_id: must not be empty");
  EXPECT_EQ(fault("[broker]\nservers = [\"tcp://a\"]\nca = \"x\"\n"),
            "central.toml:5: broker.ca: needs a server that begins with ssl://");
}

}  // namespace
}  // namespace songhua::config
