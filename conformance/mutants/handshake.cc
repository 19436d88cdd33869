/// H: servers that let the wrong people in, or the right ones not.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/mutants/link.h"
#include "conformance/mutants/mutant.h"

namespace phx::conformance {
namespace {

constexpr const char* websocket = "/websocket";

/// The value of `vsn` in the query, or nothing.
std::optional<std::string> vsn_of(const Request& request) {
  const std::size_t at = request.target.find("vsn=");
  if (at == std::string::npos) return std::nullopt;
  const std::size_t end = std::min(request.target.find('&', at), request.target.size());
  return request.target.substr(at + 4, end - at - 4);
}

/// Asks in the second version's name if this is the one that was asked for.
void take_for_v2(Request& request, const std::string& vsn) {
  if (vsn_of(request) != vsn) return;
  request.target = replaced(request.target, "vsn=" + vsn, "vsn=2.0.0");
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ::tolower);
  return text;
}

std::optional<std::string> header(const Request& request, std::string_view wanted) {
  for (const auto& [name, value] : request.headers) {
    if (lower(name) == wanted) return value;
  }
  return std::nullopt;
}

MUTANT("accept-key-wrong", "the upgrade's answer proves nothing", "H-01") {
  return on_response(websocket, [](const Request&, Response& response) {
    for (auto& [name, value] : response.headers) {
      if (lower(name) == "sec-websocket-accept") value = accept_key("another key");
    }
  });
}

MUTANT("v2-unless-told", "without vsn the connection speaks V2", "H-02") {
  return on_request(websocket, [](Request& request) {
    if (vsn_of(request)) return;
    request.target += request.target.find('?') == std::string::npos ? "?" : "&";
    request.target += "vsn=2.0.0";
  });
}

MUTANT("v1-not-spoken", "who asks for V1 hears V2", "H-03 V-01 V-02") {
  return on_request(websocket, [](Request& request) { take_for_v2(request, "1.0.0"); });
}

MUTANT("every-version-taken", "a version that nobody speaks is taken for V2", "H-04") {
  return on_request(websocket, [](Request& request) { take_for_v2(request, "3.0.0"); });
}

MUTANT("minor-versions-taken", "2.1.0 and 1.1.0 are taken", "H-05") {
  return on_request(websocket, [](Request& request) {
    take_for_v2(request, "2.1.0");
    take_for_v2(request, "1.1.0");
  });
}

MUTANT("half-versions-taken", "a version of one or two numbers, or of none, is taken", "H-06") {
  return on_request(websocket, [](Request& request) {
    for (const char* vsn : {"abc", "2", "2.0", ""}) take_for_v2(request, vsn);
  });
}

MUTANT("refusal-with-a-body", "a refused connection is told so in words", "H-07") {
  return on_response(websocket, [](const Request&, Response& response) {
    if (response.status == 403) response.body = "Forbidden";
  });
}

MUTANT("no-error-handler", "a refusal with a reason is 403 like any other", "H-08") {
  return on_response(websocket, [](const Request&, Response& response) {
    if (response.status != 401) return;
    response.status = 403;
    response.body.clear();
  });
}

MUTANT("every-origin-taken", "nobody looks at the Origin", "H-09 H-20 H-23 P-11") {
  return on_request("/", [](Request& request) { request = request.without("origin"); });
}

MUTANT("origins-with-a-port-refused", "the Origin's port counts", "H-10") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const auto origin = header(request, "origin");
    if (!origin || origin->find(':', 6) == std::string::npos) return std::nullopt;
    return Response{403};
  }};
}

MUTANT("null-origin-taken", "a page without a host of its own is let in", "H-23") {
  return on_request(websocket, [](Request& request) {
    if (header(request, "origin") == "null") request = request.without("origin");
  });
}

MUTANT("plain-get-is-fine", "a GET that asks for no upgrade is 200", "H-11 H-20") {
  return on_response(websocket, [](const Request& request, Response& response) {
    if (response.status == 400 && request.method == "GET") response.status = 200;
  });
}

MUTANT("other-methods-405", "another method than GET is 405", "H-12 H-20") {
  return on_response(websocket, [](const Request& request, Response& response) {
    if (response.status == 400 && request.method != "GET") response.status = 405;
  });
}

MUTANT("unknown-paths-200", "a path where nothing is mounted is 200", "H-13") {
  return on_response("/", [](const Request&, Response& response) {
    if (response.status == 404) response.status = 200;
  });
}

MUTANT("parameters-lost", "connect gets no parameters but vsn and token", "H-14") {
  return on_request(websocket, [](Request& request) {
    for (const char* name : {"user_id=", "name=", "a=", "b=", "x=", "q="}) {
      request.target = replaced(request.target, name, "lost=");
    }
  });
}

MUTANT("parameters-not-decoded", "parameters stay as they were sent", "H-15") {
  return on_request(websocket, [](Request& request) {
    request.target = replaced(replaced(request.target, "%", "%25"), "+", "%2B");
  });
}

MUTANT("path-parameter-lost", "the path's segment does not reach connect", "H-16") {
  return on_request("/tenant/", [](Request& request) {
    const std::size_t end = request.target.find('/', 8);
    request.target.replace(8, end - 8, "somebody");
  });
}

MUTANT("auth-token-lost", "the token among the sub-protocols does not reach connect", "H-17") {
  return on_request("/auth/", [](Request& request) {
    request = request.without("sec-websocket-protocol").with("Sec-WebSocket-Protocol", "phoenix");
  });
}

MUTANT("every-sub-protocol-taken", "an offer of unknown sub-protocols is taken", "H-18") {
  return on_request("/subproto/",
                    [](Request& request) { request = request.without("sec-websocket-protocol"); });
}

MUTANT("user-agent-lost", "connect_info knows no user agent", "H-19") {
  return on_request(websocket, [](Request& request) { request = request.without("user-agent"); });
}

MUTANT("peer-is-another", "connect_info has another peer than the client", "H-19") {
  return on_way_down(reply, [](Message& m) {
    m.payload = replaced(m.payload, R"("peer":"127.0.0.1")", R"("peer":"127.0.0.2")");
  });
}

MUTANT("origin-before-method", "a POST from a foreign page is refused for its page", "H-20") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    if (request.method == "GET" || !header(request, "origin")) return std::nullopt;
    return Response{403};
  }};
}

MUTANT("connect-raising-is-403", "a connect that raises is 403", "H-21") {
  return on_response(websocket, [](const Request&, Response& response) {
    if (response.status == 500) response.status = 403;
  });
}

MUTANT("early-frame-lost", "a frame that comes with the upgrade is lost", "H-22") {
  return {.up = [](Link& link, Message message) {
    return link.upgraded() ? std::vector<Message>{std::move(message)} : std::vector<Message>{};
  }};
}

MUTANT("deflate-uninvited", "permessage-deflate is switched on for who did not offer it", "H-24") {
  return on_response(websocket, [](const Request& request, Response& response) {
    if (response.status != 101 || header(request, "sec-websocket-extensions")) return;
    response.headers.emplace_back("sec-websocket-extensions", "permessage-deflate");
  });
}

}  // namespace
}  // namespace phx::conformance
