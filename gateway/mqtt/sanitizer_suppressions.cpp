// What the leak sanitizer must not report, one reason a line; compiled in, so that tests, their child processes and a
// run by hand need no environment. Nothing of ours is allocated by the library named here. The thread and undefined
// behaviour sanitizers need no suppression.
#ifdef __SANITIZE_ADDRESS__

// The names are the sanitizer's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
const char* __lsan_default_suppressions();
const char* __lsan_default_options();
}

// A program's own messages stay its own.
const char* __lsan_default_options() {
  return "print_suppressions=0";
}

const char* __lsan_default_suppressions() {
  return
      // Paho C 1.3.12 frees neither topic nor payload of a PUBLISH that was not yet written when its client is
      // destroyed (MQTTAsync.c:1277, MQTTProtocolClient.c:1108; at most a window of messages a lost connection), and
      // forgets the tree in which it tracks its blocks whenever the last client of a process is destroyed.
      "leak:libpaho-mqtt3as.so\n";
}
// NOLINTEND(bugprone-reserved-identifier)

#endif
