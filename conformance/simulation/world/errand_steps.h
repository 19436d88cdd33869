#pragma once
/// \file
/// The steps of which errands are made.

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "conformance/simulation/world/stranger.h"

namespace phx::simulation {

/// Those of sessions that poll, and of what is said once a websocket is open: parts of errands().
void add_polls(std::vector<Errand>& all);
void add_messages(std::vector<Errand>& all);

namespace steps {

using Step = Errand::Step;
using Texts = std::vector<std::string>;

inline constexpr const char* accepted = "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
inline constexpr const char* upgrade =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

inline std::string head(const std::string& line, const std::string& headers,
                        const std::string& host = "{server}") {
  return line + " HTTP/1.1\r\nHost: " + host + "\r\n" + headers + "\r\n";
}
inline Step ask(const std::string& line, Texts due, const std::string& headers = "",
                const std::string& host = "{server}") {
  return {Step::request, head(line, headers, host), std::move(due)};
}
/// On the connection of the request before.
inline Step go_on(const std::string& line, Texts due, const std::string& headers = "") {
  return {Step::next_request, head(line, headers), std::move(due)};
}
inline Step open(const std::string& target, Texts due, const std::string& headers = "",
                 const std::string& host = "{server}") {
  return ask("GET " + target, std::move(due), upgrade + headers, host);
}
/// Its websocket opens.
inline Step enter(const std::string& target = "/guest/websocket?vsn=2.0.0",
                  const std::string& headers = "") {
  return open(target, {"101", accepted}, headers);
}
inline Step say(std::string text, Texts due) {
  return {Step::text, std::move(text), std::move(due)};
}
inline Step post(const std::string& target, const std::string& body, Texts due,
                 const std::string& headers = "") {
  return {
      Step::request,
      head("POST " + target, headers + fmt::format("Content-Length: {}\r\n", body.size())) + body,
      std::move(due)};
}
/// A post is answered once its session has it: what the channel says to it comes later.
inline Step wait() { return {Step::wait, "", {}}; }
inline constexpr const char* lines = "Content-Type: application/x-ndjson\r\n";

inline const std::string joined = R"(["1","1","hall:a","phx_reply",{"response":{"kind":"public",)";
inline Step join(const std::string& topic = "hall:a") {
  return say(R"(["1","1",")" + topic + R"(","phx_join",{}])",
             {R"(["1","1",")" + topic + R"(","phx_reply",{"response":{"kind":)"});
}

}  // namespace steps
}  // namespace phx::simulation
