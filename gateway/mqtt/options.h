#pragma once

#include <mqtt/connect_options.h>

#include <string>

#include "mqtt/client.h"

// From our options to the library's, and from its codes to words.
namespace songhua::mqtt {

// What is wrong with the options, as far as that can be told without the network.
Result<void> check(const ConnectOptions& options);

::mqtt::connect_options library_options(const ConnectOptions& options);

// `code` is negative or, of a broker that answered, CONNACK's: return code in 3.1.1, reason code in 5.
std::string connect_failure(const ConnectOptions& options, int code);

}  // namespace songhua::mqtt
