/// Which mount takes a path: your own.
///
/// README.md beside this file says in which order to write the parts. What helps:
/// http::segments (http/request.h) cuts a path into its parts, and drops the empty ones.

#include "endpoint/find_mount.h"

#include "chapters/not_written.h"

namespace phx {
namespace {

using exercise::not_written;  // goes with the last part that you write
using transport::Mount;
using transport::PathParams;

/// Compares `path` with the mount's path and, behind it, the transport's: `/socket` and
/// `/websocket` make `/socket/websocket`. They are the same where they have as many parts, and each
/// part is equal, letter for letter. A wanted part that begins with `:` is equal to any part, and
/// gives a parameter:
/// `:tenant` and `acme` give {"tenant", "acme"}. The parameters come in the order of the path, and
/// stay as they are, `%20` and all. Nothing where the paths differ; empty, but there, where they
/// are the same and have no parameters.
std::optional<PathParams> match(const Mount& mount, const std::string& transport,
                                std::string_view path) {
  // Yours: match
  not_written("match", mount, transport, path);
}

}  // namespace

/// The first mount, in their order, one of whose transports stands at this path; of one mount its
/// websocket is looked at before its long-poll. `mount.websocket` and `mount.longpoll` are
/// optional: a transport that is not there stands nowhere. The result points to the mount in
/// `mounts`.
std::optional<FoundMount> find_mount(std::span<const Mount> mounts, std::string_view path) {
  // Yours: find_mount
  not_written("find_mount", mounts, path, match);
}

}  // namespace phx
