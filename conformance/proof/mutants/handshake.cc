/// H: servers that accept the wrong clients, or refuse the right ones.

#include <fmt/format.h>

#include <algorithm>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

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

/// Replaces this version by the second one in the request.
void take_for_v2(Request& request, const std::string& vsn) {
  if (vsn_of(request) != vsn) return;
  request.target = replaced(request.target, "vsn=" + vsn, "vsn=2.0.0");
}

MUTANT("accept-key-wrong", "the upgrade's answer has a wrong accept key", "H-01") {
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

MUTANT("v1-not-spoken", "a client that asks for V1 gets V2", "H-03 V-01 V-02") {
  return on_request(websocket, [](Request& request) { take_for_v2(request, "1.0.0"); });
}

MUTANT("every-version-taken", "an unknown version is accepted as V2", "H-04") {
  return on_request(websocket, [](Request& request) { take_for_v2(request, "3.0.0"); });
}

MUTANT("minor-versions-taken", "2.1.0 and 1.1.0 are accepted", "H-05") {
  return on_request(websocket, [](Request& request) {
    take_for_v2(request, "2.1.0");
    take_for_v2(request, "1.1.0");
  });
}

MUTANT("half-versions-taken", "a version of one or two numbers, or of none, is accepted", "H-06") {
  return on_request(websocket, [](Request& request) {
    for (const char* vsn : {"abc", "2", "2.0", ""}) take_for_v2(request, vsn);
  });
}

MUTANT("refusal-with-a-body", "a refused connection gets a body", "H-07") {
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

MUTANT("every-origin-taken", "the Origin is not checked", "H-09 H-20 H-23 P-11") {
  return on_request("/", [](Request& request) { request = request.without("origin"); });
}

MUTANT("origins-with-a-port-refused", "the Origin's port counts", "H-10") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const auto origin = request.header("origin");
    if (!origin || origin->find(':', 6) == std::string::npos) return std::nullopt;
    return Response{403};
  }};
}

MUTANT("null-origin-taken", "a page without a host is accepted", "H-23") {
  return on_request(websocket, [](Request& request) {
    if (request.header("origin") == "null") request = request.without("origin");
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

MUTANT("unknown-paths-200", "a path without a mount is 200", "H-13") {
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

MUTANT("every-sub-protocol-taken", "an offer of unknown sub-protocols is accepted", "H-18") {
  return on_request("/subproto/",
                    [](Request& request) { request = request.without("sec-websocket-protocol"); });
}

MUTANT("user-agent-lost", "connect_info lacks the user agent", "H-19") {
  return on_request(websocket, [](Request& request) { request = request.without("user-agent"); });
}

MUTANT("peer-is-another", "connect_info has another peer than the client", "H-19") {
  return on_way_down(reply, [](Message& m) {
    m.payload = replaced(m.payload, R"("peer":"127.0.0.1")", R"("peer":"127.0.0.2")");
  });
}

MUTANT("origin-before-method", "a POST from a foreign page is refused for its origin", "H-20") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    if (request.method == "GET" || !request.header("origin")) return std::nullopt;
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

MUTANT("deflate-uninvited", "permessage-deflate is used with a client that did not offer it",
       "H-24") {
  return on_response(websocket, [](const Request& request, Response& response) {
    if (response.status != 101 || request.header("sec-websocket-extensions")) return;
    response.headers.emplace_back("sec-websocket-extensions", "permessage-deflate");
  });
}

MUTANT("lookalike-origins-taken", "an origin that contains the allowed host is accepted", "H-23") {
  return on_request(websocket, [](Request& request) {
    const auto origin = request.header("origin");
    if (origin && origin->find("localhost") != std::string::npos) {
      request = request.without("origin");
    }
  });
}

MUTANT("origins-blind-to-case", "an origin's letter case is ignored", "H-25") {
  return on_request(websocket, [](Request& request) {
    const auto origin = request.header("origin");
    if (origin) request = request.without("origin").with("Origin", lower(*origin));
  });
}

MUTANT("connection-must-be-upgrade", "a Connection header that lists more than Upgrade is refused",
       "H-26") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const auto connection = request.header("connection");
    const bool listed = connection && connection->find(',') != std::string::npos;
    return listed ? std::optional(Response{400}) : std::nullopt;
  }};
}

MUTANT("half-handshakes-completed", "missing headers of an upgrade request are assumed",
       "H-27 H-11") {
  return on_request(websocket, [](Request& request) {
    for (const auto& [name, value] : {std::pair("connection", "Upgrade"),
                                      {"upgrade", "websocket"},
                                      {"sec-websocket-version", "13"}}) {
      request = request.without(name).with(name, value);
    }
    if (!request.header("sec-websocket-key")) {
      request = request.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
  });
}

MUTANT("answer-without-upgrade", "the 101 lacks the protocol that it switches to", "H-28") {
  return on_response(websocket, [](const Request&, Response& response) {
    std::erase_if(response.headers, [](const auto& h) { return lower(h.first) == "upgrade"; });
  });
}

MUTANT("pieces-of-requests-refused", "a request that comes in pieces ends its connection", "H-29") {
  return {.in_pieces = [](Link& link) {
    if (!link.upgraded()) link.cut();
  }};
}

MUTANT("slashes-count", "a path with an extra slash is 404", "H-30") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const std::string path = request.target.substr(0, request.target.find('?'));
    const bool too_many = path.ends_with('/') || path.find("//") != std::string::npos;
    return too_many ? std::optional(Response{404}) : std::nullopt;
  }};
}

MUTANT("paths-blind-to-case", "letter case in the path is ignored", "H-43") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const auto query = std::find(request.target.begin(), request.target.end(), '?');
    std::transform(request.target.begin(), query, request.target.begin(), ::tolower);
    return std::nullopt;
  }};
}

MUTANT("first-parameter-counts", "of a duplicate parameter the first counts", "H-31") {
  return on_request(websocket, [](Request& request) {
    request.target = replaced(request.target, "a=1&a=2", "a=1");
  });
}

MUTANT("brackets-do-not-nest", "brackets in a parameter's name are part of it", "H-31") {
  return on_request(websocket, [](Request& request) {
    request.target = replaced(request.target, "[b]", "%5Bb");
  });
}

MUTANT("bad-queries-taken", "a query that is not valid UTF-8 is accepted", "H-32") {
  return on_request(
      websocket, [](Request& request) { request.target = replaced(request.target, "%ff", "x"); });
}

MUTANT("path-parameter-encoded-twice", "a path segment does not reach connect as it was sent",
       "H-33") {
  return on_request("/tenant/", [](Request& request) {
    request.target = replaced(request.target, "%20", "%2520");
  });
}

MUTANT("uninvited-sub-protocol", "a sub-protocol is chosen although none is configured", "H-34") {
  return on_response("/socket/websocket", [](const Request& request, Response& response) {
    const auto offer = request.header("sec-websocket-protocol");
    if (offer) response.headers.emplace_back("sec-websocket-protocol", *offer);
  });
}

MUTANT("auth-token-needs-padding", "an auth token whose base64 lacks its padding is lost", "H-35") {
  return on_request("/auth/", [](Request& request) {
    const auto offer = request.header("sec-websocket-protocol");
    if (!offer || (offer->size() - offer->rfind('.') - 1) % 4 == 0) return;
    request = request.without("sec-websocket-protocol").with("Sec-WebSocket-Protocol", "phoenix");
  });
}

MUTANT("bad-auth-token-is-403", "an auth token that is not base64 is refused with 403", "H-36") {
  return on_response("/auth/", [](const Request&, Response& response) {
    if (response.status == 500) response.status = 403;
  });
}

MUTANT("strangers-come-to-connect", "connect is called before the origin is checked", "H-37") {
  return on_request("token=raise", [](Request& request) {
    request = request.without("origin").without("sec-websocket-protocol");
  });
}

MUTANT("every-deflate-offer-taken", "unknown parameters are agreed on", "H-38") {
  return on_request("/deflate/", [](Request& request) {
    const auto offer = request.header("sec-websocket-extensions");
    if (!offer) return;
    request = request.without("sec-websocket-extensions")
                  .with("Sec-WebSocket-Extensions", replaced(*offer, "; foo", ""));
  });
}

MUTANT("deflate-promises-not-kept", "a smaller window is agreed on, and not kept", "H-39") {
  return {.request =
              [](Link& link, Request& request) {
                const auto offer = request.header("sec-websocket-extensions");
                if (offer && offer->find("server_max") != std::string::npos) {
                  link.notes["promised"] = "yes";
                  request = request.without("sec-websocket-extensions")
                                .with("Sec-WebSocket-Extensions", "permessage-deflate");
                }
                return std::optional<Response>{};
              },
          .response =
              [](Link& link, const Request&, Response& response) {
                if (link.notes["promised"].empty()) return;
                for (auto& [name, value] : response.headers) {
                  if (lower(name) == "sec-websocket-extensions") {
                    value = "permessage-deflate; server_max_window_bits=9";
                  }
                }
              }};
}

MUTANT("absent-headers-are-empty", "a missing user agent is an empty text", "H-41") {
  return {.down = [](Link&, Message m) {
    m.payload = replaced(m.payload, R"("user_agent":null)", R"("user_agent":"")");
    return std::vector<Message>{std::move(m)};
  }};
}

MUTANT("small-heads-alone", "a request of more than two kilobytes is refused", "H-42") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    const bool large = request.text().size() - request.body.size() > 2'048;
    return large ? std::optional(Response{431}) : std::nullopt;
  }};
}

}  // namespace
}  // namespace phx::conformance
