/// The lowest layer: base64 both ways, and log lines that stay one line each.

#include <limits>

#include "base/base64.h"
#include "base/log.h"
#include "base/number.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("base64 keeps every byte, whatever the length") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    expect_eq(base64::decode(base64::encode(bytes)).value(), bytes);
    expect_eq(base64::url_decode(base64::url_encode(bytes)).value(), bytes);
    bytes += static_cast<char>(i);
  }
}

PHX_TEST("base64 for URLs has no plus, no slash and no padding") {
  expect_eq(base64::url_encode("\xfb\xff\xfe?"), std::string("-__-Pw"));
  expect_eq(base64::encode("\xfb\xff\xfe?"), std::string("+//+Pw=="));
}

PHX_TEST("invalid base64 is refused") {
  for (const char* text : {"a", "ab=", "a===", "ab c", "ab\n=", "=abc", "YQ=a"}) {
    expect(!base64::decode(text), std::string("\"") + text + "\" is refused");
  }
  expect(!base64::url_decode("a+b/"), "the standard alphabet is refused in a URL");
}

PHX_TEST("control characters are escaped, so a text can't start a new log line") {
  expect_eq(one_line("a\nERROR forged\x7f"), std::string("a\\x0aERROR forged\\x7f"));
}

PHX_TEST("terminal escapes and invalid UTF-8 are escaped too") {
  expect_eq(one_line("\u009b2J \u2028 é\x9b\xff"),
            std::string("\\xc2\\x9b2J \\xe2\\x80\\xa8 é\\x9b\\xff"));
}

PHX_TEST("a long text is cut between two characters, and its size is added") {
  expect_eq(one_line(std::string(499, 'a') + "éb"), std::string(499, 'a') + "é… (502 bytes)");
  expect_eq(one_line(std::string(500, 'a')), std::string(500, 'a'));
}

PHX_TEST("a value can't forge a field") {
  std::string line;
  const Log log = Log::to(Level::info, [&](Level, const std::string& told) { line = told; });
  log.info("a", {{"b", "c status=200"}, {"d", "\"e\""}, {"f", "g h"}, {"i", "j=\"k\" l"}});
  expect_eq(line, std::string(R"(a b="c status=200" d="\"e\"" f="g h" i="j=\"k\" l")"));
}

PHX_TEST("a log's reader gets the lines of its level and above, with their levels") {
  std::vector<std::string> lines;
  const Log log = Log::to(Level::warn, [&](Level level, const std::string& line) {
    lines.push_back((level == Level::error ? "error: " : "warn: ") + line);
  });
  log.info("too light");
  log.warn("a {} b", {{"key", "1\n2"}});
  log.error("c");
  expect_eq(lines, std::vector<std::string>{"warn: a {} b key=1\\x0a2", "error: c"});
}

PHX_TEST("the error for an unknown log level names the valid ones") {
  const std::string text = expect_throw<std::invalid_argument>([] { level_of("loud"); });
  expect_eq(text,
            std::string("expected a log level (debug, info, warn, error or off), got \"loud\""));
}

PHX_TEST("a line carries the fields of the innermost scope, and no field twice") {
  struct Named final : LogSubject {
    explicit Named(std::string n) : name(std::move(n)) {}
    Metadata log_metadata() const override { return {{"name", name}, {"kind", "test"}}; }
    std::string name;
  };
  std::vector<std::string> lines;
  const Log log =
      Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); });
  const Named outer("outer"), inner("in\nner");
  {
    const LogScope about(outer);
    log.info("one");
    {
      const LogScope more(inner);
      log.info("two");
    }
    log.info("three", {{"name", "own"}});
  }
  log.info("four");
  expect_eq(lines,
            std::vector<std::string>{"one name=outer kind=test", "two name=in\\x0aner kind=test",
                                     "three name=own kind=test", "four"});
}

PHX_TEST("a number too large for a double becomes infinity, one too small becomes zero") {
  expect_eq(to_double("-1.5e3"), -1'500.0);
  expect_eq(to_double("5e-324"), std::numeric_limits<double>::denorm_min());
  expect_eq(to_double("1e-400"), 0.0);
  expect_eq(to_double("1e400"), std::numeric_limits<double>::infinity());
}
