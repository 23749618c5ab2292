#include "edge_node/host_state.h"

namespace songhua::edge_node {
namespace {

constexpr int kMaxDepth = 8;

// A reader of just enough JSON: every method consumes what it names, or returns false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool token(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view w) {
    skip_blanks();
    if (!rest_.starts_with(w)) return false;
    rest_.remove_prefix(w.size());
    return true;
  }
  bool string(std::string_view& content) {
    if (!token('"')) return false;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const auto c = static_cast<unsigned char>(rest_[i]);
      if (c < 0x20) return false;
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        content = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }
  bool integer(std::int64_t& value) {
    skip_blanks();
    value = 0;
    std::size_t digits = 0;
    while (digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9') {
      if (digits == 18) return false;  // beyond any time
      value = value * 10 + (rest_[digits++] - '0');
    }
    if (digits == 0 || (digits > 1 && rest_[0] == '0')) return false;
    rest_.remove_prefix(digits);
    return rest_.empty() || (rest_.front() != '.' && rest_.front() != 'e' && rest_.front() != 'E');
  }
  bool anything(int depth = 0) {
    std::string_view ignored;
    if (depth > kMaxDepth) return false;
    if (word("true") || word("false") || word("null")) return true;
    skip_blanks();
    if (rest_.empty()) return false;
    if (rest_.front() == '"') return string(ignored);
    if (token('[')) return token(']') || list(']', depth, false);
    if (token('{')) return token('}') || list('}', depth, true);
    return number();
  }
  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

 private:
  bool list(char end, int depth, bool keys) {
    do {
      std::string_view key;
      if (keys && !(string(key) && token(':'))) return false;
      if (!anything(depth + 1)) return false;
    } while (token(','));
    return token(end);
  }
  bool number() {
    std::size_t n = 0;
    while (n < rest_.size() && std::string_view{"+-.eE0123456789"}.find(rest_[n]) != std::string_view::npos) ++n;
    rest_.remove_prefix(n);
    return n > 0;
  }
  void skip_blanks() {
    while (!rest_.empty() && std::string_view{" \t\r\n"}.find(rest_.front()) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view rest_;
};

}  // namespace

std::optional<HostState> parse_host_state(std::string_view json) {
  Scanner in(json);
  HostState state;
  bool online_seen = false, timestamp_seen = false;
  if (!in.token('{')) return std::nullopt;
  do {
    std::string_view key;
    if (!in.string(key) || !in.token(':')) return std::nullopt;
    if (key == "online") {
      state.online = in.word("true");
      if (!state.online && !in.word("false")) return std::nullopt;
      online_seen = true;
    } else if (key == "timestamp") {
      if (!in.integer(state.timestamp)) return std::nullopt;
      timestamp_seen = true;
    } else if (!in.anything()) {
      return std::nullopt;
    }
  } while (in.token(','));
  if (!in.token('}') || !in.at_end() || !online_seen || !timestamp_seen) return std::nullopt;
  return state;
}

}  // namespace songhua::edge_node
