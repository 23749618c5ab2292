#include "edge_node/payload.h"

#include <pb_decode.h>
#include <pb_encode.h>

#include "edge_node/metric_wire.h"
#include "sparkplug_b.pb.h"

namespace songhua::edge_node {
namespace {

bool encode_metrics(pb_ostream_t* stream, const pb_field_t*, void* const* arg) {
  auto& source = *static_cast<MetricSource*>(*arg);
  source.rewind();
  Wire out(*stream);
  MetricOut metric;
  while (source.next(metric)) {
    if (!write_metric(out, Payload_metrics_tag, metric)) return false;
    metric = MetricOut{};
  }
  return true;
}

bool decode_name(pb_istream_t* stream, const pb_field_t*, void** arg) {
  auto& name = *static_cast<Text<96>*>(*arg);
  name.clear();  // a field that comes twice: the last one holds
  while (stream->bytes_left > 0) {
    pb_byte_t byte = 0;
    if (!pb_read(stream, &byte, 1)) return false;
    const char c = static_cast<char>(byte);
    name.append({&c, 1});
  }
  return true;
}

void get_value(const Payload_Metric& wire, Command& command) {
  using Field = Command::Field;
  switch (wire.which_value) {
    case Payload_Metric_int_value_tag:
      command.field = Field::integer;
      command.integer = static_cast<std::int32_t>(wire.value.int_value);
      break;
    case Payload_Metric_long_value_tag:
      command.field = Field::integer;
      command.integer = static_cast<std::int64_t>(wire.value.long_value);
      break;
    case Payload_Metric_float_value_tag:
      command.field = Field::real;
      command.real = static_cast<double>(wire.value.float_value);
      break;
    case Payload_Metric_double_value_tag:
      command.field = Field::real;
      command.real = wire.value.double_value;
      break;
    case Payload_Metric_boolean_value_tag:
      command.field = Field::boolean;
      command.integer = wire.value.boolean_value ? 1 : 0;
      break;
    case Payload_Metric_string_value_tag:
      command.field = Field::string;
      command.text = wire.value.string_value;
      break;
    default:
      break;
  }
}

bool decode_metric(pb_istream_t* stream, const pb_field_t*, void** arg) {
  Command command;
  Payload_Metric wire = Payload_Metric_init_zero;
  wire.name.funcs.decode = decode_name;
  wire.name.arg = &command.name;
  if (!pb_decode(stream, Payload_Metric_fields, &wire)) return false;
  if (wire.has_alias) command.alias = wire.alias;
  command.null = wire.has_is_null && wire.is_null;
  get_value(wire, command);
  static_cast<CommandSink*>(*arg)->command(command);
  return true;
}

}  // namespace

std::size_t encode(std::span<std::uint8_t> out, std::optional<std::uint64_t> timestamp,
                   std::optional<std::uint64_t> seq, MetricSource& metrics) {
  Payload payload = Payload_init_zero;
  payload.has_timestamp = timestamp.has_value();
  payload.timestamp = timestamp.value_or(0);
  payload.has_seq = seq.has_value();  // seq 0 must be written, or the host sees none
  payload.seq = seq.value_or(0);
  payload.metrics.funcs.encode = encode_metrics;
  payload.metrics.arg = &metrics;
  pb_ostream_t stream = pb_ostream_from_buffer(out.data(), out.size());
  return pb_encode(&stream, Payload_fields, &payload) ? stream.bytes_written : 0;
}

bool decode_commands(std::span<const std::uint8_t> bytes, CommandSink& sink) {
  Payload payload = Payload_init_zero;
  payload.metrics.funcs.decode = decode_metric;
  payload.metrics.arg = &sink;
  pb_istream_t stream = pb_istream_from_buffer(bytes.data(), bytes.size());
  return pb_decode(&stream, Payload_fields, &payload);
}

}  // namespace songhua::edge_node
