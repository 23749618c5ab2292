#include "control/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace songhua::control {
namespace {

constexpr int kWaiting = 32;  // connections not accepted yet

// A socket's address holds 107 bytes, stores may lie deeper: the folder is opened and named by its descriptor.
struct Address {
  Descriptor folder;
  sockaddr_un address{};
};

Error problem_at(const std::filesystem::path& path, int error) {
  return Error{path.string() + ": " + std::strerror(error)};
}

Result<Address> address_of(const std::filesystem::path& path) {
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  Address result;
  result.folder = Descriptor(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!result.folder.open()) return problem_at(parent, errno);
  const auto name = "/proc/self/fd/" + std::to_string(result.folder.get()) + "/" + path.filename().string();
  if (name.size() >= sizeof(result.address.sun_path)) {
    return Error{path.string() + ": the name of the control socket is too long; set `control` to a shorter one"};
  }
  result.address.sun_family = AF_UNIX;
  std::memcpy(result.address.sun_path, name.c_str(), name.size() + 1);
  return result;
}

const sockaddr* generic(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.address);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Descriptor> connect_to(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path.parent_path())) return Descriptor();
  const auto address = address_of(path);
  if (!address) return address.error();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.open()) return problem_at(path, errno);
  if (::connect(socket.get(), generic(*address), sizeof(sockaddr_un)) == 0) return socket;
  if (errno == ENOENT || errno == ECONNREFUSED) return Descriptor();
  return problem_at(path, errno);
}

Result<Descriptor> listen_at(const std::filesystem::path& path) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  auto taken = connect_to(path);
  if (!taken) return taken.error();
  if (taken->open()) {
    return Error{path.string() + ": another gateway listens there; give each its own `control`"};
  }
  struct stat found {};
  if (::lstat(path.c_str(), &found) == 0) {
    if (!S_ISSOCK(found.st_mode))
      return Error{path.string() + ": is there already and no socket; set `control` to another name"};
    ::unlink(path.c_str());  // nobody answered: its gateway was killed
  }
  const auto address = address_of(path);
  if (!address) return address.error();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.open()) return problem_at(path, errno);
  // Before bind: Linux gives the file the mode of the socket, so that it is never open to others.
  if (::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0) return problem_at(path, errno);
  if (::bind(socket.get(), generic(*address), sizeof(sockaddr_un)) != 0) return problem_at(path, errno);
  if (::listen(socket.get(), kWaiting) != 0) return problem_at(path, errno);
  return socket;
}

}  // namespace songhua::control
