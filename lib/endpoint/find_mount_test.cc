/// Which mount a path belongs to.

#include "endpoint/find_mount.h"

#include "testing/case.h"
#include "testing/each.h"

using namespace phx;
using namespace phx::testing;
using transport::LongpollOptions;
using transport::Mount;

namespace {

Mount at(std::string path) { return {std::move(path), nullptr}; }
Mount with_longpoll(std::string path) {
  Mount mount = at(std::move(path));
  mount.longpoll = LongpollOptions{};
  return mount;
}

/// `0 websocket tenant=acme`: the mount's number, its transport, the parameters; or `none`.
std::string found(const std::vector<Mount>& mounts, std::string_view path) {
  const auto found = find_mount(mounts, path);
  if (!found) return "none";
  std::string text = std::to_string(found->mount - mounts.data());
  text += found->transport == MountedTransport::websocket ? " websocket" : " longpoll";
  for (const auto& [name, value] : found->params) text += " " + name + "=" + value;
  return text;
}

}  // namespace

PHX_TEST("a mount's path followed by its transport's finds that mount") {
  const std::vector<Mount> mounts{at("/socket"), at("/live")};
  expect_eq(found(mounts, "/socket/websocket"), "0 websocket");
  expect_eq(found(mounts, "/live/websocket"), "1 websocket");
}

PHX_TEST("each part counts, in its exact case, and none may be added or left out") {
  each({"/", "", "/socket", "/websocket", "/socket/websocket/extra", "/SOCKET/websocket",
        "/socket/websockets", "/a/socket/websocket"},
       [](const char* other) { expect_eq(found({at("/socket")}, other), "none"); });
}

PHX_TEST("doubled and trailing slashes are ignored") {
  each({"//socket//websocket", "/socket/websocket/", "socket/websocket"},
       [](const char* same) { expect_eq(found({at("/socket")}, same), "0 websocket"); });
}

PHX_TEST("a part that begins with a colon matches any one part, and names it") {
  const std::vector<Mount> mounts{at("/tenant/:tenant/:room/socket")};
  expect_eq(found(mounts, "/tenant/acme/a%20b/socket/websocket"),
            "0 websocket tenant=acme room=a%20b");
  expect_eq(found(mounts, "/tenant/acme/socket/websocket"), "none");
  expect_eq(found(mounts, "/tenant/a/b/c/socket/websocket"), "none");
}

PHX_TEST("a colon means nothing in what a client asks for") {
  expect_eq(found({at("/socket")}, "/:any/websocket"), "none");
  expect_eq(found({at("/:any")}, "/:b/websocket"), "0 websocket any=:b");
}

PHX_TEST("each transport has its own path, if the mount has the transport") {
  expect_eq(found({at("/socket")}, "/socket/longpoll"), "none");
  expect_eq(found({with_longpoll("/socket")}, "/socket/longpoll"), "0 longpoll");
  Mount polled = with_longpoll("/socket");
  polled.websocket.reset();
  expect_eq(found({polled}, "/socket/websocket"), "none");
  expect_eq(found({polled}, "/socket/longpoll"), "0 longpoll");
}

PHX_TEST("a transport's own path may have parameters, or add nothing") {
  Mount mount = with_longpoll("/live");
  mount.websocket->path = "/:tenant/ws";
  mount.longpoll->path = "/";
  expect_eq(found({mount}, "/live/acme/ws"), "0 websocket tenant=acme");
  expect_eq(found({mount}, "/live"), "0 longpoll");
}

PHX_TEST("the first mount that matches a path wins, and its websocket before its long-poll") {
  Mount both = with_longpoll("/:any");
  both.longpoll->path = both.websocket->path;
  expect_eq(found({both, at("/socket")}, "/socket/websocket"), "0 websocket any=socket");
  expect_eq(found({at("/socket"), both}, "/socket/websocket"), "0 websocket");
  Mount polled = with_longpoll("/socket");
  polled.longpoll->path = "/websocket";
  polled.websocket.reset();
  expect_eq(found({polled, at("/socket")}, "/socket/websocket"), "0 longpoll");
}

PHX_TEST("two parameters of one name both come, in the order of the path") {
  expect_eq(found({at("/:id/room/:id")}, "/a/room/b/websocket"), "0 websocket id=a id=b");
  expect_eq(found({at("/:id/room/:id")}, "/a/room/a/websocket"), "0 websocket id=a id=a");
}
