#pragma once

#include <memory>
#include <string>

#include "central/sqlite_archive.h"
#include "central/store.h"
#include "storage/database.h"

namespace songhua::central {

// The centre's store in one SQLite file. Any number of processes may open it for writing: SQLite lets one of them
// write at a time, the others wait.
class SqliteStore final : public CentreStore {
 public:
  // Makes the file and its folder where they are missing and access is read_write.
  static Result<std::unique_ptr<SqliteStore>> open(const std::string& path, storage::Access access);
  ~SqliteStore() override;

  void transact(const std::function<void()>& work) override;

  void enrol(const GatewayId& gateway, const forward::PublicKey& key, UnixMillis now) override;
  std::vector<forward::PublicKey> keys(const GatewayId& gateway) override;
  std::vector<EnrolledGateway> gateways() override;

  bool has_dictionary(const forward::Digest& hash) override;
  void put_dictionary(const GatewayId& gateway, const forward::Digest& hash, const std::string& bytes,
                      UnixMillis now) override;
  std::optional<GatewayId> owner(const std::string& incarnation) override;
  std::optional<forward::Digest> batch_hash(const std::string& incarnation, std::uint64_t number) override;
  std::uint64_t highest(const std::string& incarnation) override;
  void merge(const SignedBatch& batch, const std::vector<NewRecord>& records, Millis settle, UnixMillis now) override;
  void refuse(const GatewayId& gateway, const forward::Refused& why, const std::string& payload,
              UnixMillis now) override;
  void forget_envelopes(UnixMillis before) override;

  std::vector<LineName> lines() override;
  std::vector<LineName> lines_changed_since(Mark& mark) override;
  std::vector<LineName> lines_changed_after(UnixMillis as_of) override;
  std::vector<CentreRecord> records(const LineName& line, std::optional<UnixMillis> as_of) override;
  std::optional<UnixMillis> superseded(const LineName& line, Window window, UnixMillis after,
                                       std::optional<UnixMillis> as_of) override;
  std::optional<std::string> dictionary(const forward::Digest& hash) override;
  std::optional<forward::Digest> newest_dictionary(const std::string& incarnation,
                                                   std::optional<UnixMillis> as_of) override;
  void put_line_state(const LineName& line, const LineState& state, UnixMillis now) override;
  std::optional<LineState> line_state(const LineName& line, std::optional<UnixMillis> as_of) override;

  Archive& archive() override { return archive_; }

  void put_input(const indicators::InputDocument& document) override;
  std::vector<indicators::InputDocument> inputs(std::optional<UnixMillis> as_of) override;

  std::vector<IncarnationInfo> incarnations() override;
  void chain(const std::string& incarnation, const std::function<void(const ChainLink&)>& visit) override;
  std::vector<RefusedEntry> refusals() override;
  std::uint64_t version() override;

 private:
  struct Statements;
  explicit SqliteStore(std::unique_ptr<SQLite::Database> database);

  // The small integer of a name, made where it is missing.
  std::int64_t incarnation_id(const forward::Batch& batch, UnixMillis now);
  std::int64_t line_id(const std::string& enterprise, const LineId& line);
  std::int64_t source_id(const std::string& name);
  std::optional<std::int64_t> find_line(const LineName& line);
  void put_record(std::int64_t line, std::int64_t incarnation, std::int64_t source, std::int64_t dictionary,
                  std::uint64_t number, const NewRecord& record, Millis settle, UnixMillis now);

  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<Statements> statements_;
  SqliteArchive archive_;
  std::int64_t last_publication_ = 0;  // read at each merge
};

}  // namespace songhua::central
