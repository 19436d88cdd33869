/// Presences, played at random: two topics, two keys, and on two shards three processes, to whom
/// sometimes come three more.

#include "presence/state.h"

#include "chapters/workshop/play.h"

namespace {

using namespace phx;
using namespace phx::presence;
using exercise::Sequence;
using process::Pid;

std::string text_of(const Presences& presences) {
  std::string text;
  for (const auto& [key, metas] : presences) {
    text += " " + key + ":[";
    for (const Meta& meta : metas)
      text += " " + to_string(meta.pid) + " " + meta.phx_ref + " " + meta.said.dump();
    text += " ]";
  }
  return text.empty() ? " nobody" : text;
}

/// What clients would be sent: a text of its own, for shown() is the reader's, too.
std::string text_of(const Diff& diff) {
  return "joins" + text_of(diff.joins) + ", leaves" + text_of(diff.leaves);
}

void compare_all(Sequence& steps, const State& state) {
  for (const char* topic : {"a", "b", "c"}) {
    steps.comes(std::string("on ") + topic + text_of(state.on(topic)));
    steps.comes("shown " + shown(state.on(topic)).dump());
  }
  for (const std::uint32_t shard : {0U, 1U}) {
    std::string line = "on shard " + std::to_string(shard) + ":";
    for (const Pid pid : state.processes(shard)) line += " " + to_string(pid);
    steps.comes(line);
  }
  steps.comes(std::to_string(state.topics()) + " topics");
}

Json said_by(Sequence& steps) {
  return steps.of({Json::object(), Json::object({{"n", 1}}), Json::object({{"phx_ref", "mine"}}),
                   Json::object({{"phx_ref_prev", "mine"}, {"n", Json::array({2})}})});
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  State state;
  std::size_t count = 0;
  std::vector<std::pair<Diff, std::string>> given;  // diffs of before must stay as they were
  while (steps.next()) {
    const unsigned what = steps.below(8);
    const std::string topic = steps.of({"a", "b"});
    const std::string key = steps.of({"u", "v"});
    const Pid pid = steps.of({Pid{0, 1}, Pid{0, 2}, Pid{1, 1}});
    const std::string place = "\"" + topic + "\", \"" + key + "\", process " + to_string(pid);
    const Meta meta{pid, "ref" + std::to_string(++count), said_by(steps)};
    const std::string before = meta.said.dump();
    if (what < 2) {
      steps.does({1, 2, 3, 4, 5, 6, 7, 8},
                 "track(" + place + ", " + meta.phx_ref + ", " + before + ")");
      given.push_back({state.track(topic, key, meta), ""});
      steps.comes(text_of(given.back().first));
    } else if (what < 4) {
      steps.does({1, 2, 9, 10, 11, 12, 13},
                 "update(" + place + ", " + meta.phx_ref + ", " + before + ")");
      given.push_back({state.update(topic, key, meta), ""});
      steps.comes(text_of(given.back().first));
    } else if (what < 6) {
      steps.does({14, 15, 16, 17, 18, 24}, "untrack(" + place + ")");
      given.push_back({state.untrack(topic, key, pid), ""});
      steps.comes(text_of(given.back().first));
    } else if (what == 7) {
      steps.does({1, 2, 3, 4, 7, 8},
                 "three further processes are tracked under \"" + topic + "\", \"" + key + "\"");
      for (const Pid other : {Pid{1, 2}, Pid{0, 3}, Pid{1, 3}}) {
        steps.comes(text_of(state.track(topic, key, {other, meta.phx_ref + "+", meta.said})));
      }
    } else {
      steps.does({19, 20, 21, 24}, "forget(process " + to_string(pid) + ")");
      for (auto& [left, diff] : state.forget(pid)) {
        steps.comes("on " + left + ": " + text_of(diff));
        given.push_back({std::move(diff), ""});
      }
    }
    if (meta.said.dump() != before) steps.comes("what was said has changed: " + meta.said.dump());
    compare_all(steps, state);
    for (auto& [diff, text] : given) {
      if (text.empty()) text = text_of(diff);
      if (text_of(diff) != text) steps.comes("a diff of before has changed: " + text_of(diff));
    }
  }
}
