/// One child process a world; its outcome comes back through a pipe.

#include "conformance/simulation/play.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "conformance/simulation/enumerate.h"
#include "conformance/simulation/story.h"
#include "conformance/simulation/world/stranger.h"
#include "conformance/simulation/world/visitor.h"

/// In a build that counts branches: writes the counts to a file.
extern "C" [[gnu::weak]] int __llvm_profile_write_file();  // NOLINT(bugprone-reserved-identifier)

namespace phx::simulation {
namespace {

constexpr rlim_t max_processor_time =
    20;  // seconds of a processor: a world takes some milliseconds

/// Numbers a line, then texts, each with its size before it.
std::string written(const Outcome& outcome, const std::array<std::string_view, 6>& texts) {
  std::string all = fmt::format("{} {} {} {} {} {} {}\n", outcome.violation ? 1 : 0, outcome.hash,
                                outcome.steps, outcome.frames, outcome.faults,
                                outcome.lived.count(), outcome.when.time_since_epoch().count());
  for (const std::string_view text : texts) all += fmt::format("{}\n{}", text.size(), text);
  return all;
}

std::string take_text(std::string_view& from) {
  const std::size_t line = from.find('\n');
  if (line == from.npos) return {};
  const std::size_t size = std::stoul(std::string(from.substr(0, line)));
  std::string text(from.substr(line + 1, size));
  from.remove_prefix(std::min(from.size(), line + 1 + size));
  return text;
}

bool read_into(Played& played, std::string_view text) {
  const std::size_t line = text.find('\n');
  if (line == text.npos) return false;
  Outcome& outcome = played.outcome;
  int violated = 0;
  long long lived = 0;
  long long when = 0;
  const std::string numbers(text.substr(0, line));
  unsigned long long hash = 0, steps = 0, frames = 0, faults = 0;
  if (std::sscanf(numbers.c_str(), "%d %llu %llu %llu %llu %lld %lld", &violated, &hash, &steps,
                  &frames, &faults, &lived, &when) != 7) {
    return false;
  }
  outcome = {.hash = hash,
             .steps = steps,
             .frames = frames,
             .faults = faults,
             .lived = Millis{lived},
             .when = Clock::time_point(Clock::duration(when))};
  text.remove_prefix(line + 1);
  Violation violation;
  std::string states;
  for (std::string* part :
       {&violation.invariant, &violation.what, &played.trace, &played.tale, &played.har, &states}) {
    *part = take_text(text);
  }
  std::istringstream lines(states);
  for (std::string state; std::getline(lines, state);) outcome.states.insert(state);
  if (violated != 0) outcome.violation = violation;
  return true;
}

[[noreturn]] void play_here(const Play& play, int pipe) {
  const rlimit limit{max_processor_time, max_processor_time + 1};
  ::setrlimit(RLIMIT_CPU, &limit);
  World world(play.seed, scene_of(play), play.keeps_trace);
  const Outcome outcome = play_out(world, play);
  const Violation none;
  const Violation& violation = outcome.violation ? *outcome.violation : none;
  const std::string har = play.keeps_trace ? har_of(world.frames()) : std::string();
  const std::string text =
      written(outcome, {violation.invariant, violation.what, world.trace(), world.tale(), har,
                        fmt::format("{}", fmt::join(outcome.states, "\n"))});
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t some = ::write(pipe, text.data() + at, text.size() - at);
    if (some <= 0) break;
    at += static_cast<std::size_t>(some);
  }
  end_process();  // the world goes with it
}

}  // namespace

void end_process() {
  if (__llvm_profile_write_file != nullptr) __llvm_profile_write_file();
  std::_Exit(0);
}

Outcome play_out(World& world, const Play& play) try {
  if (play.until) world.give_up_after(*play.until);
  if (!play.order) return world.play();
  Order order(*play.order);
  world.settle();
  world.choose_by(order);
  return world.play();
} catch (const World::GivenUp&) {
  return {};
}

const std::vector<SmallScene>& small_scenes() {
  static const std::vector<SmallScene> all{
      {"joins", "| join; | join"},
      {"leave", "join | leave; join | say"},
      {"rejoin", "join | leave join; join | say"},
      {"join-twice", "join | join; join | say"},
      {"crash", "join | crash; join | say"},
      {"crash-leave", "join | crash leave; join | say"},
      {"stop-join", "join | stop join; join | say"},
      {"close", "join | go; join | say"},
      {"vanish", "join | say vanish; join | leave"},
      {"come-back", "join | go come; join | say"},
      {"block-leave", "join | block leave; join | say"},
  };
  return all;
}

const std::vector<std::string>& worlds() {
  static const std::vector<std::string> all{"chat",   "presence", "longpoll",
                                            "deploy", "cluster",  "hour"};
  return all;
}

Scene whole_scene(const Play& play) {
  if (play.world == "chat") return chat_scene(play.seed);
  if (play.world == "presence") return presence_scene(play.seed);
  if (play.world == "longpoll") return longpoll_scene(play.seed);
  if (play.world == "deploy") return deploy_scene(play.seed);
  if (play.world == "cluster") return cluster_scene(play.seed);
  if (play.world == "hour") return long_scene(play.seed, 100);
  constexpr std::string_view on_two = "-2";
  const std::size_t shards = play.world.ends_with(on_two) ? 2 : 1;
  const std::string name = play.world.substr(0, play.world.rfind(shards == 2 ? on_two : ""));
  for (const SmallScene& small : small_scenes()) {
    if (name == small.name) return small_scene(small.script, shards);
  }
  if (play.world.find('|') != play.world.npos) return small_scene(play.world, 1);
  throw std::invalid_argument("expected a world, such as chat, or a small scene, got \"" +
                              play.world + "\"");
}

Scene scene_of(const Play& play) {
  Scene scene = whole_scene(play);
  if (!play.kept) return scene;
  std::vector<Action> kept;
  for (const std::size_t index : *play.kept) {
    if (index < scene.actions.size()) kept.push_back(scene.actions[index]);
  }
  scene.actions = std::move(kept);
  return scene;
}

namespace {

/// Some of a guest's texts have megabytes: all worlds share one copy.
void make_texts() {
  errands();
  visits();
}

}  // namespace

Child::Child(Play play) : play_(std::move(play)) {
  make_texts();
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("expected a pipe, got none");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("expected another process, got none");
  if (pid_ == 0) {
    ::close(ends[0]);
    play_here(play_, ends[1]);
  }
  ::close(ends[1]);
  pipe_ = ends[0];
}

Child::~Child() {
  ::close(pipe_);
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

bool Child::take() {
  std::array<char, 65'536> bytes;
  const ssize_t size = ::read(pipe_, bytes.data(), bytes.size());
  if (size <= 0) return true;
  text_.append(bytes.data(), static_cast<std::size_t>(size));
  return false;
}

Played Child::played() {
  while (!take()) {
  }
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  Played played{.play = play_};
  if (!WIFSIGNALED(status) && WEXITSTATUS(status) == 0 && read_into(played, text_)) return played;
  const std::string how =
      !WIFSIGNALED(status) ? fmt::format("ended with status {}", WEXITSTATUS(status))
      : WTERMSIG(status) == SIGXCPU
          ? fmt::format("was not over after {} s of a processor", max_processor_time)
          : fmt::format("ended by signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  played.outcome.violation = Violation{invariants::alive.name, "the world's process " + how};
  return played;
}

Played play(const Play& play) { return Child(play).played(); }

}  // namespace phx::simulation
