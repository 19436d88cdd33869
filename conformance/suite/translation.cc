/// Turns arrays into objects and back.

#include "conformance/suite/translation.h"

#include <fmt/format.h>

#include <stdexcept>

namespace phx::conformance {
namespace {

constexpr std::size_t elements = 5;  // join_ref, ref, topic, event, payload

Json message_of(std::string_view v2) {
  const auto message = parse_json(v2);
  if (message && json_array_size(message->get()) == elements) return *message;
  throw std::logic_error(
      fmt::format("expected a V2 message that can be said in V1, got {}: take its rule off the "
                  "axis v1",
                  v2));
}

/// The members that a message has whichever way it goes.
std::string members_of(const Json& message) {
  return fmt::format(R"("topic":{},"event":{},"payload":{},"ref":{})", message[2].dump(),
                     message[3].dump(), message[4].dump(), message[1].dump());
}

}  // namespace

std::string v1_to_server(std::string_view v2) {
  const Json message = message_of(v2);
  return fmt::format(R"({{{},"join_ref":{}}})", members_of(message), message[0].dump());
}

std::string v1_from_server(std::string_view v2) {
  return fmt::format("{{{}}}", members_of(message_of(v2)));
}

Json v2_of(const Json& v1) {
  return *parse_json(fmt::format("[null,{},{},{},{}]", v1["ref"].dump(), v1["topic"].dump(),
                                 v1["event"].dump(), v1["payload"].dump()));
}

}  // namespace phx::conformance
