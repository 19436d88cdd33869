/// Valid and refused command lines.

#include "conformance/load/bench/options.h"

#include <set>

#include "testing/case.h"

using namespace phx;
using namespace phx::bench;

namespace {

using testing::expect;
using testing::expect_eq;

struct Parsed {
  std::optional<Options> options;
  int status = 0;
};

Parsed parse(std::vector<std::string> words) {
  words.insert(words.begin(), "phx-bench");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  Parsed parsed;
  parsed.options =
      parse_options(static_cast<int>(arguments.size()), arguments.data(), parsed.status);
  return parsed;
}

Options good(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  expect(parsed.options.has_value(), fmt::format("{} is taken", fmt::join(words, " ")));
  return *parsed.options;
}

PHX_TEST("without arguments it is our own port, and all cases once") {
  const auto options = good({});
  expect_eq(options.contenders.size(), 1U);
  expect_eq(options.contenders[0].target.port, 4'000);
  expect(options.contenders[0].command.empty(), "nothing is started");
  expect_eq(options.cases.size(), all_cases().size());
  expect_eq(options.rounds, 1U);
}

PHX_TEST("a command may be started several times, as the nodes of a cluster") {
  const auto options = good({"--nodes", "2", "--only", "nodes", "--", "srv"});
  expect_eq(options.contenders[0].nodes, 2U);
  expect_eq(options.cases.size(), 4U);
  const auto two = good({"--nodes", "3", "--versus", "./b --redis redis://r", "--versus",
                         "ws://c:1/socket", "--", "./a"});
  expect_eq(two.contenders[0].nodes, 3U);
  expect_eq(two.contenders[1].nodes, 3U);
  expect_eq(two.contenders[2].nodes, 1U);  // it already runs
  expect_eq(good({}).contenders[0].nodes, 1U);
}

PHX_TEST("a URL is parsed, and its process is known if given") {
  const auto target = good({"--url", "ws://there:81/a/b/", "--pid", "7"}).contenders[0].target;
  expect_eq(target.host, "there");
  expect_eq(target.port, 81);
  expect_eq(target.websocket_path(), "/a/b/websocket?vsn=2.0.0");
  expect(target.pid == 7, "the pid");
}

PHX_TEST("an IPv6 address is in brackets, and the default port is the scheme's") {
  const auto target = good({"--url", "ws://[::1]:81/a"}).contenders[0].target;
  expect_eq(target.host, "::1");
  expect_eq(target.port, 81);
  expect_eq(good({"--url", "ws://[::1]/a"}).contenders[0].target.port, 80);
  const auto secure = good({"--url", "wss://there/a", "--insecure"}).contenders[0].target;
  expect_eq(secure.port, 443);
  expect(secure.secure && secure.tls != nullptr, "it speaks TLS");
  expect(!target.secure && target.tls == nullptr, "and ws does not");
  for (const std::string bad : {"ws://[::1/a", "ws://[::1]x:81/a", "ws://[]:81/a", "http://a"})
    expect_eq(parse({"--url", bad}).status, 2);
}

PHX_TEST("a started server uses TLS if the URL says so") {
  const auto options =
      good({"--url", "wss://x/socket", "--insecure", "--versus", "./b", "--", "./a"});
  for (const auto& contender : options.contenders) {
    expect(contender.target.tls != nullptr, contender.name);
    expect_eq(contender.target.host, "127.0.0.1");
  }
}

PHX_TEST("after -- comes the first server's command, with any words") {
  const auto options = good({"--seconds", "2", "--", "./server", "--only", "--", "{port}"});
  expect_eq(options.contenders[0].command,
            std::vector<std::string>({"./server", "--only", "--", "{port}"}));
  expect_eq(options.contenders[0].name, "./server --only -- {port}");
}

PHX_TEST(
    "--versus names other servers, by URL or by the shell's command; then there are three rounds") {
  const auto options = good({"--versus", "ws://b:1/socket", "--versus", "./c --port {port}",
                             "--versus-pid", "9", "--", "./a"});
  expect_eq(options.contenders.size(), 3U);
  expect(options.contenders[1].command.empty() && options.contenders[1].target.pid == 9, "the URL");
  expect_eq(options.contenders[2].command,
            std::vector<std::string>({"/bin/sh", "-c", "exec ./c --port {port}"}));
  expect_eq(options.rounds, 3U);
  expect_eq(good({"--versus", "./c", "--rounds", "5"}).rounds, 5U);
  expect_eq(good({"--label", "abc"}).label, "abc");
}

PHX_TEST("--only selects cases, series, and points of a series, in the order given") {
  const auto options = good({"--only", "load-1000,echo,payload"});
  expect_eq(options.cases[0].name, "load-1000");
  expect_eq(options.cases[1].name, "echo");
  expect_eq(options.cases[2].name, "payload-10");
  expect_eq(options.cases.back().x, 1'000'000.0);
}

PHX_TEST("invalid arguments are refused with status 2") {
  for (const auto& words : std::vector<std::vector<std::string>>{{"--only", "nothing"},
                                                                 {"--url", "http://x"},
                                                                 {"--url", "ws://:80/"},
                                                                 {"--versus", "tcp://x"},
                                                                 {"--"},
                                                                 {"--seconds", "0"},
                                                                 {"--what"}}) {
    const auto parsed = parse(words);
    expect(!parsed.options, fmt::format("{} is refused", fmt::join(words, " ")));
    expect_eq(parsed.status, 2);
  }
}

PHX_TEST("each case has a unique name, and a point of a series has its place") {
  std::set<std::string> names;
  for (const auto& each : all_cases()) names.insert(each.name);
  auto count = all_cases().size();
  for (const auto& series : all_series()) {
    names.insert(series.name);
    ++count;
    double before = 0;
    for (const auto& point : series.points) {
      names.insert(point.name);
      ++count;
      expect_eq(point.series, series.name);
      expect(point.x > before, "points grow");
      before = point.x;
    }
  }
  expect_eq(names.size(), count);
}

}  // namespace
