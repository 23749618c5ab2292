#include <cstdint>
#include <cstdlib>
#include <string>

#include "forward/batch.h"

// What gateway and centre read from each other's broker. The first byte names the reader; all is refused with a reason,
// or means what it means when it is written again.
using namespace songhua;
using namespace songhua::forward;

namespace {

template <typename T>
void check(const Checked<T>& read) {
  const auto* refused = std::get_if<Refused>(&read);
  if (refused != nullptr && refused->text.empty()) std::abort();
}

void batch(std::string_view bytes) {
  const auto read = decode_batch(bytes);
  check(read);
  const auto* batch = std::get_if<Batch>(&read);
  if (batch == nullptr) return;
  const auto again = decode_batch(encode_batch(*batch));
  if (!std::holds_alternative<Batch>(again) || std::get<Batch>(again).records != batch->records) std::abort();
  WireDictionary dictionary;
  dictionary.lines.push_back({"L", {}});
  dictionary.sources.emplace_back("G/E");
  for (const auto& record : batch->records) (void)check_record(record, dictionary);
}

void dictionary(std::string_view bytes) {
  const auto read = decode_dictionary(bytes);
  check(read);
  const auto* dictionary = std::get_if<WireDictionary>(&read);
  if (dictionary == nullptr) return;
  const auto again = decode_dictionary(encode_dictionary(*dictionary));
  if (!std::holds_alternative<WireDictionary>(again)) std::abort();
  if (std::get<WireDictionary>(again).lines != dictionary->lines) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      batch(bytes);
      break;
    case 1:
      dictionary(bytes);
      break;
    case 2:
      check(open_envelope(bytes));
      break;
    case 3: {
      const auto sealed = open_dictionary_envelope(bytes);
      check(sealed);
      if (const auto* inner = std::get_if<SignedDictionary>(&sealed)) check(inflate_dictionary(*inner));
      break;
    }
    case 4:
      if (const auto ack = decode_ack(bytes); !ack && ack.error().message.empty()) std::abort();
      break;
    case 5:
      if (const auto since = decode_resync(bytes); !since && since.error().message.empty()) std::abort();
      break;
    default:
      if (const auto topic = parse_topic(bytes);
          topic && topic_of(topic->enterprise, topic->gateway, topic->channel) != bytes)
        std::abort();
  }
  return 0;
}
