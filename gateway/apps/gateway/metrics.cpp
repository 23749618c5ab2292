// What a gateway tells Prometheus. Names are part of the interface (docs/page.md): only additions.
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include "edge_answers.h"

namespace songhua::gateway {
namespace {

using Labels = std::map<std::string, std::string>;

// Made anew for each scrape from one state, so that its values belong together. Doubles hold counts up to 2^53: these
// are for watching, figures come from the API.
class Scrape {
 public:
  void counter(const std::string& name, const std::string& help, std::uint64_t value, const Labels& labels = {}) {
    family(counters_, name, [&] { return &prometheus::BuildCounter().Name(name).Help(help).Register(registry_); })
        .Add(labels)
        .Increment(static_cast<double>(value));
  }
  void gauge(const std::string& name, const std::string& help, double value, const Labels& labels = {}) {
    family(gauges_, name, [&] { return &prometheus::BuildGauge().Name(name).Help(help).Register(registry_); })
        .Add(labels)
        .Set(value);
  }
  [[nodiscard]] std::string text() const { return web::prometheus_text(registry_); }

 private:
  template <typename Family, typename Make>
  Family& family(std::map<std::string, Family*>& known, const std::string& name, Make make) {
    auto& found = known[name];
    if (found == nullptr) found = make();
    return *found;
  }
  prometheus::Registry registry_;
  std::map<std::string, prometheus::Family<prometheus::Counter>*> counters_;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> gauges_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void collection(Scrape& scrape, const MetricsInput& input) {
  scrape.counter("songhua_gateway_messages_total", "Messages committed since the start.", input.tally.messages);
  scrape.counter("songhua_gateway_commits_total", "Commits since the start.", input.tally.commits);
  scrape.counter("songhua_gateway_records_total", "Records written since the start.", input.tally.records);
  scrape.counter("songhua_gateway_missed_total", "Messages refused at the queue's limit since the start.",
                 input.live->host.missed);
  for (const auto& [reason, count] : input.looks.quarantine) {
    scrape.counter("songhua_gateway_quarantined_total", "Messages and metrics in quarantine, by reason.", count,
                   {{"reason", reason}});
  }
  for (const auto& [reason, count] : input.looks.implausible) {
    scrape.gauge("songhua_gateway_implausible_readings", "Readings that joins of records refuse, by reason.",
                 number(count), {{"reason", reason}});
  }
  scrape.gauge("songhua_gateway_generation", "Number of the newest commit.", number(input.tally.generation));
  scrape.gauge("songhua_gateway_queue_messages", "Messages that wait for their commit.",
               static_cast<double>(input.live->waiting));
  scrape.gauge("songhua_gateway_queue_bytes", "Bytes of those messages.",
               static_cast<double>(input.live->waiting_bytes));
  scrape.gauge("songhua_gateway_away", "1 while the gateway has left the brokers in order (overload, disk).",
               input.live->host.away ? 1 : 0);
}

void connections(Scrape& scrape, const MetricsInput& input) {
  for (const auto& server : input.live->host.servers) {
    scrape.gauge("songhua_gateway_server_up", "1 while the broker is connected.", server.up ? 1 : 0,
                 {{"server", server.uri}});
  }
  std::size_t online = 0, devices = 0, devices_online = 0;
  for (const auto& node : input.live->nodes) {
    online += node.online ? 1U : 0U;
    devices += node.devices.size();
    for (const auto& device : node.devices) devices_online += device.online ? 1U : 0U;
  }
  scrape.gauge("songhua_gateway_nodes", "Edge nodes known.", static_cast<double>(input.live->nodes.size()));
  scrape.gauge("songhua_gateway_nodes_online", "Edge nodes online.", static_cast<double>(online));
  scrape.gauge("songhua_gateway_devices", "Devices known.", static_cast<double>(devices));
  scrape.gauge("songhua_gateway_devices_online", "Devices online.", static_cast<double>(devices_online));
}

void forwarding(Scrape& scrape, const MetricsInput& input) {
  if (!input.looks.outbox) return;
  const auto& outbox = *input.looks.outbox;
  scrape.gauge("songhua_gateway_forward_pending", "Batches that the centre has not committed.", number(outbox.pending));
  scrape.gauge("songhua_gateway_forward_pending_bytes", "Bytes of those batches.", number(outbox.bytes));
  scrape.gauge("songhua_gateway_forward_dirty", "Line-quarters that are in no batch yet.", number(outbox.dirty));
  scrape.gauge("songhua_gateway_forward_refused", "Batches that the centre has refused.",
               static_cast<double>(outbox.refused.size()));
  scrape.gauge("songhua_gateway_forward_lag_seconds", "Age of the oldest batch not committed.",
               static_cast<double>(outbox.lag(input.now).count()) / 1000);
  if (!input.live->forward) return;
  scrape.gauge("songhua_gateway_forward_connected", "1 while the centre's broker is connected.",
               input.live->forward->connected ? 1 : 0);
  scrape.counter("songhua_gateway_forward_acks_total", "Answers of the centre since the start.",
                 input.live->forward->acks);
}

}  // namespace

std::string metrics_text(const MetricsInput& input) {
  Scrape scrape;
  scrape.gauge("songhua_gateway_build_info", "1; the version is a label.", 1, {{"version", SONGHUA_VERSION}});
  collection(scrape, input);
  connections(scrape, input);
  forwarding(scrape, input);
  scrape.gauge("songhua_gateway_store_bytes", "Bytes of the store's files: journal, records, outbox.",
               number(input.store_bytes));
  scrape.gauge("songhua_gateway_journal_bytes", "Compressed bytes of the journal.", number(input.journal_bytes));
  scrape.gauge("songhua_gateway_disk_free_bytes", "Bytes free on the store's disk.", number(input.free_bytes));
  return scrape.text();
}

}  // namespace songhua::gateway
