/// Asks, listens, and reports all of it to the oracle.

#include "conformance/simulation/world/person.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace phx::simulation {

namespace {

constexpr double jitter = 0.5;
constexpr unsigned going_away = 1001;
/// A client notices at its second heartbeat that nobody answers.
constexpr Millis after_shaking{75'000};
/// What a worker thread takes for one question, at most, and what is handled there.
constexpr Millis work{1'100};
constexpr std::size_t worth_a_worker = 65'000;
/// How long nothing may be on its way to or from a client to which nothing happens and that waits
/// for an answer.
constexpr Millis prompt{2'000};

}  // namespace

/// One topic that was joined, until it is left or closed.
struct Person::Seat {
  std::optional<Topic> topic = {};
  std::optional<PresenceList> present = {};
  bool over = false;
  Waits rejoins = {.known = true};
  std::set<std::string> told = {};  ///< Metas that its callbacks report as there.
};

Person::Person(Machine& machine, Oracle& oracle, std::string name, Access access)
    : machine_(machine),
      oracle_(oracle),
      host_(std::move(name), machine.seed),
      access_(std::move(access)) {}

/// The client's last callbacks need the rest.
Person::~Person() {
  there_ = false;
  client_.reset();
}

Clock::time_point Person::now() const { return host_.shown(machine_.agenda.now()); }

void Person::lose_sight() {
  for (const auto& [topic, seat] : seats_) lose_sight(topic);
}

void Person::lose_sight(const std::string& topic) {
  disturb();
  if (access_.polls) oracle_.misses(name(), topic);
}

void Person::come(const std::string& node) {
  if (!client_) client_ = new_client(node);
  there_ = true;
  reconnects_.give_up();  // it tries at once
  client_->connect();
}

std::unique_ptr<Client> Person::new_client(const std::string& node) {
  ClientOptions options;
  options.jitter = jitter;
  if (access_.polls) options.transport = ClientTransport::longpoll;
  // So that its polls come to any shard, not always to its session's.
  const bool renews = access_.polls && Random(machine_.seed, name() + "'s requests").chance(50);
  if (renews) options.headers = {{"connection", "close"}};
  options.reconnect_after_normal_close = true;
  options.params = [this] {
    check_wait(reconnects_, ClientOptions().reconnect_after, "to connect");
    return Json::object({{"who", name()}});
  };
  open_ = false;
  reconnects_.start_anew();
  auto client = std::make_unique<Client>("ws://" + node + "/socket", options, &loop_);
  client->on_open([this] { opened(); });
  client->on_close([this](const ClientClosed& why) { closed(why); });
  return client;
}

bool Person::shaken() const {
  return troubles_ > 0 || machine_.agenda.now() - shaken_ < after_shaking;
}

void Person::expect_restart(bool is_held) {
  const bool sure = open_ && there_ && !shaken() && (is_held || !access_.polls);
  trouble();
  expects_restart_ = sure;
  polls_before_restart_ = oracle_.answered_polls(name());
}

void Person::closed(const ClientClosed& why) {
  constexpr unsigned restarts = 1012, session_is_gone = 3410;
  const unsigned expected = access_.polls ? session_is_gone : restarts;
  // Its post, or the poll after an answer that was on its way as the server began to drain.
  const bool crossed = access_.polls && (why.reason.starts_with("expected a post") ||
                                         oracle_.answered_polls(name()) != polls_before_restart_);
  if (std::exchange(expects_restart_, false) && there_ && why.code != expected && !crossed) {
    oracle_.violated(invariants::drained,
                     fmt::format("{}'s connection to a server that drains ended "
                                 "with {} {}, and expected {}",
                                 name(), why.code, why.reason, expected));
  }
  const bool was_open = std::exchange(open_, false);
  ++closes_;
  closed_with_ = why.code;
  disturb();
  lose_sight();
  for (const auto& [topic, seat] : seats_) seat->rejoins.start_anew();  // it joins when it is back
  if (was_open) reconnects_.known = false;  // something may have come that nobody here has seen
  if (was_open && reconnects_.tries == 0) reconnects_.known = true;
  if (!there_) return reconnects_.give_up();
  reconnects_.begin(now());
  if (!was_open || shaken()) return;
  oracle_.violated(invariants::unbroken,
                   fmt::format("{}'s connection ended with {} {}", name(), why.code, why.reason));
}

void Person::check_wait(Waits& waits, const std::vector<Millis>& table, const std::string& what) {
  if (!waits.since) return;
  const auto waited = std::chrono::floor<Millis>(now() - *std::exchange(waits.since, std::nullopt));
  const Millis least = table[std::min(waits.tries++, table.size() - 1)];
  const auto most = std::chrono::ceil<Millis>(least * (1 + jitter));
  if (!waits.known || troubles_ > 0) return;
  if (waited >= least - Millis{1} && waited <= most + Millis{2}) return;
  oracle_.violated(
      invariants::patient,
      fmt::format("{} waited {} ms before it tried {} again, and its options say {} to {}", name(),
                  waited.count(), what, least.count(), most.count()));
}

std::optional<std::uint64_t> Person::kick() {
  const bool sure = open_ && there_ && !shaken() && client_;  // it may be cut, and not know yet
  shake();
  kicked_ = shaken_;
  return sure ? std::optional(closes_) : std::nullopt;
}

void Person::check_kicked(std::uint64_t kicked) {
  if (!client_ || shaken_ != kicked_) return;
  if (closes_ == kicked + 1 && !access_.polls && closed_with_ != going_away) {
    oracle_.violated(invariants::disconnected,
                     fmt::format("{}'s connection ended with {}, and expected {}", name(),
                                 closed_with_, going_away));
  }
  if (closes_ != kicked) return;
  oracle_.violated(invariants::disconnected, name() + " is still connected");
}

void Person::join(const std::string& topic, const std::string& how) {
  if (!client_) return;
  const auto seat = std::make_shared<Seat>();
  lose_sight(topic);  // what was asked of an older topic of this name may not be answered
  const auto older = seats_.find(topic);
  if (older != seats_.end() && older->second->topic->status() == TopicStatus::errored) {
    older->second->topic->leave();  // it would join again, and drive this one out, as in phoenix.js
  }
  seats_[topic] = seat;
  sit(seat, topic, how);
}

// NOLINTNEXTLINE(readability-function-size): all that a seat reports
void Person::sit(const std::shared_ptr<Seat>& seat, const std::string& topic,
                 const std::string& how) {
  seat->topic = client_->topic(topic, [this, seat, topic, first = how]() mutable {
    check_wait(seat->rejoins, ClientOptions().rejoin_after, "to join " + topic);
    return Payload{{"who", name()},
                   {"user", user()},
                   {"how", std::exchange(first, "")}};  // the second try is an ordinary one
  });
  seat->present.emplace(*seat->topic);
  seat->present->on_join([seat](const std::string&, const auto&, const Json& joined) {
    for (std::size_t i = 0; i < joined["metas"].size(); ++i) {
      seat->told.insert(joined["metas"][i]["phx_ref"].string_or(""));
    }
  });
  seat->present->on_leave([seat](const std::string&, const auto&, const Json& left) {
    for (std::size_t i = 0; i < left["metas"].size(); ++i) {
      seat->told.erase(left["metas"][i]["phx_ref"].string_or(""));
    }
  });
  seat->topic->on_message([this](const std::string&, const Payload&) { hears(); });
  seat->topic->on_close([this, seat, topic](const Payload&) {
    lose_sight(topic);
    seat->over = true;
  });
  seat->topic->on_error([this, seat, topic](const Payload&) {
    lose_sight(topic);
    if (client_ && open_) seat->rejoins.begin(now());
  });
  seat->topic->on("said", [this, topic](const Payload& payload) {
    // The answer to a join that the client has given up is on the wire, and nowhere else.
    if (access_.polls && !oracle_.is_member(name(), topic)) return;
    oracle_.heard(name(), topic, payload["place"].string_or(""),
                  static_cast<Oracle::Number>(payload["number"].integer_or(0)));
  });
  if (access_.polls) {  // its requests are not read, so the client says where it sits
    constexpr unsigned again = 2;
    oracle_.joins(name(), topic, again);
    seat->topic->join().receive("ok", [this, topic](const Payload& payload) {
      oracle_.seated(name(), topic, static_cast<Oracle::Number>(payload["member"].integer_or(0)));
    });
  }
  const bool in_time = open_ && troubles_ == 0 && !oracle_.troubled_between_nodes();
  const Millis due = in_time ? prompt + 2 * work : std::chrono::hours(1);
  seat->topic->join().then([this, seat, topic, due, asked = still(), as_of = disturbances_,
                            first = true](const Answer& answer) mutable {
    if (std::exchange(first, false) && as_of == disturbances_) {
      oracle_.check_prompt(fmt::format("{}'s join of {}", name(), topic), still() - asked, due);
    }
    if (answer.ok()) {
      hears();
      return seat->rejoins.start_anew();
    }
    reconnects_.known = reconnects_.tries == 0;  // the server's answer, or the client's own
    if (open_) seat->rejoins.begin(now());
  });
  seat->topic->join().receive("error", [seat](const Payload& payload) {
    if (payload["reason"] != Json("refused")) return;
    seat->topic->leave();  // a client would ask again and again
    seat->over = true;
  });
}

void Person::leave(const std::string& topic) {
  const auto found = seats_.find(topic);
  if (found == seats_.end() || !client_) return;
  const std::shared_ptr<Seat> seat = found->second;
  lose_sight(topic);
  seats_.erase(found);
  oracle_.leaves(name(), topic);
  seat->topic->leave();
  if (host_.random.chance(20)) seat->topic->leave();  // which changes nothing
}

void Person::ask(const std::string& topic, const std::string& event, std::size_t filler) {
  auto found = seats_.find(topic);
  if (found == seats_.end()) found = seats_.begin();
  if (found == seats_.end() || !client_) return;
  if (event == "crash" || event == "stop") disturb();
  const bool joined = client_->status() == ClientStatus::open &&
                      found->second->topic->status() == TopicStatus::joined;
  const auto number = oracle_.asked(name(), event + " on " + found->first, disturbances_,
                                    event == "late" ? "" : found->first);
  if (!joined || troubles_ > 0) disturb();  // it may wait for a server that is away, or be refused
  const bool works = event == "block" || filler > worth_a_worker;
  if (works) ++works_;
  const Millis due = prompt + works_ * work + Millis{event == "late" ? filler % 3'000 : 0};
  Payload payload{{"question", number},
                  {"by", name()},
                  {"ms", filler % 3'000},
                  {"filler", std::string(filler, 'x')}};
  const bool never = event == "nothing" || event == "crash";
  found->second->topic->push(event, std::move(payload))
      .then([this, number, never, works, due, asked = still()](const Answer& answer) {
        if (works) --works_;
        const auto answers = static_cast<Oracle::Number>(answer.response["question"].integer_or(0));
        // A join that comes first may wait for Redis.
        constexpr Millis for_redis{5'000};
        const Millis more = oracle_.troubled_between_nodes() ? for_redis : Millis{0};
        const Clock::duration waited = still() - asked;
        // A client waits ten seconds, and all of them may have gone into carrying its bytes.
        const bool network_is_slow = answer.status == "timeout" && waited <= due + more;
        oracle_.answered(number, answer.status, answers, disturbances_, never || network_is_slow);
        if (answers != 0) oracle_.check_prompt(number, waited, due + more, disturbances_);
      });
}

void Person::answer_roll_call() {
  if (!there_ || !client_) return;
  for (const auto& [topic, seat] : seats_) {
    if (!seat->over) ask(topic, "say", 0);
  }
}

void Person::go() {
  if (!client_) return;
  there_ = false;
  kicked_ = {};  // its connection ends in either way
  disturb();
  lose_sight();
  client_->disconnect();
}

void Person::vanish() {
  there_ = false;
  kicked_ = {};
  disturb();
  lose_sight();
  seats_.clear();
  client_.reset();
  open_ = false;
  oracle_.excuse(name());
}

void Person::check_back() {
  if (!there_ || !client_) return;
  if (client_->status() != ClientStatus::open) {
    oracle_.violated(invariants::all_back, name() + " is not connected");
  }
  for (const auto& [topic, seat] : seats_) {
    if (seat->over) continue;
    if (seat->topic->status() != TopicStatus::joined) {
      oracle_.violated(invariants::all_back, name() + " has not joined " + topic);
    } else if (!oracle_.is_member(name(), topic)) {
      oracle_.violated(invariants::all_back,
                       name() + " believes to be in " + topic + ", and the server does not");
    } else {
      oracle_.check_heard(name(), topic);
      // One that polls may have missed a diff.
      if (access_.polls) continue;
      oracle_.check_list(name(), topic, seat->present->list());
      check_told(topic, *seat);
    }
  }
}

/// What its callbacks reported adds up to its list.
void Person::check_told(const std::string& topic, const Seat& seat) {
  std::set<std::string> listed;
  for (const auto& [key, presence] : seat.present->list()) {
    for (std::size_t i = 0; i < presence["metas"].size(); ++i) {
      listed.insert(presence["metas"][i]["phx_ref"].string_or(""));
    }
  }
  if (listed == seat.told) return;
  oracle_.violated(invariants::same_list,
                   fmt::format("{}'s list of {} has {} metas, and {} were reported as there",
                               name(), topic, listed.size(), seat.told.size()));
}

std::size_t Person::wanted() const {
  if (!there_) return 0;
  return static_cast<std::size_t>(std::count_if(
      seats_.begin(), seats_.end(), [](const auto& seat) { return !seat.second->over; }));
}

}  // namespace phx::simulation
