/// Globs, releases, addresses, and words in braces.

#include <algorithm>

#include "conformance/suite/core/command_line.h"
#include "conformance/suite/core/glob.h"
#include "conformance/suite/core/options.h"
#include "conformance/suite/core/release.h"
#include "conformance/suite/core/rule.h"
#include "conformance/suite/core/words.h"
#include "conformance/suite/wire/url.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

PHX_TEST("a star matches any characters, a question mark one, and case is ignored") {
  expect(glob_matches("J-*", "J-08"), "J-*");
  expect(glob_matches("*", "J-08"), "*");
  expect(glob_matches("?-0?", "J-08"), "?-0?");
  expect(glob_matches("j-08", "J-08"), "j-08");
  expect(glob_matches("*-*8", "J-08"), "*-*8");
  expect(glob_matches("*[\"1\",null]*", "got [\"1\",null]"), "brackets stand for themselves");
  expect(glob_matches("a\\?", "a\\b"), "and so does a backslash");
  expect(!glob_matches("J-0", "J-08"), "the whole id must match");
  expect(!glob_matches("J-08?", "J-08"), "a question mark needs a character");
  expect(!glob_matches("", "J-08"), "an empty pattern matches only an empty text");
}

PHX_TEST("1.8 and 1.7 stand for the last release of each line") {
  expect_eq(parse_release("1.8")->text(), std::string("1.8.12"));
  expect_eq(parse_release("1.7")->text(), std::string("1.7.24"));
  expect_eq(parse_release("1.8.3")->text(), std::string("1.8.3"));
  expect(*parse_release("1.7") < *parse_release("1.8.0"), "1.7 is older");
  for (const char* wrong : {"", "2.0", "1.80", "1.8.", "1.8.x", "1.8.1.2"}) {
    expect(!parse_release(wrong).has_value(), std::string("no release is called ") + wrong);
  }
}

PHX_TEST("a change in both lines is in the last of 1.7, and not in the first of 1.8") {
  const auto limited = [](const char* release) { return *parse_release(release) >= limits_topics; };
  expect(!limited("1.7.23") && limited("1.7.24"), "1.7.24 brought it");
  expect(!limited("1.8.0") && !limited("1.8.8") && limited("1.8.9"), "1.8.9 brought it");
  expect(*parse_release("1.7.24") < reads_auth_tokens, "a change only in 1.8 is not in 1.7");
}

PHX_TEST("an address is split into host, port and path") {
  expect_eq(parse_url("ws://localhost:4000/socket/")->text(),
            std::string("ws://localhost:4000/socket"));
  expect_eq(parse_url("ws://h/tenant/a/socket")->port, 80);
  expect_eq(parse_url("wss://h/socket")->text(), std::string("wss://h:443/socket"));
  expect_eq(parse_url("wss://h/socket")->on_this_machine(5).text(),
            std::string("wss://127.0.0.1:5/socket"));
  expect_eq(parse_url("wss://h:1/s")->origin(), std::string("https://h:1"));
  for (const char* wrong : {"http://h:1/s", "ws://", "ws://:1/s", "ws://h:x/s", "ws://h:0/s",
                            "ws://h:99999/s", "ws://h:1/s?vsn=2.0.0", "ws://::1/s"}) {
    expect(!parse_url(wrong).has_value(), std::string("no address: ") + wrong);
  }
}

PHX_TEST("an IPv6 address is in brackets, and connected to without them") {
  expect_eq(parse_url("ws://[::1]:4000/socket")->address(), std::string("::1"));
  expect_eq(parse_url("ws://[::1]:4000/socket")->authority(), std::string("[::1]:4000"));
  expect_eq(parse_url("ws://[::1]/socket")->port, 80);
  expect_eq(parse_url("ws://localhost/socket")->address(), std::string("localhost"));
}

PHX_TEST("all but the unreserved characters are percent-encoded") {
  expect_eq(percent_encoded("a-Z_0.~ é+&"), std::string("a-Z_0.~%20%C3%A9%2B%26"));
}

PHX_TEST("words in braces are replaced once, other braces are JSON's") {
  Words words = common_words();
  words["topic"] = "room:{ok}";
  expect_eq(filled(R"(["{topic}",{},{"a":{any}}])", words),
            std::string(R"(["room:{ok}",{},{"a":"{any}"}])"));
  expect_eq(filled("{ok", words), std::string("{ok"));
}

PHX_TEST("every rule belongs to a section and has a source") {
  const auto rules = all_rules();
  expect(!rules.empty(), "there are rules");
  for (const Rule& rule : rules) {
    expect(rule.id.size() == 4 && rule.id[1] == '-', rule.id + " is an id");
    expect(!rule.source.empty() && !rule.sentence.empty(), rule.id + " says what and where");
  }
}

std::variant<Options, Goodbye> parsed(std::vector<const char*> words) {
  words.insert(words.begin(), "phx-conformance");
  return parse_options(static_cast<int>(words.size()), words.data());
}

PHX_TEST("a command line becomes options, and the one line that runs a rule again") {
  const auto options = std::get<Options>(parsed(
      {"--only", "J-*,K-01", "--core", "--params", R"({"t":"a b","n":1})", "--", "srv", "{port}"}));
  expect_eq(options.only, std::vector<std::string>{"J-*", "K-01"});
  expect_eq(options.params.size(), std::size_t{2});
  expect_eq(options.command, std::vector<std::string>{"srv", "{port}"});
  expect_eq(options.again("J-01"),
            std::string(R"(phx-conformance --core --params '{"t":"a b","n":1}' --only J-01)"
                        R"( -- srv '{port}')"));
}

PHX_TEST("the line that runs a rule again leaves out options for selection, repeats and reports") {
  const auto options = std::get<Options>(
      parsed({"--repeat", "3", "--shuffle", "--seed=7", "--json", "r.json", "--html=h", "--strict",
              "--header", "X-Who: it's me", "--fail-fast", "--skip", "J"}));
  expect_eq(options.again("K-01"),
            std::string(R"(phx-conformance --strict --header 'X-Who: it'\''s me' --only K-01)"));
}

PHX_TEST("a rule that broke on another axis than V2 is run again only on that") {
  const auto options = std::get<Options>(parsed({"--axis", "v1,longpoll"}));
  expect(!options.wants(Axis::v2) && options.wants(Axis::v1), "--axis chooses");
  expect_eq(options.again("J-01"), std::string("phx-conformance --only J-01"));
  expect_eq(options.again("J-01", Axis::v1), std::string("phx-conformance --only J-01 --axis v1"));
}

PHX_TEST("a cluster's nodes are several URLs, or a command started several times") {
  const auto two = std::get<Options>(parsed({"--url", "ws://a/s", "--url", "ws://b/s"}));
  expect_eq(two.url.text(), std::string("ws://a:80/s"));
  expect_eq(two.nodes.at(0).text(), std::string("ws://b:80/s"));
  expect(two.wants(Axis::cluster), "they are also judged as a cluster");
  const auto three = std::get<Options>(parsed({"--nodes", "3", "--", "srv"}));
  expect(three.copies == 3 && three.wants(Axis::cluster), "so is a command");
  expect(!std::get<Options>(parsed({})).wants(Axis::cluster), "one node is not a cluster");
}

PHX_TEST("every rule is first judged in V2 over a websocket, unless it needs many nodes") {
  bool further = false;
  for (const Rule& rule : all_rules()) {
    const Axis first = rule.section() == 'M' ? Axis::cluster : Axis::v2;
    expect(rule.axes.front() == first, rule.id);
    expect(std::adjacent_find(rule.axes.begin(), rule.axes.end()) == rule.axes.end(),
           rule.id + " has each axis once");
    further = further || rule.axes.size() > 1;
  }
  expect(further, "some hold on others, too");
}

PHX_TEST("parameters are a query or a JSON object") {
  expect_eq(*parse_params("a=b&c=d%20e+f&g="), Pairs({{"a", "b"}, {"c", "d e f"}, {"g", ""}}));
  expect_eq(*parse_params(R"({"a":"b","n":1})"), Pairs({{"a", "b"}, {"n", "1"}}));
  expect(parse_params("")->empty(), "none is none");
  for (const char* wrong : {"a", "=b", "a=b&c", "[1]", "7"}) {
    expect(!parse_params(wrong).has_value(), std::string("no parameters: ") + wrong);
  }
}

PHX_TEST("a header is a name and a value on one line") {
  expect_eq(parse_header("X-Token:  abc: d")->second, std::string("abc: d"));
  for (const char* wrong : {"X-Token", ": x", "X Token: x", "X: a\r\nY: b"}) {
    expect(!parse_header(wrong).has_value(), std::string("no header: ") + wrong);
  }
}

PHX_TEST("help is not an error, and any mistake is a usage error") {
  expect_eq(std::get<Goodbye>(parsed({"--help"})).status, static_cast<int>(Exit::passed));
  expect(std::get<Goodbye>(parsed({"--help"})).text.find("Which rules:") != std::string::npos,
         "help is in groups");
  for (const std::vector<const char*>& wrong :
       std::vector<std::vector<const char*>>{{"--bogus"},
                                             {"--url", "http://x"},
                                             {"--ca", "/nowhere.pem"},
                                             {"--ca", "/dev/null"},
                                             {"--ca", "/dev/null", "--insecure"},
                                             {"--profile", "3"},
                                             {"--axis", "v3"},
                                             {"--axis", "cluster"},
                                             {"--nodes", "2"},
                                             {"--nodes", "0", "--", "srv"},
                                             {"--params", "[]"},
                                             {"--join-params", "{"},
                                             {"--timeout-scale", "0"},
                                             {"--"},
                                             {"--header", "no colon"},
                                             {"--repeat", "0"},
                                             {"--color", "pink"}}) {
    expect_eq(std::get<Goodbye>(parsed(wrong)).status, static_cast<int>(Exit::usage));
  }
}

}  // namespace
