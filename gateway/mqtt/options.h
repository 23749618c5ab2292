#pragma once

#include <mqtt/connect_options.h>

#include <functional>
#include <string>

#include "mqtt/client.h"

// From our options to the library's, and from its codes to words.
namespace songhua::mqtt {

// What is wrong with the options, as far as that can be told without the network.
Result<void> check(const ConnectOptions& options);

// `tls_error` is called on the library's threads with a line of OpenSSL's.
::mqtt::connect_options library_options(const ConnectOptions& options,
                                        std::function<void(const std::string&)> tls_error);

// `code` is the library's return code or, in 3.1.1, CONNACK's; `reason` is MQTT 5's or 0.
std::string connect_failure(const ConnectOptions& options, int code, int reason, const std::string& tls_error);

}  // namespace songhua::mqtt
