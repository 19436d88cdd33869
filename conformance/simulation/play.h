#pragma once
/// \file
/// Plays worlds, each in a process of its own: the library's caches begin empty, and a crash is one
/// world's end.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/simulation/world/world.h"

namespace phx::simulation {

/// What is played. A value.
struct Play {
  std::string world = "chat";
  std::uint64_t seed = 1;
  std::optional<std::vector<std::size_t>> kept = {};  ///< Which actions of the scene; else all.
  /// Of a small scene: which step or turn came first, wherever there were several.
  std::optional<std::vector<std::size_t>> order = {};
  bool keeps_trace = false;
  /// Not played beyond this time of its own: then nothing is broken.
  std::optional<Clock::time_point> until = {};
};

/// A small scene, whose orders are enumerated.
struct SmallScene {
  const char* name;
  const char* script;  ///< As small_scene() reads it.
};
/// Each also exists on two shards: `leave-2`.
const std::vector<SmallScene>& small_scenes();

/// The names of the worlds.
const std::vector<std::string>& worlds();
/// The scene with all its actions. \throws std::invalid_argument for a world that does not exist.
Scene whole_scene(const Play& play);
/// The same with those that are kept.
Scene scene_of(const Play& play);

/// Ends a process that has played, at once: nothing is destroyed.
[[noreturn]] void end_process();

/// Plays it, in the order of the play if it has one.
Outcome play_out(World& world, const Play& play);

/// What came of it. A value.
struct Played {
  Play play = {};
  Outcome outcome = {};
  std::string trace = {};  ///< If it was to be kept, like the tale and the frames.
  std::string tale = {};
  std::string har = {};
};

/// One world that is being played. Neither copied nor moved.
class Child {
 public:
  /// Begins. \throws std::runtime_error if the system has no more processes.
  explicit Child(Play play);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// Readable when there is something to take().
  int descriptor() const { return pipe_; }
  /// Reads what has come. True: that was all, and played() may be called.
  bool take();
  /// Waits for its end.
  Played played();

 private:
  const Play play_;
  pid_t pid_ = -1;
  int pipe_ = -1;
  std::string text_;
};

/// Plays it to its end.
Played play(const Play& play);

}  // namespace phx::simulation
