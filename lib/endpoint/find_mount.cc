/// Compares a path with each mount's, part by part.

#include "endpoint/find_mount.h"

namespace phx {
namespace {

using transport::Mount;
using transport::PathParams;

/// The parameters of the mount's path, if `path` is that path followed by `transport`.
std::optional<PathParams> match(const Mount& mount, const std::string& transport,
                                std::string_view path) {
  const std::string pattern = mount.path + transport;
  const auto wanted = http::segments(pattern);
  const auto actual = http::segments(path);
  if (actual.size() != wanted.size()) return {};
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

std::optional<FoundMount> find_mount(std::span<const Mount> mounts, std::string_view path) {
  for (const Mount& mount : mounts) {
    if (mount.websocket) {
      if (auto params = match(mount, mount.websocket->path, path)) {
        return FoundMount{&mount, MountedTransport::websocket, std::move(*params)};
      }
    }
    if (mount.longpoll) {
      if (auto params = match(mount, mount.longpoll->path, path)) {
        return FoundMount{&mount, MountedTransport::longpoll, std::move(*params)};
      }
    }
  }
  return std::nullopt;
}

}  // namespace phx
