#pragma once

namespace songhua::mqtt {

// Owns a duplicate of a connection's file descriptor. A duplicate, because the number of the original may belong to
// another file a moment after the library has closed it.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { reset(); }

  void reset();
  // Ends both directions at once, whoever else holds the connection. False: there is none.
  bool shut_down();

 private:
  int descriptor_ = -1;
};

// Finds the socket of a connection. The library offers no way to end a connection without DISCONNECT (destroying a
// client sends one, too, which takes the will back), so drop() has to shut the socket down itself, and the library
// hides it. What it does tell, through its public trace callback and on the very thread that then calls the connect
// token's listener, is a line "<socket> <client id> <- CONNACK rc: <n>". The tap reads the number there.
//
// The tap also keeps the library's trace off while no CONNECT is under way: by default it formats a line per packet
// into a buffer that nobody reads.
class SocketTap {
 public:
  // One for each CONNECT under way. Thread-safe.
  SocketTap();
  ~SocketTap();
  SocketTap(const SocketTap&) = delete;
  SocketTap& operator=(const SocketTap&) = delete;

  // The socket whose CONNACK this thread saw last.
  [[nodiscard]] static Socket duplicate_of_last_connack();
};

}  // namespace songhua::mqtt
