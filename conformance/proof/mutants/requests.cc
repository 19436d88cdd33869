/// H and P: servers that read requests or write answers badly.

#include <algorithm>
#include <optional>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

/// Requests of this kind get this answer, and the server does not.
Tamper answered(bool (*which)(const Link&, const Request&), Response answer) {
  return {.request = [which, answer](Link& link, Request& request) -> std::optional<Response> {
    if (!which(link, request)) return std::nullopt;
    return answer;
  }};
}

MUTANT("whole-uris-nowhere", "a target that is a whole URI is 404", "H-44") {
  return answered([](const Link&, const Request& r) { return !r.target.starts_with('/'); },
                  Response{404});
}

MUTANT("fragments-are-a-part-of-the-target", "a target with a fragment is 404", "H-46") {
  return answered(
      [](const Link&, const Request& r) { return r.target.find('#') != std::string::npos; },
      Response{404});
}

MUTANT("hosts-without-brackets", "an IPv6 address is refused as a host", "H-45") {
  return answered(
      [](const Link&, const Request& r) { return r.header("host").value_or("").starts_with('['); },
      Response{400});
}

MUTANT("handshakes-without-a-key", "a handshake needs no key", "H-11 H-27") {
  return on_request("/websocket", [](Request& request) {
    const bool asks = lower(request.header("upgrade").value_or("")) == "websocket";
    if (asks && !request.header("sec-websocket-key")) {
      request = request.with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
  });
}

MUTANT("closes-not-heeded", "a connection stays open although its request asks to close it",
       "P-35") {
  return on_request("/longpoll", [](Request& request) { request = request.without("connection"); });
}

MUTANT("posts-overtake-polls", "a post after a held poll is answered first", "P-37") {
  return answered(
      [](const Link& link, const Request& r) { return r.method == "POST" && link.asked(); },
      Response{200, {{"content-type", "application/json"}}, R"({"status":200})"});
}

MUTANT("empty-lines-end-it", "an empty line before a request ends the connection", "P-38") {
  return {.no_request = [](Link& link) { link.cut(); }};
}

MUTANT("slow-readers-cut", "a part of a large answer is left out", "P-39") {
  return on_response("/longpoll", [](const Request&, Response& response) {
    constexpr std::size_t at_once = 2'500'000;
    if (response.body.size() > 2 * at_once - 100) response.body.erase(at_once, 100);
  });
}

MUTANT("nobody-told-to-go-on", "a client that waits for 100 Continue never gets it", "P-42") {
  return {.tells_to_go_on = false};
}

MUTANT("chunks-and-a-length", "a request may have both a length and chunks", "P-41") {
  return answered(
      [](const Link&, const Request& r) {
        return r.header("transfer-encoding").has_value() && !r.body.empty();
      },
      Response{200, {{"content-type", "application/json"}}, R"({"status":200})"});
}

}  // namespace
}  // namespace phx::conformance
