// What the thread sanitizer must not report, one reason a line; compiled in, so that tests, their child processes and a
// run by hand need no environment. Only names of the library's own inside stand here: races of ours show as ever.
#ifdef __SANITIZE_THREAD__

// The name is the sanitizer's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions();

// What the linker is told to look for (CMakeLists.txt): the sanitizer's library has a function of that name, too, and
// would do for it.
extern "C" const char songhua_web_suppressions;
const char songhua_web_suppressions = 0;

// cpp-httplib 0.11.4 comes as a shared library without instrumentation. Its function-local statics are guarded by the
// compiler, but the check of a guard inside the library is not seen, so what one thread initialised and another one
// reads later looks unordered.
extern "C" const char* __tsan_default_suppressions() {
  return
      // The matchers of its static std::regex objects (request line, Range header): initialised once, then only read.
      "race:std::_Function_handler<bool (char), std::__detail::_CharMatcher\n"
      "race:std::_Function_handler<bool (char), std::__detail::_BracketMatcher\n"
      "race:std::_Function_handler<bool (char), std::__detail::_AnyMatcher\n"
      // The static text that ends a chunked answer (listeners of events), as it is sent. Whatever else is sent there
      // was made by the sending thread.
      "race:^httplib::detail::send_socket\n";
}
// NOLINTEND(bugprone-reserved-identifier)

#endif
