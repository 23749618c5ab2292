#include "sparkplug/resolve.h"

#include <cmath>

namespace songhua::sparkplug {
namespace {

constexpr std::uint64_t kLastMillisOf9999 = 253'402'300'799'999;
constexpr std::uint32_t kLookups = 64;

bool deeper_than(const PropertySet& set, int levels);
bool deeper_than(const pb::Payload_Template& t, int levels);

bool deeper_than(const Metric& m, int levels) {
  return (m.has_properties() && deeper_than(m.properties(), levels)) ||
         (m.has_template_value() && deeper_than(m.template_value(), levels));
}
bool deeper_than(const PropertySet& set, int levels) {
  if (levels == 0) return true;
  for (const auto& value : set.values()) {
    if (value.has_propertyset_value() && deeper_than(value.propertyset_value(), levels - 1)) return true;
    for (const auto& inner : value.propertysets_value().propertyset())
      if (deeper_than(inner, levels - 1)) return true;
  }
  return false;
}
bool deeper_than(const pb::Payload_Template& t, int levels) {
  if (levels == 0) return true;
  for (const auto& member : t.metrics())
    if (deeper_than(member, levels - 1)) return true;
  return false;
}

Problem problem_of(ValueProblem problem) {
  switch (problem) {
    case ValueProblem::none:
      return Problem::none;
    case ValueProblem::absent:
      return Problem::no_value;
    case ValueProblem::unknown_datatype:
      return Problem::unknown_datatype;
    case ValueProblem::wrong_field:
      return Problem::wrong_datatype;
    case ValueProblem::out_of_range:
      return Problem::out_of_range;
    case ValueProblem::bad_array:
      return Problem::bad_array;
  }
  return Problem::wrong_datatype;
}

class Resolver {
 public:
  Resolver(const Payload& payload, std::string_view device, const NameTable* names, const ResolveOptions& options,
           ResolvedMessage& out)
      : payload_(payload),
        names_(names),
        share_(names != nullptr ? names->device(device) : nullptr),
        options_(options),
        out_(out) {}

  void metric(const Metric& m, std::uint32_t index) {
    if (options_.only_named && waits_for_birth(m)) return;
    auto& r = out_.metrics.emplace_back();
    r.index = index;
    r.is_historical = m.is_historical();
    r.is_transient = m.is_transient();
    r.is_null = m.is_null();
    name(m, r);
    time(m, r);
    if (r.usable()) value(m, r);
    if (!r.usable()) r.value = std::monostate{};
  }

 private:
  void time(const Metric& m, ResolvedMetric& r) {
    const bool has_any = m.has_timestamp() || payload_.has_timestamp();
    const auto stamp = m.has_timestamp() ? m.timestamp() : payload_.timestamp();
    if (!has_any) return;
    if (stamp <= kLastMillisOf9999)
      r.time = unix_millis(static_cast<std::int64_t>(stamp));
    else if (r.usable())
      r.problem = Problem::bad_time;
  }

  // The birth's own metric says all itself; elsewhere the alias wins over the name.
  void name(const Metric& m, ResolvedMetric& r) {
    r.name = m.name();
    if (!m.has_alias() && (!m.has_name() || m.name().empty())) {
      r.problem = Problem::no_name;
    } else if (m.has_name() && !is_utf8(m.name())) {
      r.problem = Problem::invalid_utf8;
    } else if (options_.is_birth) {
      if (m.name().empty())
        r.problem = Problem::no_name;
      else
        r.def = share_ != nullptr ? share_->by_name(m.name()) : nullptr;
    } else if (m.has_alias()) {
      by_alias(m, r);
    } else {
      by_name(m, r);
    }
  }

  void by_alias(const Metric& m, ResolvedMetric& r) {
    r.def = share_ != nullptr ? share_->by_alias(m.alias()) : nullptr;
    if (r.def != nullptr) {
      if (m.has_name() && m.name() != r.def->name) ++out_.alias_name_clash;
      r.name = r.def->name;
      return;
    }
    if (m.has_name() && !m.name().empty()) return by_name(m, r);
    // Looking through all devices is for the reason only, so a message full of unknown aliases gets it for its first
    // few.
    const bool look = names_ != nullptr && out_.unknown < kLookups;
    r.problem =
        look && names_->owner_of(m.alias()) != nullptr ? Problem::alias_of_other_device : Problem::unknown_alias;
    ++out_.unknown;
  }

  void by_name(const Metric& m, ResolvedMetric& r) {
    if (share_ == nullptr) return;
    r.def = share_->by_name(m.name());
    if (r.def != nullptr) return;
    r.problem = Problem::unknown_name;
    ++out_.unknown;
  }

  std::optional<std::uint32_t> datatype(const Metric& m, const ResolvedMetric& r) {
    const bool from_birth = r.def != nullptr && r.def->datatype != pb::Unknown && !options_.is_birth;
    if (from_birth) {
      if (m.has_datatype() && m.datatype() != r.def->datatype) ++out_.datatype_clash;
      return r.def->datatype;
    }
    return m.has_datatype() ? std::optional(m.datatype()) : std::nullopt;
  }

  void value(const Metric& m, ResolvedMetric& r) {
    const auto type = datatype(m, r);
    r.datatype = type.value_or(pb::Unknown);
    r.datatype_implied = !type.has_value();
    if (deeper_than(m, options_.max_depth)) {
      r.problem = Problem::too_deep;
      return;
    }
    if (r.is_null) return;  // null wins over a value
    const auto wire = wire_value(m);
    auto in = interpret(wire, type);
    if (in.problem != ValueProblem::none) {
      r.problem = problem_of(in.problem);
      return;
    }
    if (!type) r.datatype = implied(wire.field);
    if (const auto* d = std::get_if<double>(&in.value); d != nullptr && !std::isfinite(*d))
      r.problem = Problem::nan_or_inf;
    else if (const auto* s = std::get_if<std::string_view>(&in.value); s != nullptr && !is_utf8(*s))
      r.problem = Problem::invalid_utf8;
    else
      r.value = in.value;
  }

  // What a field means where nothing names a datatype.
  static std::uint32_t implied(Field field) {
    switch (field) {
      case Field::int_value:
        return pb::Int32;
      case Field::long_value:
        return pb::Int64;
      case Field::float_value:
        return pb::Float;
      case Field::double_value:
        return pb::Double;
      case Field::boolean_value:
        return pb::Boolean;
      case Field::string_value:
        return pb::String;
      case Field::bytes_value:
        return pb::Bytes;
      case Field::dataset_value:
        return pb::DataSet;
      case Field::template_value:
        return pb::Template;
      default:
        return pb::Unknown;
    }
  }

  const Payload& payload_;
  const NameTable* names_;
  const DeviceNames* share_;
  const ResolveOptions& options_;
  ResolvedMessage& out_;
};

}  // namespace

void resolve(const Payload& payload, std::string_view device, const NameTable* names, const ResolveOptions& options,
             ResolvedMessage& out) {
  out.metrics.clear();
  out.time.reset();
  out.alias_name_clash = out.datatype_clash = out.unknown = 0;
  if (payload.has_timestamp() && payload.timestamp() <= kLastMillisOf9999)
    out.time = unix_millis(static_cast<std::int64_t>(payload.timestamp()));
  Resolver resolver(payload, device, names, options, out);
  for (int i = 0; i < payload.metrics_size(); ++i) resolver.metric(payload.metrics(i), static_cast<std::uint32_t>(i));
}

std::string_view to_string(Problem problem) {
  switch (problem) {
    case Problem::none:
      return "none";
    case Problem::no_name:
      return "no_name";
    case Problem::unknown_alias:
      return "unknown_alias";
    case Problem::alias_of_other_device:
      return "alias_of_other_device";
    case Problem::unknown_name:
      return "unknown_name";
    case Problem::no_value:
      return "no_value";
    case Problem::wrong_datatype:
      return "wrong_datatype";
    case Problem::out_of_range:
      return "out_of_range";
    case Problem::unknown_datatype:
      return "unknown_datatype";
    case Problem::bad_array:
      return "bad_array";
    case Problem::invalid_utf8:
      return "invalid_utf8";
    case Problem::nan_or_inf:
      return "nan_or_inf";
    case Problem::bad_time:
      return "bad_time";
    case Problem::too_deep:
      return "too_deep";
  }
  return "?";
}

}  // namespace songhua::sparkplug
