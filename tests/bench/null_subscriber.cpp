// A Paho subscriber that does nothing: what receiving alone costs. songhua_null_subscriber URI MESSAGES; prints "up",
// then "done" when so many have come, and waits to be killed.
#include <mqtt/async_client.h>

#include <atomic>
#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto wanted = std::strtoull(argv[2], nullptr, 10);
  mqtt::async_client client(argv[1], "null-subscriber");
  std::atomic<unsigned long long> count{0};
  client.set_message_callback([&](const mqtt::const_message_ptr&) {
    if (++count == wanted) std::cout << "done" << std::endl;
  });
  mqtt::connect_options options;
  options.set_clean_session(true);
  client.connect(options)->wait();
  client.subscribe("spBv1.0/#", 1)->wait();
  std::cout << "up" << std::endl;
  std::atomic<bool> forever{true};
  forever.wait(true);
}
