#include <gmock/gmock.h>

#include "support/broker.h"
#include "support/mqtt_probe.h"

namespace songhua::mqtt {
namespace {

using test::Broker;
using test::MqttProbe;
using test::TempDir;

// A certificate authority of its own, and certificates that it signed, made by the openssl program.
class TlsClient : public ::testing::Test {
 protected:
  void SetUp() override {
    make_key("ca");
    openssl({"req", "-x509", "-key", path("ca.key"), "-out", path("ca.crt"), "-days", "2", "-subj", "/CN=Test CA"});
    make_certificate("broker", "IP:127.0.0.1");  // no name: a minimal system may not know that of its loopback
    make_certificate("line", "DNS:line");
  }

  std::string path(const std::string& name) const { return directory_ / name; }

  static void openssl(const std::vector<std::string>& arguments) {
    const auto done = test::run("openssl", arguments);
    ASSERT_EQ(done.status, 0) << done.err;
  }
  void make_key(const std::string& name) const {
    openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path(name + ".key")});
  }
  void make_certificate(const std::string& name, const std::string& subject) const {
    make_key(name);
    const auto extension = directory_.file(name + ".ext", "subjectAltName=" + subject + "\n");
    openssl({"req", "-new", "-key", path(name + ".key"), "-out", path(name + ".csr"), "-subj", "/CN=" + name});
    openssl({"x509", "-req", "-in", path(name + ".csr"), "-CA", path("ca.crt"), "-CAkey", path("ca.key"),
             "-CAcreateserial", "-out", path(name + ".crt"), "-days", "2", "-extfile", extension});
  }

  Broker::Options broker_options(bool wants_client_certificate) const {
    Broker::Options options;
    options.certificate = path("broker.crt");
    options.key = path("broker.key");
    if (wants_client_certificate) options.ca = path("ca.crt");
    return options;
  }
  ConnectOptions options_for(const Broker& broker) const {
    ConnectOptions options;
    options.uri = broker.uri();
    options.client_id = "a";
    options.tls.ca = path("ca.crt");
    options.will = Will{.topic = "will", .payload = "gone"};
    return options;
  }

  const TempDir directory_;
};

TEST_F(TlsClient, CarriesMessagesAndDrops) {
  const Broker broker{broker_options(false)};
  MqttProbe witness, probe;
  auto options = options_for(broker);
  ASSERT_TRUE(probe.connect(options));
  options.client_id = "witness";
  ASSERT_TRUE(witness.connect(options, {{"#", Qos::kAtLeastOnce}}));
  EXPECT_TRUE(probe.client().publish("t", std::string(100'000, 'x'), Qos::kAtLeastOnce, false));
  ASSERT_TRUE(witness.received(1));
  EXPECT_EQ(witness.messages().front().payload.size(), 100'000U);
  probe.client().drop();
  ASSERT_TRUE(witness.received(2));
  EXPECT_EQ(witness.messages().back().topic, "will");
}

TEST_F(TlsClient, RefusesABrokerOfAnotherAuthority) {
  const Broker broker{broker_options(false)};
  MqttProbe probe;
  auto options = options_for(broker);
  options.tls.ca = path("line.crt");
  const auto generation = probe.client().connect(options);
  ASSERT_TRUE(generation);
  ASSERT_TRUE(probe.saw("connect_failed", *generation));
  EXPECT_THAT(probe.text_of("connect_failed", *generation), testing::HasSubstr("certificate"));
}

TEST_F(TlsClient, ShowsItsOwnCertificateWhereTheBrokerWantsOne) {
  const Broker broker{broker_options(true)};
  MqttProbe probe;
  auto options = options_for(broker);
  options.tls.cert = path("line.crt");
  options.tls.key = path("line.key");
  EXPECT_TRUE(probe.connect(options));
}

TEST_F(TlsClient, TellsThatItLacksACertificate) {
  const Broker broker{broker_options(true)};
  MqttProbe probe;
  const auto generation = probe.client().connect(options_for(broker));
  ASSERT_TRUE(generation);
  EXPECT_TRUE(probe.saw("connect_failed", *generation));
}

}  // namespace
}  // namespace songhua::mqtt
