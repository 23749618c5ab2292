#include "one_factory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

namespace songhua::test {
namespace {

constexpr const char* kHeader =
    "id,name_zh,name_en,region,industry,ownership,holding,size,scale,employees,weight,parent,valid_from,valid_to\n";
constexpr const char* kOwn = "E1,一号厂,Factory One,220106,C3611,159,state,L,above,4000,128000.00,,,\n";
// What the gateway must leave alone: another factory of the province.
constexpr const char* kOther = "E9,九号厂,Factory Nine,220203,C2652,310,foreign,M,above,620,21500.50,,,\n";

constexpr const char* kLines =
    "enterprise,line,product,valid_from,valid_to,capacity_per_hour,normal_hours,price,comparable_price,dispatch_price,"
    "export_price,va_rate\n"
    "E1,S1/C1/auto,car-ice-sedan,,,60,16,,,,,\n"
    "E1,S1/C1/rubber,rubber-epdm,,,5000,24,,,,,\n";
constexpr const char* kPrices =
    "enterprise,product,valid_from,price,comparable_price,dispatch_price,export_price,va_rate\n"
    ",rubber-epdm,2019-02-11,1475,,1475,1455,\n"
    "E1,car-ice-sedan,2019-03-16,10900000,,10950000,,2150\n";
constexpr const char* kOtherPrice = "E9,rubber-epdm,2019-01-01,9999,,9999,9999,9999\n";
constexpr const char* kBase =
    "enterprise,period,item,product,market,value,unit\n"
    "E1,2018-03,energy_tce,,,1261.287,tce\n";
constexpr const char* kOtherBase = "E9,2018-03,va_cmp,,,22480.10,CNY 10k\n";
constexpr const char* kTarget = "[[target]]\nyear = 2019\nlast_year_growth = \"5.0\"\nuplift = \"1.0\"\n";

void must(const Finished& done, const std::string& what) {
  if (done.status != 0) throw std::runtime_error(what + ": status " + std::to_string(done.status) + "\n" + done.err);
}

std::string quoted(const std::filesystem::path& path) {
  return '"' + path.string() + '"';
}

}  // namespace

OneFactory::OneFactory(const Options& options) {
  const auto catalogue = dir_.file("catalogue.toml", options.catalogue);
  std::filesystem::create_directory(dir_ / "register");
  edge_config_ =
      dir_.file("gateway.toml", "id = \"gw1\"\nenterprise = \"E1\"\nstore = " + quoted(dir_ / "store") +
                                    "\nregister = " + quoted(dir_ / "register") + "\n[sparkplug]\nservers = [\"" +
                                    plant_.uri() + "\"]\n[forward]\nservers = [\"" + uplink_.uri() +
                                    "\"]\ncadence = \"1s\"\n[http]\nlisten = \"" + options.edge_listen +
                                    "\"\n[rules]\ngap = \"25h\"\nsettle = \"1s\"\n[journal]\nretain = \"36500d\"\n");
  centre_config_ =
      dir_.file("central.toml", "region = \"220000\"\nstore = \"sqlite://" + (dir_ / "centre.db").string() +
                                    "\"\n[broker]\nservers = [\"" + uplink_.uri() + "\"]\n[http]\nlisten = \"" +
                                    options.centre_listen + "\"\n[rules]\nsettle = \"1s\"\n");
  enrol_and_register();
  import_past(options);
}

std::filesystem::path OneFactory::register_file(const std::string& name, const std::string& text) const {
  return dir_.file("register/" + name, text);
}

void OneFactory::enrol_and_register() {
  const auto key = run(built_program("songhua-gateway"), {"key", "-c", edge_config_.string()});
  must(key, "key");
  const auto central = built_program("songhua-central");
  must(run(central, {"register", "gateway", "E1/gw1", "--key", dir_.file("gw1.pub", key.out).string(), "-c",
                     centre_config_.string()}),
       "register gateway");
  std::filesystem::create_directory(dir_ / "province");
  const auto province = [&](const std::string& name, const std::string& text) {
    return dir_.file("province/" + name, text).string();
  };
  must(run(central, {"register", "import", (dir_ / "catalogue.toml").string(),
                     province("enterprises.csv", std::string(kHeader) + kOwn), province("lines.csv", kLines),
                     province("prices.csv", kPrices), province("base.csv", kBase), province("target.toml", kTarget),
                     "-c", centre_config_.string()}),
       "register import");
  register_file("enterprises.csv", std::string(kHeader) + kOther + kOwn);
  register_file("lines.csv", kLines);
  register_file("prices.csv", std::string(kPrices) + kOtherPrice);
  register_file("base.csv", std::string(kBase) + kOtherBase);
  register_file("target.toml", kTarget);
  register_file("README.txt", "no file of the register");
}

void OneFactory::import_past(const Options& options) {
  const auto frames = (dir_ / "frames.jsonl").string();
  must(run(built_program("songhua-line"),
           {"history", "--site", "S1", "--controller", "C1", "--line", "auto", "--line", "rubber", "--seed", "7",
            "--from", options.from, "--to", options.to, "--interval", "1d", "-o", frames}),
       "history");
  const auto gateway = built_program("songhua-gateway");
  must(run(gateway, {"import", frames, "-c", edge_config_.string()}), "import");
  centre_ = std::make_unique<Process>(built_program("songhua-central"),
                                      std::vector<std::string>{"run", "-c", centre_config_.string()});
  must(run(gateway, {"forward", "--drain", "-c", edge_config_.string()}, std::chrono::seconds{120}), "forward --drain");
}

Process& OneFactory::gateway() {
  gateway_ = std::make_unique<Process>(built_program("songhua-gateway"),
                                       std::vector<std::string>{"run", "-c", edge_config_.string()});
  return *gateway_;
}

nlohmann::json OneFactory::figures(const char* program, const std::filesystem::path& config,
                                   std::vector<std::string> flags) const {
  std::vector<std::string> arguments{"indicators", "-c", config.string(), "--format", "json"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const auto done = run(built_program(program), arguments);
  EXPECT_EQ(done.status, 0) << done.err;
  return done.status == 0 ? nlohmann::json::parse(done.out) : nlohmann::json();
}

nlohmann::json OneFactory::edge_figures(std::vector<std::string> flags) const {
  return figures("songhua-gateway", edge_config_, std::move(flags));
}

nlohmann::json OneFactory::centre_figures(std::vector<std::string> flags) const {
  return figures("songhua-central", centre_config_, std::move(flags));
}

}  // namespace songhua::test
