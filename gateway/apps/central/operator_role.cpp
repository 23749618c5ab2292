#include "operator_role.h"

#include "commands.h"

namespace songhua::centre_program {
namespace {

// 128 bits in base64 are 22 characters, in hexadecimal digits 32.
constexpr std::size_t kShortest = 16;

forward::Digest digest_of(const std::filesystem::path& file) {
  const auto text = read_file(file);
  const auto token = text.substr(0, text.find_first_of("\r\n"));
  if (token.size() < kShortest) {
    throw Failure{kUsage, file.string() + ": the operator's token is the first line, at least " +
                              std::to_string(kShortest) + " characters; `openssl rand -hex 32` makes one"};
  }
  return forward::Digest::of(token);
}

}  // namespace

OperatorRole::OperatorRole(const std::filesystem::path& token_file) : digest_(digest_of(token_file)) {}

bool OperatorRole::admits(std::string_view token) const {
  const auto other = forward::Digest::of(token);
  unsigned difference = 0;
  for (std::size_t i = 0; i < digest_.bytes.size(); ++i) {
    difference |= static_cast<unsigned>(digest_.bytes.at(i)) ^ static_cast<unsigned>(other.bytes.at(i));
  }
  return difference == 0;
}

}  // namespace songhua::centre_program
