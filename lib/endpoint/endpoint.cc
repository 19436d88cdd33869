/// Dispatch: the mounts in their order, then the pages, then 404.

#include "endpoint/endpoint.h"

#include <set>
#include <stdexcept>

namespace phx {
namespace {

using transport::Mount;
using transport::PathParams;
using transport::Request;
using transport::Response;

/// What one transport may answer, as what an endpoint may.
template <class... Ts>
Endpoint::Outcome widened(std::variant<Ts...> outcome) {
  return std::visit([](auto&& one) -> Endpoint::Outcome { return std::move(one); },
                    std::move(outcome));
}

/// The parameters of the mount's path, if `path` is that path with `transport` behind it.
std::optional<PathParams> match(const Mount& mount, std::string_view path,
                                std::string_view transport) {
  const auto wanted = transport::segments(mount.path);
  const auto actual = transport::segments(path);
  if (actual.size() != wanted.size() + 1 || actual.back() != transport) return {};
  PathParams params;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with(':')) {
      params.emplace_back(wanted[i].substr(1), actual[i]);
    } else if (wanted[i] != actual[i]) {
      return {};
    }
  }
  return params;
}

}  // namespace

Endpoint::Endpoint(const std::string& secret_key_base)
    : tokens_(std::make_shared<const transport::SessionTokens>(secret_key_base)) {}

void Endpoint::socket(Mount mount) {
  if (!mount.path.starts_with('/')) {
    throw std::invalid_argument("expected a mount's path to begin with /, got \"" + mount.path +
                                "\"");
  }
  mounts_.push_back(std::move(mount));
}

/// A method that nobody answers here is refused with those that somebody does (RFC 9110, 15.5.6).
Response Endpoint::Pages::answer(const Request& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && get) return get(request);
  if (request.method == "POST" && post) return post(request);
  return {405, "", {{"allow", !post ? "GET, HEAD" : !get ? "POST" : "GET, HEAD, POST"}}};
}

std::vector<std::unique_ptr<socket::Drainer>> Endpoint::drainers() const {
  std::vector<std::unique_ptr<socket::Drainer>> drainers;
  std::set<const UserSocket*> seen;
  for (const Mount& mount : mounts_) {
    if (!seen.insert(mount.socket.get()).second) continue;
    drainers.push_back(std::make_unique<socket::Drainer>(mount.socket, mount.drainer));
  }
  return drainers;
}

Endpoint::Outcome Endpoint::dispatch(const Request& request, const House& house) const noexcept {
  try {
    return route(request, house);
  } catch (const std::exception& error) {
    house.scheduler->log().error("a request failed",
                                 {{"path", request.path()}, {"reason", error.what()}});
  } catch (...) {
    house.scheduler->log().error("a request failed", {{"path", request.path()}});
  }
  return transport::rendered_error(500);
}

Endpoint::Outcome Endpoint::route(const Request& request, const House& house) const {
  for (const Mount& mount : mounts_) {
    if (auto params = match(mount, request.path(), "websocket"); params && mount.websocket) {
      return widened(transport::upgrade({request, mount, std::move(*params), house}));
    }
    if (auto params = match(mount, request.path(), "longpoll"); params && mount.longpoll) {
      return widened(transport::longpoll({request, mount, std::move(*params), house}, tokens_));
    }
  }
  if (const auto found = pages_.find(request.path()); found != pages_.end()) {
    return found->second.answer(request);
  }
  return Response{404, "Not Found"};
}

}  // namespace phx
