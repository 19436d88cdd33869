/// H and P: servers that check a client only once, and each request as if it were the only one.

#include <utility>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

bool has_token(const Request& request) {
  return request.target.find("token=") != std::string::npos ||
         request.header("x-phoenix-longpoll-token").has_value();
}
bool is_poll(const Request& request) {
  return request.target.find("/longpoll") != std::string::npos;
}

MUTANT("some-mounts-ask-nobody", "one mount does not check the origin", "H-47") {
  return on_request("/deflate/", [](Request& request) { request = request.without("origin"); });
}

MUTANT("tokens-for-origins", "with a session's token the origin is not checked", "P-44") {
  return on_request("/longpoll", [](Request& request) {
    if (has_token(request)) request = request.without("origin");
  });
}

MUTANT("sessions-speak-version-2", "without vsn a session speaks version 2", "P-45") {
  return on_request("/longpoll", [](Request& request) {
    if (has_token(request) || request.target.find("vsn=") != std::string::npos) return;
    request.target += request.target.find('?') == std::string::npos ? "?" : "&";
    request.target += "vsn=2.0.0";
  });
}

MUTANT("ten-sessions-a-connection", "the eleventh session of a connection is its first", "P-46") {
  return {.response = [](Link& link, const Request& request, Response& response) {
    if (!is_poll(request) || has_token(request) || request.method != "GET") return;
    std::string& opened = link.notes["opened"];
    if (opened.empty()) link.notes["first"] = response.body;
    opened += "+";
    if (opened.size() > 10) response.body = link.notes["first"];
  }};
}

MUTANT("no-upgrade-behind-a-page", "a connection that has served a page can't become a websocket",
       "P-47") {
  return {.request = [](Link& link, Request& request) -> std::optional<Response> {
    const bool upgrade = request.header("upgrade").has_value();
    const bool served = !std::exchange(link.notes["served"], "yes").empty();
    if (upgrade && served) return Response{400};
    return std::nullopt;
  }};
}

MUTANT("fifty-requests-a-segment", "after the fiftieth request a connection gets 400", "P-48") {
  return {.request = [](Link& link, Request&) -> std::optional<Response> {
    std::string& requests = link.notes["requests"];
    requests += "+";
    if (requests.size() > 50) return Response{400};
    return std::nullopt;
  }};
}

}  // namespace
}  // namespace phx::conformance
