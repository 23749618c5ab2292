#include <gtest/gtest.h>

#include "config/config.h"

namespace songhua::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kNeeded = "id = \"gw1\"\nenterprise = \"E1\"\nstore = \"/var/lib/songhua\"\n";

Result<GatewayConfig> parse(std::string_view more) {
  return GatewayConfig::parse(std::string(kNeeded) + std::string(more), "/etc/songhua/gateway.toml");
}

// The fault of a file whose line 4 is the first of `more`, without "/etc/songhua/gateway.toml:".
std::string fault(std::string_view more) {
  const auto config = parse(more);
  if (config) return "none";
  const std::string file = "/etc/songhua/gateway.toml:";
  std::string message = config.error().message;
  for (auto at = message.find(file); at != std::string::npos; at = message.find(file)) message.erase(at, file.size());
  return message;
}

TEST(GatewayConfig, DefaultsAreThoseOfTheInterfacePage) {
  const auto config = parse("").value();
  EXPECT_EQ(config.id, "gw1");
  EXPECT_EQ(config.enterprise, "E1");
  EXPECT_EQ(config.store, "/var/lib/songhua");
  EXPECT_EQ(config.time_zone.name(), "Asia/Shanghai");
  EXPECT_EQ(config.lines, "/etc/songhua/lines.toml");
  EXPECT_EQ(config.catalogue, "/etc/songhua/catalogue.toml");
  EXPECT_FALSE(config.register_dir);
  EXPECT_EQ(config.control, "/var/lib/songhua/control.sock");
  EXPECT_EQ(config.sparkplug.host_id, "songhua");
  EXPECT_EQ(config.sparkplug.servers, std::vector<std::string>{"tcp://127.0.0.1:1883"});
  EXPECT_EQ(config.sparkplug.subscribe, std::vector<std::string>{"spBv1.0/#"});
  EXPECT_EQ(config.sparkplug.client_id, "songhua-gw1");
  EXPECT_EQ(config.sparkplug.mqtt, MqttVersion::v311);
  EXPECT_EQ(config.sparkplug.reorder_timeout, Millis{2000});
  EXPECT_EQ(config.sparkplug.rebirth, RebirthPolicy::automatic);
  EXPECT_EQ(config.sparkplug.rebirths_per_second, 20);
  EXPECT_EQ(config.sparkplug.reconnect.first, Millis{200});
  EXPECT_EQ(config.sparkplug.reconnect.longest, Millis{30'000});
  EXPECT_FALSE(config.forward);
  EXPECT_TRUE(config.http.enabled);
  EXPECT_EQ(config.http.host, "127.0.0.1");
  EXPECT_EQ(config.http.port, 8610);
  EXPECT_EQ(config.rules.future, minutes{5});
  EXPECT_EQ(format_utc(config.rules.floor), "1999-12-31T16:00:00.000Z");
  EXPECT_EQ(config.rules.gap, minutes{15});
  EXPECT_EQ(config.rules.settle, minutes{10});
  EXPECT_EQ(config.journal.retain, hours{24 * 400});
  EXPECT_EQ(config.journal.max_bytes, 8ULL * 1024 * 1024 * 1024);
  EXPECT_EQ(config.queue.messages, 50'000);
  EXPECT_EQ(config.queue.max_bytes, 64ULL * 1024 * 1024);
  EXPECT_TRUE(config.shifts.empty());
}

TEST(GatewayConfig, EveryKeyIsRead) {
  const auto config = parse(R"(
time_zone = "UTC"
lines = "sub/l.toml"
catalogue = "/abs/c.toml"
register = "reg"
control = "../run/c.sock"
[sparkplug]
host_id = "H"
servers = ["ssl://a:8883", "tcp://[::1]:1884"]
subscribe = ["spBv1.0/+/#", "spBv1.0/STATE/H"]
client_id = "me"
mqtt = "5"
reorder_timeout = "3s"
rebirth = "timer"
rebirths_per_second = 5
reconnect = "200ms..1s"
username = "u"
password_file = "secret"
ca = "ca.pem"
cert = "cert.pem"
key = "key.pem"
[forward]
servers = ["tcp://centre"]
cadence = "2s"
[http]
listen = "[::]:80"
[rules]
future = "1min"
floor = "2010-01-01"
gap = "25h"
settle = "0s"
[journal]
retain = "30d"
max_bytes = "512MiB"
[queue]
messages = 10
max_bytes = "1MiB"
[[shift]]
name = "day"
start = "08:00"
end = "20:00"
[[shift]]
name = "night"
start = "20:00"
end = "08:00"
)");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->lines, "/etc/songhua/sub/l.toml");
  EXPECT_EQ(config->catalogue, "/abs/c.toml");
  EXPECT_EQ(config->register_dir, "/etc/songhua/reg");
  EXPECT_EQ(config->control, "/etc/run/c.sock");
  EXPECT_EQ(config->sparkplug.client_id, "me");
  EXPECT_EQ(config->sparkplug.servers.size(), 2U);
  EXPECT_EQ(config->sparkplug.mqtt, MqttVersion::v5);
  EXPECT_EQ(config->sparkplug.rebirth, RebirthPolicy::timer_only);
  EXPECT_EQ(config->sparkplug.reconnect.longest, Millis{1000});
  EXPECT_EQ(config->sparkplug.credentials.username, "u");
  EXPECT_EQ(config->sparkplug.credentials.password_file, "/etc/songhua/secret");
  EXPECT_EQ(config->sparkplug.credentials.key, "/etc/songhua/key.pem");
  ASSERT_TRUE(config->forward);
  EXPECT_EQ(config->forward->servers, std::vector<std::string>{"tcp://centre"});
  EXPECT_EQ(config->forward->cadence, Millis{2000});
  EXPECT_EQ(config->http.host, "::");
  EXPECT_EQ(config->http.port, 80);
  EXPECT_EQ(format_utc(config->rules.floor), "2010-01-01T00:00:00.000Z");
  EXPECT_EQ(config->rules.settle, Millis{0});
  EXPECT_EQ(config->journal.max_bytes, 512ULL * 1024 * 1024);
  EXPECT_EQ(config->queue.messages, 10);
  ASSERT_EQ(config->shifts.size(), 2U);
  EXPECT_EQ(config->shifts[1].name, "night");
  EXPECT_EQ(config->shifts[1].start, hours{20});
  EXPECT_EQ(config->shifts[1].end, hours{8});
}

TEST(GatewayConfig, RelativePathsStartAtTheFile) {
  const auto config =
      GatewayConfig::parse("id = \"g\"\nenterprise = \"E\"\nstore = \"data\"\n", "conf/gateway.toml").value();
  EXPECT_EQ(config.store, "conf/data");
  EXPECT_EQ(config.control, "conf/data/control.sock");
  EXPECT_EQ(config.lines, "conf/lines.toml");
  EXPECT_EQ(GatewayConfig::parse("id = \"g\"\nenterprise = \"E\"\nstore = \".\"\n", "gateway.toml")->lines,
            "lines.toml");
}

TEST(GatewayConfig, HttpCanBeOff) {
  EXPECT_FALSE(parse("[http]\nlisten = \"\"\n")->http.enabled);
}

TEST(GatewayConfigErrors, SyntaxAndRequiredKeys) {
  EXPECT_EQ(fault("x = \n").substr(0, 21), "4: not valid TOML: Er");
  EXPECT_EQ(GatewayConfig::parse("", "g.toml").error().message,
            "g.toml:1: id: is missing and required\n"
            "g.toml:1: enterprise: is missing and required\n"
            "g.toml:1: store: is missing and required");
  EXPECT_EQ(GatewayConfig::parse("id = \"\"\nenterprise = \"a/b\"\nstore = 3\n", "g.toml").error().message,
            "g.toml:1: id: must not be empty\n"
            "g.toml:2: enterprise: 'a/b' becomes a level of MQTT topics: it may not hold '/', '+' or '#'\n"
            "g.toml:3: store: must be a text, but is a whole number");
}

TEST(GatewayConfigErrors, UnknownKeysWithASuggestion) {
  EXPECT_EQ(fault("timezone = \"UTC\"\n"), "4: timezone: is not a known key: did you mean 'time_zone'?");
  EXPECT_EQ(fault("[sparkplug]\nhostid = \"x\"\n"), "5: sparkplug.hostid: is not a known key: did you mean 'host_id'?");
  EXPECT_EQ(fault("[forwards]\n"), "4: forwards: is not a known key: did you mean 'forward'?");
  EXPECT_EQ(fault("[rules]\nsetle = \"1s\"\n"), "5: rules.setle: is not a known key: did you mean 'settle'?");
  EXPECT_EQ(fault("[journal]\nwhatever = 1\n"), "5: journal.whatever: is not a known key");
}

TEST(GatewayConfigErrors, WrongTypes) {
  EXPECT_EQ(fault("lines = true\n"), "4: lines: must be a text, but is true or false");
  EXPECT_EQ(fault("sparkplug = 1\n"), "4: sparkplug: must be a table: write [sparkplug], but is a whole number");
  EXPECT_EQ(fault("[sparkplug]\nservers = \"tcp://a\"\n"),
            "5: sparkplug.servers: must be a list of texts, but is a text");
  EXPECT_EQ(fault("[rules]\ngap = 15\n"), "5: rules.gap: must be a duration like \"15min\", but is a whole number");
  EXPECT_EQ(fault("[journal]\nmax_bytes = 8.5\n"), "5: journal.max_bytes: must be a text, but is a number");
  EXPECT_EQ(fault("[shift]\n"), "4: shift: must be a list of tables: write [[shift]], but is a table");
}

TEST(GatewayConfigErrors, Values) {
  EXPECT_EQ(fault("time_zone = \"Asia/Shangai\"\n"),
            "4: time_zone: 'Asia/Shangai' is no time zone of this system's tzdata: write an IANA name like "
            "\"Asia/Shanghai\"");
  EXPECT_EQ(fault("register = \"\"\n"), "4: register: must not be empty");
  EXPECT_EQ(fault("[sparkplug]\nhost_id = \"a#\"\n"),
            "5: sparkplug.host_id: 'a#' becomes a level of MQTT topics: it may not hold '/', '+' or '#'");
  EXPECT_EQ(fault("[sparkplug]\nservers = []\n"), "5: sparkplug.servers: must not be empty");
  for (const char* server :
       {"127.0.0.1:1883", "http://a", "tcp://", "tcp://a:0", "tcp://a:99999", "tcp://a:b", "tcp://a/b"}) {
    EXPECT_EQ(fault("[sparkplug]\nservers = [\"" + std::string(server) + "\"]\n"),
              "5: sparkplug.servers: '" + std::string(server) +
                  "' is no server: write \"tcp://HOST:PORT\" or \"ssl://HOST:PORT\"");
  }
  EXPECT_EQ(fault("[sparkplug]\nsubscribe = [\"spBv1.0/#/x\"]\n"),
            "5: sparkplug.subscribe: 'spBv1.0/#/x' is no MQTT topic filter");
  EXPECT_EQ(fault("[sparkplug]\nsubscribe = [\"a/b+\"]\n"), "5: sparkplug.subscribe: 'a/b+' is no MQTT topic filter");
  EXPECT_EQ(fault("[sparkplug]\nsubscribe = []\n"), "5: sparkplug.subscribe: must not be empty");
  EXPECT_EQ(fault("[sparkplug]\nmqtt = \"4\"\n"), "5: sparkplug.mqtt: '4' is not one of 3.1.1, 5");
  EXPECT_EQ(fault("[sparkplug]\nrebirth = \"no\"\n"), "5: sparkplug.rebirth: 'no' is not one of auto, timer, off");
  EXPECT_EQ(fault("[sparkplug]\nrebirths_per_second = 0\n"), "5: sparkplug.rebirths_per_second: must be at least 1");
  for (const char* range : {"1s", "2s..1s", "0s..1s", "1..2"}) {
    EXPECT_EQ(fault("[sparkplug]\nreconnect = \"" + std::string(range) + "\"\n"),
              "5: sparkplug.reconnect: '" + std::string(range) + "' is no range of delays: write \"200ms..30s\"");
  }
  EXPECT_EQ(fault("[sparkplug]\nreorder_timeout = \"2\"\n"),
            "5: sparkplug.reorder_timeout: '2' is not a duration: write a whole number and ms, s, min, h or d, like "
            "\"15min\"");
  EXPECT_EQ(fault("[forward]\n"), "4: forward.servers: is missing and required");
  EXPECT_EQ(fault("[forward]\nservers = [\"tcp://a\"]\ncadence = \"0s\"\n"),
            "6: forward.cadence: must be longer than 0");
  for (const char* listen : {"8610", "a", ":80", "a:70000", "a:b"}) {
    EXPECT_EQ(fault("[http]\nlisten = \"" + std::string(listen) + "\"\n"),
              "5: http.listen: '" + std::string(listen) + "' is no address: write \"HOST:PORT\", or \"\" for none");
  }
  EXPECT_EQ(
      fault("[rules]\nfloor = \"2000\"\n"),
      "5: rules.floor: '2000' is no time: write \"2019-03-01\", \"2019-03-01T08:00\" or \"2019-03-01T08:00:00+08:00\"");
  EXPECT_EQ(fault("[rules]\ngap = \"0s\"\n"), "5: rules.gap: must be longer than 0");
  for (const char* size : {"8", "8GB", "GiB", "0B", "-1MiB", "99999999999TiB"}) {
    EXPECT_EQ(fault("[journal]\nmax_bytes = \"" + std::string(size) + "\"\n"),
              "5: journal.max_bytes: '" + std::string(size) +
                  "' is no size: write a whole number and B, KiB, MiB, GiB or TiB, like \"8GiB\"");
  }
  EXPECT_EQ(fault("[queue]\nmessages = 0\n"), "5: queue.messages: must be at least 1");
}

TEST(GatewayConfigErrors, Contradictions) {
  const std::string sparkplug = "[sparkplug]\nservers = [\"tcp://a\"]\n",
                    tls = "[sparkplug]\nservers = [\"ssl://a\"]\n";
  EXPECT_EQ(fault("[sparkplug]\nservers = [\"tcp://a\", \"tcp://a\"]\n"),
            "5: sparkplug.servers: 'tcp://a' stands twice");
  EXPECT_EQ(fault(sparkplug + "password_file = \"p\"\n"), "6: sparkplug.password_file: needs a username");
  EXPECT_EQ(fault(sparkplug + "ca = \"c\"\n"), "6: sparkplug.ca: needs a server that begins with ssl://");
  EXPECT_EQ(fault(tls + "cert = \"c\"\n"), "6: sparkplug.cert: needs its key");
  EXPECT_EQ(fault(tls + "key = \"k\"\n"), "6: sparkplug.key: needs its cert");
}

TEST(GatewayConfigErrors, Shifts) {
  const std::string day = "[[shift]]\nname = \"day\"\nstart = \"08:00\"\nend = \"20:00\"\n";
  EXPECT_EQ(fault("[[shift]]\nname = \"a\"\nstart = \"08:10\"\nend = \"20\"\n"),
            "6: shift[1].start: '08:10' is no time of day: write \"08:00\", in steps of 15 minutes\n"
            "7: shift[1].end: '20' is no time of day: write \"08:00\", in steps of 15 minutes");
  EXPECT_EQ(fault("[[shift]]\n"),
            "4: shift[1].name: is missing and required\n"
            "4: shift[1].start: is missing and required\n"
            "4: shift[1].end: is missing and required");
  EXPECT_EQ(fault(day + "[[shift]]\nname = \"day\"\nstart = \"20:00\"\nend = \"22:00\"\n"),
            "9: shift[2].name: shift 'day' stands twice");
  EXPECT_EQ(fault(day + "[[shift]]\nname = \"night\"\nstart = \"22:00\"\nend = \"08:15\"\n"),
            "10: shift[2].start: shift 'night' overlaps shift 'day'");
  EXPECT_EQ(fault("[[shift]]\nname = \"a\"\nstart = \"24:00\"\nend = \"08:00\"\n"),
            "6: shift[1].start: a shift that starts at midnight starts at \"00:00\"");
  EXPECT_EQ(fault("[[shift]]\nname = \"late\"\nstart = \"16:00\"\nend = \"24:00\"\n"), "none");
}

}  // namespace
}  // namespace songhua::config
