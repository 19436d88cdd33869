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

/// Compares `path` with the mount's path and, after it, the transport's:
///
/// - [1] `/socket` and `/websocket` make `/socket/websocket`. [2] Two paths are the same where they
///   have as many parts, not counting empty ones. [3] Each part is equal, letter for letter.
/// - [4] A wanted part that begins with `:` is equal to any one part. [5] It gives a parameter:
///   `:tenant` and `acme` give {"tenant", "acme"}. [6] The parameters come in the order of the
///   path, two of one name too. [7] They stay as they are, `%20` and all.
/// - [8] Nothing where the paths differ. [9] Empty, but there, where they are the same and have no
///   parameters.
std::optional<PathParams> match(const Mount& mount, const std::string& transport,
                                std::string_view path) {
  // Yours: match
  not_written("match", mount, transport, path);
}

}  // namespace

/// [10] The first mount, in their order, one of whose transports stands at this path. [11] Of one
/// mount its websocket is looked at before its long-poll. [12] `mount.websocket` and
/// `mount.longpoll` are optional: a transport that is not there stands nowhere. [13] The result
/// points to the mount in `mounts`. [14] It says which transport was found.
std::optional<FoundMount> find_mount(std::span<const Mount> mounts, std::string_view path) {
  // Yours: find_mount
  not_written("find_mount", mounts, path, match);
}

}  // namespace phx
