#include "central/quantities.h"

#include <algorithm>

namespace songhua::central {

query::LineHistory history_of(const LineBook& book, const Revised& revised) {
  query::LineHistory history;
  history.enterprise = book.name().enterprise;
  history.line = book.name().line;
  history.quarters = &book.timeline();
  history.table = &book;
  if (!revised) return history;
  // Every series of the line asks for the same windows.
  auto known = std::make_shared<std::map<Window, bool>>();
  history.revised = [&book, revised, known](Window window) {
    const auto [it, added] = known->try_emplace(window);
    if (added) it->second = revised(book.name(), window);
    return it->second;
  };
  return history;
}

query::LineHistory history_with_past(CentreStore& store, const LineBook& book, std::optional<UnixMillis> as_of) {
  auto history = history_of(book, {});
  struct Past {
    std::map<std::pair<Window, UnixMillis>, std::optional<UnixMillis>> changed;
    std::optional<UnixMillis> at;
    std::shared_ptr<const LineBook> book;  // as it was just before `at`
  };
  // Every series of the line asks for the same windows, and one late batch changes many of them at one time.
  auto past = std::make_shared<Past>();
  history.as_final = [&store, &book, as_of, past](Window window, UnixMillis final_at) -> const rollup::Timeline* {
    const auto [it, added] = past->changed.try_emplace({window, final_at});
    if (added) it->second = store.superseded(book.name(), window, final_at, as_of);
    const auto& at = it->second;
    if (!at) return nullptr;
    if (past->at != at) {
      Dictionaries dictionaries(store);
      past->book = LineBook::load(store, dictionaries, book.name(), *at - Millis{1});
      past->at = at;
    }
    return &past->book->timeline();
  };
  return history;
}

namespace {

// Where a reading is kept: the record that holds its time, whose gateway has the journal entry behind it.
class Places {
 public:
  Places(CentreStore& store, LineName line, std::optional<UnixMillis> as_of)
      : store_(store), line_(std::move(line)), as_of_(as_of) {}

  std::string of(UnixMillis time) {
    if (!loaded_) load();
    std::string all;
    // A line's stores may hold records of one quarter hour each.
    for (auto place = std::ranges::upper_bound(places_, time, {}, &Place::start); place != places_.begin();) {
      --place;
      if (time < place->end) all.append(all.empty() ? "" : "; ").append(place->text);
      if (time - place->start > kLongest) break;
    }
    return all;
  }

 private:
  static constexpr Millis kLongest = std::chrono::hours{24};
  struct Place {
    UnixMillis start, end;
    std::string text;
  };
  void load() {
    std::map<std::string, GatewayId> gateways;
    for (const auto& info : store_.incarnations()) gateways.emplace(info.incarnation.id, info.gateway);
    for (const auto& record : store_.records(line_, as_of_)) {
      const auto& gateway = gateways[record.incarnation];
      places_.push_back({record.window.start, record.window.end,
                         "gateway " + gateway.enterprise + "/" + gateway.id + ", line " + line_.line +
                             ", incarnation " + record.incarnation + ", source " + record.source + ", record [" +
                             format_utc(record.window.start) + ", " + format_utc(record.window.end) + "), generation " +
                             std::to_string(record.generation) + ", batch " + std::to_string(record.number)});
    }
    std::ranges::stable_sort(places_, {}, &Place::start);
    loaded_ = true;
  }

  CentreStore& store_;
  LineName line_;
  std::optional<UnixMillis> as_of_;
  bool loaded_ = false;
  std::vector<Place> places_;
};

figures::FigureLine figure_line(CentreStore& store, const std::shared_ptr<const LineBook>& book, const Revised& revised,
                                std::optional<UnixMillis> as_of) {
  figures::FigureLine line{history_of(*book, revised), book->first_seen(), book->gone_since(), book};
  auto places = std::make_shared<Places>(store, book->name(), as_of);
  line.history.place = [places](UnixMillis time) { return places->of(time); };
  return line;
}

}  // namespace

KeptSums sums_of(CentreStore& store, const Books& books, const KeptSums& before, const Revised& revised,
                 std::optional<UnixMillis> as_of) {
  KeptSums sums;
  for (const auto& book : books) {
    const auto kept = before.find(book);
    sums.emplace(book, kept != before.end()
                           ? kept->second
                           : std::make_shared<figures::LineSums>(figure_line(store, book, revised, as_of)));
  }
  return sums;
}

}  // namespace songhua::central
