#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "imports/line_splitter.h"
#include "model/calendar.h"
#include "model/result.h"
#include "model/time.h"

// MQTT frames recorded by others: one JSON object a line, in order of arrival, with "topic", "base64" and optionally
// "time" (ISO 8601) or "offset_ms" (since the recording began). Other keys are passed over.
namespace songhua::imports {

struct Frame {
  std::string topic;
  std::string payload;
  std::optional<UnixMillis> time;  // received at
  std::optional<Millis> offset;    // received so long after the recording's start
  std::size_t line = 0;            // in the file, from 1
};

// One line. `zone`: of a "time" without an offset.
[[nodiscard]] Result<Frame> parse_frame(std::string_view line, const TimeZone& zone);

// Reads a file in chunks of any size; blank lines are skipped. Memory is bounded by the longest line (32 MiB; a longer
// one is rejected). Not thread-safe.
class FramesReader {
 public:
  using OnFrame = std::function<void(Frame&& frame)>;
  using OnReject = std::function<void(std::size_t line, std::string_view text, const std::string& reason)>;

  FramesReader(const TimeZone& zone, OnFrame on_frame, OnReject on_reject);
  void feed(std::string_view chunk);
  void finish();

 private:
  void take(std::string_view text, std::size_t line, bool too_long);

  TimeZone zone_;
  OnFrame on_frame_;
  OnReject on_reject_;
  LineSplitter splitter_;
};

}  // namespace songhua::imports
