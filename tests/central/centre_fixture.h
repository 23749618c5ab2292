#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "central/intake.h"
#include "central/line_book.h"
#include "central/sqlite_store.h"
#include "forward/edge_box.h"
#include "support/temp_dir.h"

namespace songhua::test {

// A centre's store and its workers without their network.
class CentreBox {
 public:
  CentreBox() {
    for (int i = 0; i < 2; ++i) {
      auto store = central::SqliteStore::open((directory_ / "centre.db").string(), storage::Access::read_write);
      if (!store) throw std::runtime_error(store.error().message);
      workers_.push_back({std::move(*store), nullptr});
      workers_.back().intake = std::make_unique<central::Intake>(*workers_.back().store, central::IntakeOptions{});
    }
  }

  central::SqliteStore& store() { return *workers_[0].store; }
  UnixMillis now = minute(1'000'000);

  void enrol(EdgeBox& edge) {
    store().enrol({edge.options.enterprise, edge.options.gateway}, edge.key().public_key(), now);
  }

  // As if the message had come on the gateway's topic. Dictionaries are not answered.
  std::optional<forward::Ack> take(const forward::Outgoing& message, const std::string& gateway = "gw1",
                                   const std::string& enterprise = "E1") {
    return take_lot({{gateway, message}}, 0, enterprise).front();
  }

  // A lot of one worker is one transaction.
  using Lot = std::vector<std::pair<std::string, forward::Outgoing>>;
  std::vector<std::optional<forward::Ack>> take_lot(const Lot& lot, std::size_t worker,
                                                    const std::string& enterprise = "E1") {
    auto& w = workers_[worker];
    std::vector<std::optional<forward::Ack>> answers;
    w.store->transact([&] {
      for (const auto& [gateway, message] : lot) {
        auto& answer = answers.emplace_back();
        if (message.channel == forward::Channel::dictionary) {
          static_cast<void>(w.intake->take_dictionary({enterprise, gateway}, message.payload, now));
        } else {
          answer = w.intake->take_batch({enterprise, gateway}, message.payload, now);
        }
      }
    });
    return answers;
  }

  // Everything that the edge has to say, until the centre has committed it.
  void deliver(EdgeBox& edge, UnixMillis at) {
    const auto gateway = edge.options.gateway;
    edge.outbox().cut_all(at);
    for (int round = 0; round < 100 && !edge.outbox().status().drained(); ++round) {
      for (const auto& message : edge.outbox().to_send(at, 64)) {
        if (const auto ack = take(message, gateway, edge.options.enterprise)) edge.outbox().apply(*ack, at);
      }
      edge.outbox().cut_all(at);
    }
  }

  // The merged records, with names in place of the integers that depend on the order of arrival.
  std::vector<std::string> content() {
    std::vector<std::string> all;
    for (const auto& line : store().lines()) {
      for (const auto& r : store().records(line, std::nullopt)) {
        all.push_back(line.enterprise + " " + line.line + " " + r.incarnation + " " + r.source + " " +
                      format_utc(r.window.start) + " " + format_utc(r.window.end) + " " + std::to_string(r.generation) +
                      " " + std::to_string(r.number) + " " + r.dictionary.hex() + " " + forward::to_hex(r.content));
      }
    }
    return all;
  }

  // Line and product -> whole quantity.
  std::map<std::string, std::string> totals(const std::string& enterprise) {
    std::map<std::string, std::string> all;
    central::Dictionaries dictionaries(store());
    for (const auto& line : store().lines()) {
      if (line.enterprise != enterprise) continue;
      const auto book = central::LineBook::load(store(), dictionaries, line, std::nullopt);
      add_totals(all, line.line, book->timeline(), *book);
    }
    return all;
  }

 private:
  struct Worker {
    std::unique_ptr<central::SqliteStore> store;
    std::unique_ptr<central::Intake> intake;
  };
  TempDir directory_;
  std::vector<Worker> workers_;
};

}  // namespace songhua::test
