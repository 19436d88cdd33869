/// The sub-protocols that a client offers: real ones, and an auth token sent among them.

#include <algorithm>

#include "base/base64.h"
#include "transport/steps.h"

namespace phx::transport {
namespace {

constexpr std::string_view bearer = "base64url.bearer.phx.";

bool is_bearer(const std::string& offer) { return offer.starts_with(bearer); }

//! [take_auth_token]
/// phoenix.js offers `phoenix, base64url.bearer.phx.TOKEN`: the second is a token, not a
/// sub-protocol. Of several, none is taken. Mirrors maybe_auth_token_from_header/2.
Verdict take_auth_token(Attempt& attempt, std::vector<std::string>& offered) {
  if (std::count_if(offered.begin(), offered.end(), is_bearer) != 1) return {};
  const auto found = std::find_if(offered.begin(), offered.end(), is_bearer);
  std::string encoded = found->substr(bearer.size());
  while (encoded.size() % 4 != 0) encoded += '=';
  attempt.auth_token = base64::decode(encoded);
  offered.erase(found);
  if (attempt.auth_token) return {};
  return Refusal{http::rendered_error(500), "the auth token among the sub-protocols is not base64",
                 Level::error};
}
//! [take_auth_token]

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Refusal none_in_common(const std::vector<std::string>& offered,
                       const std::vector<std::string>& spoken) {
  constexpr std::size_t enough = 200;  // bytes of what the client sent: keeps the log line short
  return {http::Response{403},
          "a client offers the sub-protocols \"" + joined(offered).substr(0, enough) +
              "\", and the mount speaks \"" + joined(spoken) +
              "\"; add one to the mount's subprotocols, or fix the client",
          Level::error};
}

}  // namespace

Verdict steps::check_subprotocols(Attempt& attempt) {
  if (!attempt.request.header("sec-websocket-protocol")) return {};
  std::vector<std::string> offered = attempt.request.list("sec-websocket-protocol");
  std::vector<std::string> spoken = attempt.mount.websocket->subprotocols;
  if (attempt.mount.auth_token) {
    if (Verdict refusal = take_auth_token(attempt, offered)) return refusal;
    if (attempt.auth_token && offered.empty()) return {};
    spoken.insert(spoken.begin(), "phoenix");
  }
  if (spoken.empty()) return {};
  for (const std::string& ours : spoken) {
    if (std::find(offered.begin(), offered.end(), ours) == offered.end()) continue;
    attempt.subprotocol = ours;
    return {};
  }
  return none_in_common(offered, spoken);
}

}  // namespace phx::transport
