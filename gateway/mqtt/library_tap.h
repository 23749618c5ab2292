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
  explicit operator bool() const { return descriptor_ >= 0; }
  // Ends both directions at once, whoever else holds the connection.
  void shut_down();

 private:
  int descriptor_ = -1;
};

// Listens to the library's trace, a public callback, while a CONNECT is under way. Two things can be learnt from it
// that the library tells nowhere else:
//
// - The socket. The library cannot end a connection without DISCONNECT (destroying a client sends one, too, which takes
//   the will back), so drop() shuts the socket down itself. The library hides it, but on the very thread that then
//   calls the connect token's listener it traces "<socket> <client id> <- CONNACK rc: <n>".
// - When to wake the receive thread. It waits in poll() up to a second for sockets that it knows. Where others are
// quiet,
//   a new one stays unknown for up to a second, and another second passes until it is seen to be writable and CONNECT
//   goes out. "Connect pending" is traced as soon as the new socket is in the list: a signal then ends the first wait.
//   (The second cannot be ended: the library ignores what is writable when poll() is interrupted.)
//
// While no CONNECT is under way the trace is off: by default the library formats a line per packet into a buffer that
// nobody reads.
class LibraryTap {
 public:
  // One for each CONNECT under way. Thread-safe.
  LibraryTap();
  ~LibraryTap();
  LibraryTap(const LibraryTap&) = delete;
  LibraryTap& operator=(const LibraryTap&) = delete;

  // The socket whose CONNACK this thread saw last.
  [[nodiscard]] static Socket duplicate_of_last_connack();
};

}  // namespace songhua::mqtt
