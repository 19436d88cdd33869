/// Mounts, played at random: a few paths of few parts, so that they collide.

#include "endpoint/find_mount.h"

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using exercise::Sequence;

std::string path_of(Sequence& steps, bool pattern) {
  std::string path;
  for (unsigned parts = steps.below(4); parts > 0; --parts) {
    path += steps.of({"/", "/", "/", "//"});
    path += pattern ? steps.of({"a", ":a", ":b", "longpoll", ":", "b", "", "a%20"})
                    : steps.of({"a", "b", "A", ":a", "websocket", "longpoll", "a%20", ""});
  }
  return path;
}

/// A path that the mount takes, but for a part that may be another one.
std::string near(Sequence& steps, const transport::Mount& mount) {
  const bool longpoll = !mount.websocket || (mount.longpoll && steps.below(2) == 1);
  const std::string pattern =
      mount.path + (longpoll ? mount.longpoll->path : mount.websocket->path);
  std::string path;
  for (const std::string_view part : http::segments(pattern)) {
    path += '/';
    const std::string value = steps.of({"a", "b", ":a", "A", "a%20"});
    path += part.starts_with(':') || steps.below(7) == 6 ? value : std::string(part);
  }
  return path + steps.of({"", "", "/", "/x", "?x"});
}

std::string text_of(const std::optional<FoundMount>& found,
                    const std::vector<transport::Mount>& mounts) {
  if (!found) return "nothing";
  const std::ptrdiff_t which = found->mount - mounts.data();
  const bool inside = which >= 0 && which < static_cast<std::ptrdiff_t>(mounts.size());
  std::string text =
      inside ? "mount " + std::to_string(which + 1) : "a mount that is not in mounts";
  text += found->transport == MountedTransport::websocket ? ", websocket" : ", longpoll";
  for (const auto& [name, value] : found->params) text += ", " + name + "=" + value;
  return text;
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  std::vector<transport::Mount> mounts;
  while (steps.next()) {
    if (steps.below(3) == 0) {
      transport::Mount mount;
      const unsigned which = steps.below(4);
      const std::string end = steps.of({"/websocket", "/longpoll", "/", "/:a"});
      mount.path = path_of(steps, true);
      mount.websocket.reset();
      if (which != 0) mount.websocket.emplace().path = end;
      if (which != 1) mount.longpoll.emplace().path = which == 2 ? end : "/longpoll";
      steps.does({10, 12}, "a further mount at \"" + mount.path + "\"" +
                               (mount.websocket ? ", websocket " + mount.websocket->path : "") +
                               (mount.longpoll ? ", longpoll " + mount.longpoll->path : ""));
      mounts.push_back(std::move(mount));
    } else {
      const std::string path =
          steps.below(4) == 3 || mounts.empty()
              ? path_of(steps, false) + steps.of({"/websocket", "/longpoll", "", "/x"})
              : near(steps, mounts[steps.below(static_cast<unsigned>(mounts.size()))]);
      steps.does({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
                 "find_mount(mounts, \"" + path + "\")");
      steps.comes(text_of(find_mount(mounts, path), mounts));
    }
  }
}
