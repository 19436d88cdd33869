/// Replays the recordings of two Phoenix nodes with ours in the place of b: it publishes, and its
/// clients get, what was recorded.
///
/// One recording can't be compared to its end: if Redis stalls for longer than 5 s, a Phoenix
/// tracker crashes with all its channels, because it waits for Redis. Ours goes on. There only the
/// clients' final lists are compared, after Phoenix's clients have rejoined.

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "testing/case.h"
#include "testing/presence_node.h"
#include "testing/recording.h"

using namespace phx;
using namespace phx::testing;

namespace {

using etf::Term;
using Node = PresenceNode;
using Heard = std::vector<std::string>;

presence::ClusterOptions phoenix_defaults() {
  presence::ClusterOptions options{.name = "ContractWeb.Presence"};
  options.tracker.first_tick = Millis{0};
  return options;
}

bool is_ref_of_b(const std::vector<Term>& items) {
  return items.size() == 2 && items[0] == Term("b") && items[1].get<long long>() != nullptr;
}

/// Without the parts that differ from run to run: b's version, pids, b's phx_refs, refs of
/// requests. Keys of metas become texts.
Term masked(const Term& term) {
  if (const auto* tuple = term.get<etf::Tuple>()) {
    if (is_ref_of_b(tuple->items)) return Term::atom("b's ref");
    std::vector<Term> items;
    for (const Term& item : tuple->items) items.push_back(masked(item));
    if (items.size() == 5 && items[1].is_atom("transfer_ack")) items[2] = Term();
    if (items.size() == 5 && items[1].is_atom("transfer_req")) items[2] = Term();
    return Term::tuple(std::move(items));
  }
  if (term.get<etf::Pid>() != nullptr) return Term::atom("a pid");
  const auto* map = term.get<etf::Map>();
  if (map == nullptr) return term;
  const bool is_meta = term.find_atom("phx_ref") != nullptr;
  const Term* mode = term.find_atom("mode");
  std::vector<etf::Map::Pair> pairs;
  for (const auto& [key, value] : map->pairs) {
    const auto* name = key.get<etf::Atom>();
    if (is_meta) {
      const bool is_phx_ref = name != nullptr && name->name.starts_with("phx_ref");
      pairs.emplace_back(name != nullptr ? Term(name->name) : key,
                         is_phx_ref ? Term() : masked(value));
    } else if (mode != nullptr && mode->is_atom("normal") &&
               (key.is_atom("clouds") || key.is_atom("replicas"))) {
      continue;  // may repeat what the context has, or name replicas that are gone for good
    } else {
      pairs.emplace_back(masked(key), masked(value));
    }
  }
  return Term::map(std::move(pairs));
}

/// An empty heartbeat has nothing new, and its time depends on the recording's clock.
bool is_empty_beat(const Term& term) {
  const auto* items = term.tuple_of(5);
  return items != nullptr && (*items)[3].is_atom("empty");
}

/// A frame with the same ref for all metas, sorted: Phoenix orders them by pid, differently on each
/// node.
std::string masked(const std::string& frame) {
  std::string text = Json::parse(frame).dump();
  for (std::size_t at = 0; (at = text.find("\"phx_ref", at)) != std::string::npos;) {
    at = text.find(":\"", at) + 2;
    text.replace(at, text.find('"', at) - at, "R");
  }
  for (std::size_t at = 0; (at = text.find("\"metas\":[", at)) != std::string::npos;) {
    at += 9;
    const std::size_t end = text.find(']', at);
    Heard metas;
    for (std::size_t i = at; i < end; i = text.find('}', i) + 2) {
      metas.push_back(text.substr(i, text.find('}', i) + 1 - i));
    }
    std::sort(metas.begin(), metas.end());
    text.replace(at, end - at, fmt::format("{}", fmt::join(metas, ",")));
  }
  return text;
}

/// b's side of a recording, played by a node of ours.
class Replay {
 public:
  enum Beats : bool { without_beats, with_beats };
  /// Empty heartbeats have nothing new, and their time depends on b's last received message: they
  /// are compared only if no user is present.
  Replay(const std::string& file, const presence::ClusterOptions& cluster,
         Beats beats = without_beats, long long until = 99'000, long long compared_until = 99'000)
      : events_(recording("lib/presence/recorded/" + file)),
        cluster_(cluster),
        beats_(beats),
        until_(until),
        compared_until_(compared_until) {}

  void run() {
    for (const Recorded& event : events_) {
      if (event.at_ms > until_) break;
      if (b_) b_->shard.pass(Millis{event.at_ms - now_});
      now_ = event.at_ms;
      if (event.what == "message" && event.first == "b") start(event);
      if (!b_) continue;
      play(event);
      collect();
    }
    expect(messages_ > 1, "there was something to compare");
    expect_eq(published_.size(), expected_.size());
    for (const auto& [topic, messages] : expected_) expect_same(published_[topic], messages);
    for (const auto& [client, frames] : expected_frames_) expect_eq(frames_[client], frames);
  }

  Node& node() { return *b_; }
  /// Our node's runs, by their names.
  std::size_t runs() const { return our_runs_.size(); }
  /// The last push to a client of the recorded b.
  std::string last_state(const std::string& client) const {
    std::string last;
    for (const Recorded& event : events_) {
      const bool is_state = event.rest.find("\"presence_state\"") < event.rest.size();
      if (event.what == "received" && event.first == client && is_state) last = event.rest;
    }
    return masked(last);
  }

 private:
  /// Ours starts to tick with the first message of each of b's trackers, as b did.
  void start(const Recorded& event) {
    const std::string topic = topic_of(event.shard);
    const Term ref = ref_in(etf::decode_whole(event.rest));
    if (recorded_refs_[topic] == ref) return;
    recorded_refs_[topic] = ref;
    if (!b_) b_ = std::make_unique<Node>("b", cluster_, Node::later);
    b_->start(std::stoul(event.shard));
  }

  void play(const Recorded& event) {
    if (event.what == "connect") {
      b_->client(event.first, event.rest);
    } else if (event.what == "sent") {
      b_->clients.at(event.first)->send(event.rest);
    } else if (event.what == "cut") {
      b_->clients.at(event.first)->hang_up();
    } else if (event.what == "received") {
      received(event);
    } else if (event.what == "message") {
      message(event);
    } else if (event.what == "killed") {
      collect();
      b_.reset();
    } else if (event.what == "alone" || event.what == "together") {
      collect();
      alone_ = event.what == "alone";
    } else if (event.what == "links") {
      stalled_ = event.first == "stall";
      for (; !stalled_ && !waiting_.empty(); waiting_.pop_front()) message(waiting_.front());
    }
  }

  /// A new member's own diff and the state race in Phoenix. Here the diff comes first.
  void received(const Recorded& event) {
    if (event.at_ms > compared_until_) return;
    Heard& frames = expected_frames_[event.first];
    const Json frame = Json::parse(event.rest);
    const bool is_diff = frame[3] == Json("presence_diff");
    const auto joined = frame[4]["joins"].sorted_members();
    std::string& state = last_states_[event.first];
    const bool is_own =
        is_diff && joined.size() == 1 && !state.empty() &&
        state.find(joined[0].second["metas"][0]["phx_ref"].string_or("?")) != std::string::npos;
    frames.insert(is_own ? frames.end() - 1 : frames.end(), masked(event.rest));
    state = frame[3] == Json("presence_state") ? event.rest : "";
  }

  void message(const Recorded& event) {
    const Term term = etf::decode_whole(event.rest);
    if (event.first == "b") {
      ++messages_;
      if (left_out(term) || event.at_ms > compared_until_) return;
      const auto to = event.to == "*" ? std::nullopt : std::optional<Term>(event.to);
      expected_[topic_of(event.shard)].push_back({to, masked(term)});
    } else if (stalled_) {
      waiting_.push_back(event);
    } else if (!alone_ && (event.to == "*" || event.to == "b")) {
      b_->hear(topic_of(event.shard), with_our_ref(term));
    }
  }

  static std::string topic_of(const std::string& shard) {
    return "phx_presence:Elixir.ContractWeb.Presence_shard" + shard;
  }
  /// In a heartbeat, a request and an answer.
  static Term ref_in(const Term& message) {
    const auto& items = *message.tuple_of(5);
    return items[1].is_atom("heartbeat") ? items[2] : items[3];
  }
  bool left_out(const Term& message) const {
    return beats_ == without_beats && is_empty_beat(message);
  }

  /// The name of a recorded run of b stands for ours.
  Term with_our_ref(const Term& term) {
    if (const auto ours = our_refs_.find(term); ours != our_refs_.end()) return ours->second;
    if (const auto* tuple = term.get<etf::Tuple>()) {
      std::vector<Term> items;
      for (const Term& item : tuple->items) items.push_back(with_our_ref(item));
      return Term::tuple(std::move(items));
    }
    const auto* map = term.get<etf::Map>();
    if (map == nullptr) return term;
    std::vector<etf::Map::Pair> pairs;
    for (const auto& [key, value] : map->pairs) {
      pairs.emplace_back(with_our_ref(key), with_our_ref(value));
    }
    return Term::map(std::move(pairs));
  }

  void collect() {
    if (!b_) return;
    for (; !b_->outbox->sent.empty(); b_->outbox->sent.pop_front()) {
      const Mail& mail = b_->outbox->sent.front();
      const Term said = mail.term();
      our_refs_[recorded_refs_[mail.topic]] = ref_in(said);
      our_runs_.insert(ref_in(said));
      if (alone_ || left_out(said) || now_ > compared_until_) continue;
      published_[mail.topic].push_back({mail.to, masked(said)});
    }
    for (auto& [name, client] : b_->clients) {
      for (const std::string& frame : client->heard()) {
        if (now_ <= compared_until_) frames_[name].push_back(masked(frame));
      }
    }
  }

  using Published = std::vector<std::pair<std::optional<Term>, Term>>;
  static std::string kind(const Term& term) {
    const auto* items = term.get<etf::Tuple>();
    return items == nullptr ? "?" : (*items).items[1].get<etf::Atom>()->name;
  }
  static std::string text(const std::optional<Term>& node) {
    return node ? *node->get<std::string>() : "*";
  }
  static void expect_same(const Published& ours, const Published& theirs) {
    Heard ours_said, theirs_said;
    for (const auto& [to, term] : ours) ours_said.push_back(kind(term) + " " + text(to));
    for (const auto& [to, term] : theirs) theirs_said.push_back(kind(term) + " " + text(to));
    expect_eq(ours_said, theirs_said);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      expect(ours[i].second == theirs[i].second, fmt::format("message {} is as recorded", i));
    }
  }

  const std::vector<Recorded> events_;
  const presence::ClusterOptions cluster_;
  const Beats beats_;
  const long long until_, compared_until_;
  long long now_ = 0;
  bool alone_ = false;    // b is cut off
  bool stalled_ = false;  // b gets no messages yet
  std::deque<Recorded> waiting_;
  std::size_t messages_ = 0;
  std::map<std::string, Term> recorded_refs_;  // of b's present run, by the trackers' topics
  std::map<Term, Term> our_refs_;              // by the recorded ones
  std::set<Term> our_runs_;
  std::unique_ptr<Node> b_;
  std::map<std::string, Published> published_, expected_;  // by the trackers' topics
  std::map<std::string, Heard> frames_, expected_frames_;
  std::map<std::string, std::string> last_states_;  // by client, if nothing came since
};

}  // namespace

PHX_TEST("in b's place: no presences, and heartbeats of both nodes") {
  Replay("001-startup.txt", phoenix_defaults(), Replay::with_beats).run();
}
PHX_TEST("in b's place: presences one at a time, updates, two and three metas under one key") {
  Replay("010-presence.txt", phoenix_defaults(), Replay::without_beats, 63'000).run();
}
PHX_TEST("in b's place: a late node requests everything and gets it") {
  Replay("011-late-join.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: it is killed, and restarts after down and permdown") {
  Replay("013-kill-9.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: it is killed, and restarts at once under the same name") {
  Replay("014-restart-same-name.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: its links stall for 5 s; Phoenix's tracker crashes, ours goes on") {
  Replay replay("016-netsplit-stall.txt", beating_every(Millis{301}), Replay::without_beats, 9'396,
                3'704);
  replay.run();
  Node& b = replay.node();
  b.shard.pass(Millis{301});
  const Json list = b.presence.list("presence:lobby");
  const std::string state =
      masked(Json::array({"2", nullptr, "presence:lobby", "presence_state", list}).dump());
  expect_eq(state, replay.last_state("b2"));
  expect_eq(replay.runs(), 1u);  // it has not restarted
  expect(b.shard.scheduler.alive(b.trackers.at(0)), "nor ended");
}
PHX_TEST("in b's place: it is cut off for longer than down") {
  Replay("017-netsplit-cut.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: Redis pauses, and goes on") {
  Replay("018-redis-sigstop.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: Redis is away for longer than down") {
  Replay("020-redis-restart.txt", beating_every(Millis{301})).run();
}
PHX_TEST("in b's place: three trackers share the topics") {
  presence::ClusterOptions three = beating_every(Millis{301});
  three.pool_size = 3;
  Replay("026-pool-size-3.txt", three).run();
}
PHX_TEST("in b's place: a foreign replica comes, falls silent, returns, leaves, restarts") {
  Replay("040-foreign-replica.txt", beating_every(Millis{301})).run();
}
