/// Origins and Host headers, played at random: few hosts, all forms.

#include "transport/origin.h"

#include <stdexcept>

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using exercise::Sequence;
using transport::Origins;

std::string host_of(Sequence& steps) {
  return steps.of({"example.com", "example.com", "a.example.com", "Example.com", "badexample.com",
                   "a.b.example.com", "ple.com", ""});
}
std::string origin_of(Sequence& steps) {
  if (steps.below(8) == 7) return steps.of({"null", "nonsense", "", "https:", "//"});
  return steps.of({"http", "https", "ftp"}) + "://" + host_of(steps) +
         steps.of({"", ":80", ":443", ":8080"});
}
std::string entry_of(Sequence& steps) {
  if (steps.below(8) == 7) return steps.of({"example.com", "", "https://", "//", "null"});
  return steps.of({"//", "//", "http://", "https://", "ftp://"}) + steps.of({"", "*.", "", "*"}) +
         steps.of({"example.com", "example.com", "a.example.com", "Example.com"}) +
         steps.of({"", ":80", ":443", ":8080"});
}

struct Rules {
  unsigned form = 0;
  std::vector<std::string> entries;
  bool answer = false;
  std::optional<std::string> url_host;

  explicit Rules(Sequence& steps) : form(steps.below(6)) {
    for (unsigned i = form == 0 ? 1 + steps.below(3) : 0; i > 0; --i)
      entries.push_back(entry_of(steps));
    answer = steps.below(2) == 1;
    if (steps.below(2) == 1) url_host = host_of(steps);
  }
  std::string text() const {
    std::string all;
    for (const std::string& entry : entries) all += (all.empty() ? "\"" : ", \"") + entry + "\"";
    const std::vector<std::string> forms{"list({" + all + "})",
                                         "url_host()",
                                         "same_host()",
                                         "same_origin()",
                                         std::string("ask(always ") + (answer ? "yes)" : "no)"),
                                         "any()"};
    return forms[form] + (url_host ? ", url_host \"" + *url_host + "\"" : "");
  }
  Origins origins(std::string& asked) const {
    if (form == 0) return Origins::list(entries);
    if (form == 1) return Origins::url_host();
    if (form == 2) return Origins::same_host();
    if (form == 3) return Origins::same_origin();
    if (form == 5) return Origins::any();
    return Origins::ask([this, &asked](const http::Uri& origin) {
      asked = ", asked of " + origin.scheme.value_or("-") + " " + origin.host.value_or("-") + " " +
              (origin.port ? std::to_string(*origin.port) : "-");
      return answer;
    });
  }
};

/// [4] has the whole sentence.
std::string attempt(const Rules& rules, const http::Request& request) {
  try {
    std::string asked;
    const bool passes = rules.origins(asked).allow(request, rules.url_host);
    return (passes ? "passes" : "is refused") + asked;
  } catch (const std::invalid_argument& error) {
    return std::string("throws std::invalid_argument: ") + error.what();
  }
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  const Rules rules(steps);
  while (steps.next()) {
    http::Request request{.method = "GET", .target = "/"};
    request.scheme = steps.of({"http", "https"});
    if (steps.below(8) != 7) request.headers.push_back({"origin", origin_of(steps)});
    if (steps.below(6) != 5)
      request.headers.push_back({"host", host_of(steps) + steps.of({"", ":80", ":443", ":8080"})});
    std::string what = rules.text() + ": a request over " + request.scheme;
    for (const auto& [name, value] : request.headers) what += ", " + name + " \"" + value + "\"";
    switch (rules.form) {
      case 0: steps.does({1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14}, what); break;
      case 1: steps.does({5, 8, 20, 22}, what); break;
      case 2: steps.does({5, 8, 21, 23}, what); break;
      case 3: steps.does({5, 8, 15, 16, 17, 18, 19}, what); break;
      case 4: steps.does({5, 7}, what); break;
      default: steps.does({5, 6}, what);
    }
    steps.comes_of([&] { return attempt(rules, request); });
  }
}
