#pragma once

// The door of the room: the host side of Sparkplug B 3.0, pure (no I/O, no clock, no threads). The way of a message:
// topic.h parses its topic, payload.h its bytes, host_session.h says what becomes of it and which names explain it,
// resolve.h turns it into named values. host_state.h is the host's own STATE, rebirth_throttle.h the pace of requests.
#include "sparkplug/host_session.h"      // IWYU pragma: export
#include "sparkplug/host_state.h"        // IWYU pragma: export
#include "sparkplug/names.h"             // IWYU pragma: export
#include "sparkplug/payload.h"           // IWYU pragma: export
#include "sparkplug/rebirth_throttle.h"  // IWYU pragma: export
#include "sparkplug/resolve.h"           // IWYU pragma: export
#include "sparkplug/state_json.h"        // IWYU pragma: export
#include "sparkplug/topic.h"             // IWYU pragma: export
