#pragma once

#include "edge_node/payload.h"
#include "edge_node/wire.h"

namespace songhua::edge_node {

// One metric as field `tag` of the message that the stream is in. Fields go in the order of their tags, as any other
// encoder of protobuf writes them: a gateway that decodes and encodes again gets these very bytes.
bool write_metric(Wire& out, std::uint32_t tag, const MetricOut& metric);

}  // namespace songhua::edge_node
