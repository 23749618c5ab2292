#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "central/store.h"
#include "forward/batch.h"
#include "rollup/timeline.h"

// A line at the centre: the records of all its gateways and their incarnations, under one numbering of series.
namespace songhua::central {

// Decoded dictionaries by hash, for as long as one query lasts.
class Dictionaries {
 public:
  explicit Dictionaries(CentreStore& store) : store_(store) {}
  // Throws where the store lacks it: a record was merged with it.
  const forward::WireDictionary& get(const forward::Digest& hash);

 private:
  CentreStore& store_;
  std::map<forward::Digest, std::unique_ptr<const forward::WireDictionary>> known_;
};

// Immutable once loaded; safe to read from several threads.
class LineBook final : public rollup::SeriesTable {
 public:
  static std::shared_ptr<const LineBook> load(CentreStore& store, Dictionaries& dictionaries, const LineName& line,
                                              std::optional<UnixMillis> as_of);

  [[nodiscard]] const LineName& name() const { return name_; }
  [[nodiscard]] const rollup::Timeline& timeline() const { return *timeline_; }
  [[nodiscard]] const SeriesSpec& spec(rollup::SeriesIndex index) const override {
    return specs_.at(static_cast<std::size_t>(index));
  }
  // Did the line ever say anything?
  [[nodiscard]] bool heard_of() const { return first_seen_.has_value() || !timeline_->series().empty(); }
  // The operator's word at the centre, else the gateway's.
  [[nodiscard]] std::optional<UnixMillis> gone_since() const { return gone_since_; }
  [[nodiscard]] std::optional<UnixMillis> first_seen() const { return first_seen_; }
  [[nodiscard]] std::optional<UnixMillis> last_seen() const { return last_seen_; }

 private:
  LineBook() = default;

  LineName name_;
  std::vector<SeriesSpec> specs_;
  std::optional<UnixMillis> gone_since_, first_seen_, last_seen_;
  std::unique_ptr<const rollup::Timeline> timeline_;
};

// The lines, now and at past moments. Keeps what it has read of now: another look reads only the lines that have
// changed since, and a look back those that changed after that moment; all others are one book at both times. Used by
// one thread at a time; books that it has handed out stay as they are.
class Bookshelf {
 public:
  explicit Bookshelf(CentreStore& store) : store_(store) {}
  // By enterprise and line; lines of which nothing was ever heard are left out. None: now.
  std::vector<std::shared_ptr<const LineBook>> books(std::optional<UnixMillis> as_of);

 private:
  [[nodiscard]] std::set<LineName> changed_after(std::optional<UnixMillis> as_of);

  CentreStore& store_;
  CentreStore::Mark mark_;
  std::map<LineName, std::shared_ptr<const LineBook>> books_;  // null: to be read
};

}  // namespace songhua::central
