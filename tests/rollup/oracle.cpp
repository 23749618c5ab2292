#include "oracle.h"

#include <algorithm>
#include <tuple>

// From messages to the readings of a line: time order, collapsing, epochs, unbroken sequence numbers.
namespace songhua::rollup::oracle {

BigInt big(int128 value) {
  return BigInt{songhua::to_string(value)};
}

int128 small(const BigInt& value) {
  return parse_int128(value.str()).value();
}

BigInt floor_of(const Ratio& value) {
  BigInt quotient, rest;
  boost::multiprecision::divide_qr(BigInt{numerator(value)}, BigInt{denominator(value)}, quotient, rest);
  return rest < 0 ? BigInt{quotient - 1} : quotient;
}

namespace {

// By payload time. Where payload times are equal: seq counted on from the message before, modulo 256, an NBIRTH and
// what continues it last. Without a message before them the seq itself decides.
std::vector<SourceMessage> in_sender_order(std::vector<SourceMessage> messages) {
  std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.time, a.seq, a.digest) < std::tuple(b.time, b.seq, b.digest);
  });
  for (std::size_t begin = 0; begin < messages.size();) {
    auto end = begin;
    bool birth = false;
    for (; end < messages.size() && messages[end].time == messages[begin].time; ++end) {
      birth = birth || messages[end].starts_session;
    }
    const int before = begin > 0 && messages[begin - 1].seq ? *messages[begin - 1].seq : -1;
    // What continues a birth: the unbroken numbers from its seq on.
    const auto rank = [&](const SourceMessage& m) {
      if (!m.seq) return 0;
      if (birth) {
        for (auto i = begin; i < end; ++i) {
          if (!messages[i].starts_session) continue;
          const int distance = (*m.seq - *messages[i].seq + 256) % 256;
          if (distance < static_cast<int>(end - begin)) return 1000 + distance;
        }
      }
      return (*m.seq - before - 1 + 512) % 256;
    };
    std::stable_sort(messages.begin() + static_cast<std::ptrdiff_t>(begin),
                     messages.begin() + static_cast<std::ptrdiff_t>(end),
                     [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    begin = end;
  }
  return messages;
}

std::int64_t count(UnixMillis time) {
  return count_of(time);
}

}  // namespace

Oracle::Oracle(const std::vector<SourceMessage>& messages, LineIndex line, const SeriesTable& table, Millis gap_limit,
               Millis cell)
    : line_(line), table_(table), gap_limit_(gap_limit.count()), cell_(cell.count()) {
  std::vector<SourceMessage> unique;  // of equal messages one counts
  std::set<std::uint64_t> digests;
  for (const auto& message : messages) {
    if (digests.insert(message.digest).second) unique.push_back(message);
  }
  const auto sorted = in_sender_order(std::move(unique));
  read_line(sorted);
  read_chains(sorted);
  order_epochs();
  resolve_epochs();
  for (auto& [series, readings] : readings_) {
    mark_hidden(readings, table_.spec(series));
    totalizers_[series] = judge(series, readings);
  }
}

std::int64_t Oracle::cell_of(std::int64_t time) const {
  return count(floor_to(unix_millis(time), Millis{cell_}));
}

void Oracle::read_line(const std::vector<SourceMessage>& sorted) {
  for (std::size_t order = 0; order < sorted.size(); ++order) {
    for (const auto& said : sorted[order].lines) {
      if (said.line != line_) continue;
      if (said.epoch) announcements_.push_back({count(said.epoch->time), order, *said.epoch});
      for (const auto& state : said.states) states_[count(state.time)] = state.code;
      for (const auto& reading : said.readings) {
        const auto kind = table_.spec(reading.series).kind;
        const auto time = count(reading.time);
        if (reading.is_void) {
          voids_[reading.series].insert(time);
        } else if (kind == SeriesKind::totalizer) {
          const auto epoch = said.epoch ? std::optional{said.epoch->epoch} : std::nullopt;
          readings_[reading.series].push_back({time, order, big(reading.value), epoch, epoch, false});
        } else if (kind == SeriesKind::amount) {
          const Amount amount{count(reading.interval_start), time, big(reading.value)};
          const auto key = std::tuple(amount.start, time, reading.ordinal);
          const auto [old, fresh] = amounts_[reading.series].try_emplace(key, amount);
          if (!fresh && old->second.quantity < amount.quantity) old->second = amount;
        } else {
          const auto [old, fresh] = values_[reading.series].try_emplace(time, big(reading.value));
          if (!fresh && old->second < big(reading.value)) old->second = big(reading.value);
        }
      }
    }
  }
}

void Oracle::read_chains(const std::vector<SourceMessage>& sorted) {
  std::optional<std::uint8_t> previous;
  for (const auto& message : sorted) {
    if (!message.seq) continue;
    const auto time = count(message.time);
    if (!previous || static_cast<std::uint8_t>(*previous + 1) != *message.seq) {
      const bool lost = !chains_.empty() && chains_.back().last == time && *message.seq != 0;
      chains_.push_back({time, time, {}, lost ? time : std::numeric_limits<std::int64_t>::min()});
    }
    previous = message.seq;
    chains_.back().last = time;
    const bool live = std::any_of(message.lines.begin(), message.lines.end(),
                                  [&](const auto& said) { return said.line == line_ && said.live; });
    if (live) chains_.back().live.push_back(time);
  }
}

void Oracle::order_epochs() {
  std::sort(announcements_.begin(), announcements_.end(),
            [](const auto& a, const auto& b) { return std::tie(a.time, a.order) < std::tie(b.time, b.order); });
  for (const auto& [time, order, said] : announcements_) {
    first_announced_.try_emplace(said.epoch, time);
    if (!said.counter_start) continue;
    const auto start = count(*said.counter_start);
    const auto [old, fresh] = counter_start_.try_emplace(said.epoch, start);
    if (!fresh) old->second = std::min(old->second, start);
  }
  for (const auto& [epoch, time] : first_announced_) {
    for (const auto& [other, other_time] : first_announced_) {
      if (other > epoch && other_time < time) refused_.insert(epoch);
    }
  }
}

void Oracle::resolve_epochs() {
  for (auto& [series, readings] : readings_) {
    std::sort(readings.begin(), readings.end(),
              [](const auto& a, const auto& b) { return std::tie(a.time, a.order) < std::tie(b.time, b.order); });
    std::optional<std::int64_t> first_before;  // the first reading before any announcement
    for (auto& reading : readings) {
      if (reading.epoch) continue;
      for (const auto& said : announcements_) {
        if (std::tie(said.time, said.order) >= std::tie(reading.time, reading.order)) continue;
        reading.epoch = said.said.epoch;
        if (cell_of(said.time) == cell_of(reading.time)) reading.label = said.said.epoch;
      }
      if (!reading.epoch && !first_before) first_before = reading.time;
    }
    if (!first_before || announcements_.empty()) continue;
    const auto first_epoch = announcements_.front().said.epoch;
    const auto start = counter_start_.find(first_epoch);
    if (start != counter_start_.end() && start->second > *first_before) continue;
    for (auto& reading : readings) {
      if (!reading.epoch) reading.epoch = first_epoch;
    }
  }

  // Readings of one series, epoch and time: the larger stays.
  for (auto& [series, readings] : readings_) {
    std::vector<Seen> kept;
    for (const auto& reading : readings) {
      const auto same = std::find_if(kept.begin(), kept.end(), [&](const auto& other) {
        return other.time == reading.time && other.epoch == reading.epoch;
      });
      if (same == kept.end()) {
        kept.push_back(reading);
      } else if (same->value < reading.value) {
        same->value = reading.value;
      }
    }
    readings = std::move(kept);
  }
}

void Oracle::mark_hidden(std::vector<Seen>& readings, const SeriesSpec& spec) const {
  const auto continues = [&](const Seen& a, const Seen& b) {
    if (cell_of(a.time) != cell_of(b.time) || a.label != b.label || b.value < a.value) return false;
    return !spec.rate_limit ||
           (b.value - a.value) * spec.rate_limit->per.count() <= BigInt{spec.rate_limit->units} * (b.time - a.time);
  };
  std::size_t place = 0;  // in its run
  for (std::size_t i = 0; i < readings.size(); ++i) {
    place = i > 0 && continues(readings[i - 1], readings[i]) ? place + 1 : 0;
    const bool last = i + 1 == readings.size() || !continues(readings[i], readings[i + 1]);
    readings[i].hidden = place >= 2 && !last;
  }
}

}  // namespace songhua::rollup::oracle
