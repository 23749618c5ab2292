#include "ingest/translator.h"

#include <algorithm>
#include <sstream>

namespace songhua::ingest {
namespace {

using sparkplug::Problem;
using sparkplug::ResolvedMetric;

std::string device_key(const sparkplug::Topic& topic) {
  std::string key(topic.group);
  key += '/';
  key += topic.node;
  if (!topic.device.empty()) {
    key += '/';
    key += topic.device;
  }
  return key;
}

std::string name_for_people(const ResolvedMetric& metric) {
  if (!metric.name.empty()) return sparkplug::is_utf8(metric.name) ? std::string(metric.name) : "(name is no UTF-8)";
  return "metric " + std::to_string(metric.index);
}

// Nearly all factors are one, and a 128-bit division costs more than all else that is done with a value.
std::optional<Quantity> scaled(int128 value, Fraction factor) {
  return factor.is_one() ? std::optional(value) : scale_floor(value, factor);
}

// The wire value as an exact integer of base units; none where its type has no number.
std::optional<Quantity> as_quantity(const sparkplug::Value& value, Fraction factor) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) return scaled(*i, factor);
  if (const auto* u = std::get_if<std::uint64_t>(&value)) return scaled(static_cast<int128>(*u), factor);
  if (const auto* b = std::get_if<bool>(&value)) return scaled(*b ? 1 : 0, factor);
  if (const auto* d = std::get_if<double>(&value)) {
    const auto fixed = Fixed9::from_double(*d);
    if (!fixed) return std::nullopt;
    const auto units = scaled(fixed->units, factor);
    return units ? std::optional(floor_div(*units, Fixed9::kOne)) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Fixed9> as_fixed(const sparkplug::Value& value, Fraction factor) {
  std::optional<Fixed9> fixed;
  if (const auto* d = std::get_if<double>(&value)) {
    fixed = Fixed9::from_double(*d);
  } else if (const auto whole = as_quantity(value, {1, 1})) {
    const auto units = checked_mul(*whole, Fixed9::kOne);
    if (units) fixed = Fixed9{*units};
  }
  if (!fixed || factor.is_one()) return fixed;
  const auto units = scale_floor(fixed->units, factor);
  return units ? std::optional(Fixed9{*units}) : std::nullopt;
}

}  // namespace

struct Translator::Context {
  UnixMillis received;
  std::size_t metrics = 0;  // of the message
  bool historical = false;
  const Roles* roles = nullptr;            // of the share, once one of its metrics was met
  std::vector<rollup::LineMessage> lines;  // ascending by index; mostly one
  std::vector<Refusal> refusals;
  bool unknown = false;
  // Counter Epoch and Counter Start of the message; they hold for all its lines.
  std::map<rollup::LineIndex, std::optional<UnixMillis>> starts;

  rollup::LineMessage& line(rollup::LineIndex index) {
    auto it = std::lower_bound(lines.begin(), lines.end(), index,
                               [](const rollup::LineMessage& m, rollup::LineIndex wanted) { return m.line < wanted; });
    if (it == lines.end() || it->line != index) {
      it = lines.emplace(it);
      it->line = index;
      if (lines.size() == 1) it->readings.reserve(metrics);
    }
    return *it;
  }
  void refuse(std::string reason, const ResolvedMetric& metric) {
    refusals.push_back({std::move(reason), name_for_people(metric)});
  }
};

Translator::Translator(storage::Store& store, lines::Mapping mapping, TimeLimits limits, Millis gap)
    : store_(store), mapping_(std::move(mapping)), limits_(limits), gap_(gap) {}

std::vector<UnixMillis> Translator::minutes_of_all(const sparkplug::Payload& payload, UnixMillis received) const {
  std::vector<UnixMillis> minutes{floor_to(received, kMinute)};
  const auto add = [&](std::uint64_t stamp) {
    if (stamp > static_cast<std::uint64_t>(count_of(received + limits_.future))) return;
    const auto time = unix_millis(static_cast<std::int64_t>(stamp));
    if (time >= limits_.floor) minutes.push_back(floor_to(time, kMinute));
  };
  if (payload.has_timestamp()) add(payload.timestamp());
  for (const auto& metric : payload.metrics()) {
    if (metric.has_timestamp()) add(metric.timestamp());
  }
  std::ranges::sort(minutes);
  minutes.erase(std::unique(minutes.begin(), minutes.end()), minutes.end());
  return minutes;
}

void Translator::reset() {
  by_share_.clear();
  by_name_.clear();
  silence_.clear();
  last_births_.clear();
}

void Translator::adopt(lines::Mapping mapping) {
  mapping_ = std::move(mapping);
  reset();
}

std::vector<std::string> Translator::reasons() {
  std::vector<std::string> all{"wrong_datatype", "negative",          "implausible_state", "future",
                               "past",           "implausible_start", "message_time"};
  for (auto i = static_cast<int>(Problem::no_name); i <= static_cast<int>(Problem::too_deep); ++i) {
    all.emplace_back(to_string(static_cast<Problem>(i)));
  }
  return all;
}

Translator::LastBirth& Translator::last_birth(const std::string& device) {
  const auto [it, added] = last_births_.try_emplace(device);
  if (!added) return it->second;
  if (const auto fact = store_.fact(kBirthFact + device)) {  // "RECEIVED SHARE"
    std::istringstream text(*fact);
    std::int64_t received = 0;
    std::uint64_t share = 0;
    if (text >> received >> share) it->second = {unix_millis(received), share};
  }
  return it->second;
}

void Translator::note_birth(const sparkplug::Topic& topic, const sparkplug::DeviceNames& share, UnixMillis received) {
  const auto device = device_key(topic);
  auto& last = last_birth(device);
  if (received < last.received) return;
  if (last.share != share.id()) by_share_.erase(device);
  last = {received, share.id()};
  store_.set_fact(kBirthFact + device, std::to_string(count_of(received)) + ' ' + std::to_string(share.id()));
}

Translator::Role Translator::role_of(const lines::MetricSource& source, Silence silence, bool datatype_implied,
                                     Known known) {
  auto match = mapping_.match(source, {silence, gap_});
  // DATA names no datatype. Where it comes before the birth that explains it, a counter's width is what is known of it:
  // whether a fall is a wrap must not depend on which message came last.
  if (auto* met = std::get_if<lines::SeriesMetric>(&match.meaning); met != nullptr && datatype_implied) {
    const auto* there = store_.dictionary().find_series(met->spec.line, met->spec.key, met->spec.kind);
    if (there != nullptr && met->spec.width == 0) met->spec.width = there->width;
  }
  Role role;
  for (const auto* spec : match.series()) {
    auto said = *spec;
    const auto* there = store_.dictionary().find_series(spec->line, spec->key, spec->kind);
    if (known == Known::stays && there != nullptr) said.width = there->width;
    role.series.push_back(store_.dictionary().series(said));
  }
  const bool of_line = !role.series.empty() || std::holds_alternative<lines::StateMetric>(match.meaning) ||
                       std::holds_alternative<lines::CounterEpochMetric>(match.meaning) ||
                       std::holds_alternative<lines::CounterStartMetric>(match.meaning);
  if (of_line) {
    role.line = store_.dictionary().line(match.line);
    role.has_line = true;
  }
  role.meaning = std::move(match.meaning);
  return role;
}

Translator::SaidOfSilence& Translator::silence_of(const std::string& device) {
  const auto [it, added] = silence_.try_emplace(device);
  if (!added) return it->second;
  if (const auto fact = store_.fact(kSilenceFact + device)) {  // "unchanged", "unknown"; RECEIVED
    std::istringstream text(*fact);
    std::string value;
    std::int64_t received = 0;
    if (text >> value >> received)
      it->second = {value == "unchanged" ? Silence::unchanged : Silence::unknown, unix_millis(received)};
  }
  return it->second;
}

void Translator::learn_silence(const sparkplug::Topic& topic, const std::string& value, UnixMillis received) {
  const auto device = device_key(topic);
  const auto silence = value == "unchanged" ? Silence::unchanged : Silence::unknown;
  auto& said = silence_of(device);
  if (received < said.received) return;
  const bool same = said.silence == silence;
  said = {silence, received};
  store_.set_fact(kSilenceFact + device,
                  (silence == Silence::unchanged ? "unchanged " : "unknown ") + std::to_string(count_of(received)));
  if (same) return;
  by_share_.erase(device);
  std::erase_if(by_name_, [&](const auto& entry) { return entry.first.starts_with(device + '\n'); });
}

const Translator::Roles& Translator::roles_of(const sparkplug::Topic& topic, const sparkplug::DeviceNames& share) {
  const auto device = device_key(topic);
  auto& roles = by_share_[device][share.id()];
  if (!roles) {
    roles = std::make_unique<Roles>();
    const auto silence = silence_of(device).silence;
    const auto known = last_birth(device).share == share.id() ? Known::is_replaced : Known::stays;
    for (const auto& def : share.all()) {
      auto role = role_of({topic.group, topic.node, topic.device, def.name, def.datatype}, silence, false, known);
      if (role.has_line && !role.series.empty()) roles->lines.insert(role.line);
      roles->metrics.push_back(std::move(role));
    }
  }
  return *roles;
}

const Translator::Role& Translator::role_of_name(const sparkplug::Topic& topic, const ResolvedMetric& metric) {
  const auto device = device_key(topic);
  auto& role = by_name_[device + '\n' + std::string(metric.name)];
  if (!role) {
    const auto known = last_birth(device).share != 0 ? Known::stays : Known::is_replaced;
    role = std::make_unique<Role>(role_of({topic.group, topic.node, topic.device, metric.name, metric.datatype},
                                          silence_of(device).silence, metric.datatype_implied, known));
  }
  return *role;
}

const Translator::Role& Translator::role_of_metric(const sparkplug::Topic& topic, const sparkplug::DeviceNames* share,
                                                   const ResolvedMetric& metric, Context& context) {
  if (share && metric.def) {
    const auto index = metric.def - share->all().data();
    if (index >= 0 && index < static_cast<std::ptrdiff_t>(share->all().size())) {
      if (!context.roles) context.roles = &roles_of(topic, *share);
      return context.roles->metrics[static_cast<std::size_t>(index)];
    }
  }
  return role_of_name(topic, metric);
}

void Translator::take_series(const Role& role, const ResolvedMetric& metric, UnixMillis time, Context& context) {
  const auto& spec = std::get<lines::SeriesMetric>(role.meaning).spec;
  rollup::MappedReading reading;
  reading.series = role.series.front();
  reading.time = reading.interval_start = time;
  reading.is_void = true;
  if (spec.kind == SeriesKind::amount) reading.ordinal = metric.index;
  if (!metric.is_null && metric.usable()) {
    std::optional<int128> value;
    if (spec.kind == SeriesKind::gauge || spec.kind == SeriesKind::rate) {
      if (const auto fixed = as_fixed(metric.value, spec.factor)) value = fixed->units;
    } else {
      value = as_quantity(metric.value, spec.factor);
    }
    if (!value) {
      context.refuse("wrong_datatype", metric);
    } else if (spec.kind == SeriesKind::totalizer && *value < 0) {
      context.refuse("negative", metric);
    } else {
      reading.value = *value;
      reading.is_void = false;
    }
  }
  context.line(role.line).readings.push_back(reading);
}

void Translator::take_state(const Role& role, const ResolvedMetric& metric, UnixMillis time, Context& context) {
  const auto& meaning = std::get<lines::StateMetric>(role.meaning);
  const lines::StateMetric::State* state = nullptr;
  if (!metric.is_null && metric.usable()) {
    if (const auto* text = std::get_if<std::string_view>(&metric.value)) {
      state = meaning.find(*text);
    } else if (const auto code = as_quantity(metric.value, {1, 1});
               code && *code >= INT64_MIN && *code <= INT64_MAX && !std::holds_alternative<double>(metric.value)) {
      state = meaning.find(static_cast<std::int64_t>(*code));
    }
    if (!state) context.refuse("implausible_state", metric);
  }
  auto& line = context.line(role.line);
  if (state) line.states.push_back({time, state->packml});
  // Of two states of one instant the larger code stays, as for failures; none at all stands behind any.
  const auto rank = state ? 1 + static_cast<std::size_t>(state->packml) * role.series.size() + state->time : 0;
  for (std::size_t i = 0; i < role.series.size(); ++i) {
    rollup::MappedReading reading;
    reading.series = role.series[i];
    reading.time = reading.interval_start = time;
    reading.ordinal = static_cast<std::uint32_t>(rank);
    const bool inside = state && state->time == i;
    // Time of an unknown state is not observed: no state gains it.
    reading.value = inside ? int128{lines::StateMetric::kMillisPerHour} * Fixed9::kOne : 0;
    line.readings.push_back(reading);
  }
}

void Translator::take(const sparkplug::Topic& topic, const sparkplug::DeviceNames* share, const ResolvedMetric& metric,
                      Context& context) {
  if (metric.is_historical) context.historical = true;
  if (metric.problem == Problem::unknown_alias || metric.problem == Problem::unknown_name ||
      metric.problem == Problem::alias_of_other_device) {
    context.unknown = true;
  }
  const bool nameless = metric.name.empty() || metric.problem == Problem::invalid_utf8;
  if (!metric.usable()) context.refuse(std::string(to_string(metric.problem)), metric);
  if ((nameless && !metric.def) || metric.is_transient) return;

  const Role& role = role_of_metric(topic, share, metric, context);
  if (std::holds_alternative<lines::UnmappedMetric>(role.meaning) ||
      std::holds_alternative<lines::IgnoredMetric>(role.meaning) ||
      std::holds_alternative<lines::PropertyMetric>(role.meaning) ||
      std::holds_alternative<lines::SilenceMetric>(role.meaning)) {
    return;
  }
  const auto time = metric.time.value_or(context.received);
  if (time > context.received + limits_.future) return context.refuse("future", metric);
  if (time < limits_.floor) return context.refuse("past", metric);

  if (std::holds_alternative<lines::SeriesMetric>(role.meaning)) return take_series(role, metric, time, context);
  if (std::holds_alternative<lines::StateMetric>(role.meaning)) return take_state(role, metric, time, context);
  const auto value = metric.is_null || !metric.usable() ? std::nullopt : as_quantity(metric.value, {1, 1});
  if (!value || *value < INT64_MIN || *value > INT64_MAX) {
    if (!metric.is_null && metric.usable()) context.refuse("wrong_datatype", metric);
    return;
  }
  if (std::holds_alternative<lines::CounterEpochMetric>(role.meaning)) {
    auto& line = context.line(role.line);
    line.epoch = rollup::AnnouncedEpoch{static_cast<rollup::Epoch>(*value), time, std::nullopt};
  } else if (std::holds_alternative<lines::CounterStartMetric>(role.meaning)) {
    const auto start = unix_millis(static_cast<std::int64_t>(*value));
    if (start < limits_.floor || start > context.received + limits_.future)
      return context.refuse("implausible_start", metric);
    context.starts[role.line] = start;
  }
}

Translation Translator::again(const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                              const sparkplug::NameTable* names, Take how, UnixMillis received) {
  learns_ = false;
  auto translation = translate(topic, payload, names, how, received);
  learns_ = true;
  return translation;
}

Translation Translator::translate(const sparkplug::Topic& topic, const sparkplug::Payload& payload,
                                  const sparkplug::NameTable* names, Take how, UnixMillis received) {
  if (how == Take::completed) {
    const auto told = translate(topic, payload, nullptr, Take::named, received).refusals;
    auto whole = translate(topic, payload, names, Take::whole, received);
    std::erase_if(whole.refusals,
                  [&](const Refusal& refusal) { return std::ranges::find(told, refusal) != told.end(); });
    return whole;
  }
  sparkplug::ResolveOptions options;
  options.only_named = how == Take::named;
  options.is_birth = sparkplug::is_birth(topic.type);
  sparkplug::resolve(payload, topic.device, names, options, resolved_);
  const auto* share = names ? names->device(topic.device) : nullptr;

  if (options.is_birth && learns_) {
    // A birth that waits for another says all the same what its metrics are: the width of a counter must not depend on
    // how much of a recording is known.
    const auto own = share != nullptr ? nullptr : sparkplug::DeviceNames::of_birth(std::string(topic.device), payload);
    note_birth(topic, share != nullptr ? *share : *own, received);
    for (const auto& metric : resolved_.metrics) {
      if (metric.name != "Properties/Silence" || !metric.usable()) continue;
      if (const auto* text = std::get_if<std::string_view>(&metric.value))
        learn_silence(topic, std::string(*text), received);
    }
    if (own) (void)roles_of(topic, *own);
  }

  Context context;
  context.received = received;
  context.metrics = resolved_.metrics.size();
  for (const auto& metric : resolved_.metrics) take(topic, share, metric, context);
  if (share) {
    // A message that carries none of the line's metrics is heard all the same; silence is judged by it.
    const auto& roles = context.roles ? *context.roles : roles_of(topic, *share);
    for (const auto line : roles.lines) context.line(line);
  }

  Translation translation;
  translation.refusals = std::move(context.refusals);
  translation.unknown_metrics = context.unknown;
  auto message = std::make_shared<rollup::SourceMessage>();
  const auto time = resolved_.time.value_or(received);
  const bool plausible = time <= received + limits_.future && time >= limits_.floor;
  message->time = plausible ? time : received;
  if (!plausible && payload.has_timestamp()) translation.refusals.push_back({"message_time", format_utc(time)});
  if (payload.has_seq() && payload.seq() <= 255) message->seq = static_cast<std::uint8_t>(payload.seq());
  message->starts_session = topic.type == sparkplug::MessageType::nbirth;
  const bool live = (options.is_birth || sparkplug::is_data(topic.type)) && !context.historical;
  for (auto& line : context.lines) {
    line.live = live;
    if (!line.epoch) continue;
    if (const auto start = context.starts.find(line.line); start != context.starts.end())
      line.epoch->counter_start = start->second;
  }
  message->lines = std::move(context.lines);
  translation.message = std::move(message);
  return translation;
}

}  // namespace songhua::ingest
