#include "support/broker.h"

#include <fmt/format.h>

#include <stdexcept>

#include "support/wait.h"

namespace songhua::test {
namespace {

std::filesystem::path write_passwords(const TempDir& directory, const std::map<std::string, std::string>& users) {
  auto file = directory.file("passwords", "");
  std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  for (const auto& [name, password] : users) {
    const auto made = run("mosquitto_passwd", {"-b", file, name, password});
    if (made.status != 0) throw std::runtime_error("mosquitto_passwd: " + made.err);
  }
  return file;
}

std::string tls_lines(const Broker::Options& options) {
  if (!options.certificate) return "";
  auto lines = fmt::format("certfile {}\nkeyfile {}\n", options.certificate->string(), options.key.value().string());
  if (options.ca) lines += fmt::format("cafile {}\nrequire_certificate true\n", options.ca->string());
  return lines;
}

std::string configuration(const Broker::Options& options, const TempDir& directory, std::uint16_t port) {
  // user: started by root it would else become a user who may not read the folder.
  std::string text =
      fmt::format("user root\nlistener {} 127.0.0.1\n{}log_dest stderr\nlog_type all\n", port, tls_lines(options));
  text += "max_queued_messages 1000000\nmax_inflight_messages 1000\n";
  text += options.users.empty() ? "allow_anonymous true\n"
                                : fmt::format("allow_anonymous false\npassword_file {}\n",
                                              write_passwords(directory, options.users).string());
  if (options.persistence) {
    text += fmt::format("persistence true\npersistence_location {}/\n", directory.path().string());
    text += "autosave_interval 1\nautosave_on_changes true\n";
  }
  return text + options.more + "\n";
}

}  // namespace

Broker::Broker(const Options& options) : tls_(options.certificate.has_value()) {
  (void)directory_.file("mosquitto.conf", configuration(options, directory_, port_));
  start();
}

void Broker::start() {
  // A second one would fight with the first for the port, and win or lose by chance.
  if (process_ && process_->running()) throw std::logic_error("this broker runs already");
  process_ = std::make_unique<Process>("mosquitto", std::vector<std::string>{"-c", directory_ / "mosquitto.conf"});
  const bool up = eventually([&] { return port_answers(port_) || !process_->running(); });
  if (!up || !process_->running()) throw std::runtime_error("mosquitto does not start:\n" + log());
}

// Mosquitto forgets a SIGTERM that comes after it listens and before its loop runs (it takes the handler first and says
// "run" to itself later), so it is told again until it is gone.
void Broker::stop() {
  const bool gone = eventually([&] {
    process_->terminate();
    return process_->wait(std::chrono::milliseconds{200}).has_value();
  });
  if (!gone) throw std::runtime_error("mosquitto does not stop:\n" + log());
}

void Broker::kill_now() {
  process_->kill_now();
}

std::string Broker::uri() const {
  return fmt::format("{}://127.0.0.1:{}", tls_ ? "ssl" : "tcp", port_);
}

}  // namespace songhua::test
