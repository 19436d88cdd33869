/// Asks, listens, and reports all of it to the oracle.

#include "conformance/simulation/world/person.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace phx::simulation {

/// One topic that was joined, until it is left or closed.
struct Person::Seat {
  std::optional<Topic> topic = {};
  std::optional<PresenceList> present = {};
  bool over = false;
};

Person::Person(Machine& machine, Oracle& oracle, std::string name, Access access)
    : oracle_(oracle), host_(std::move(name), machine.seed), access_(std::move(access)) {}

Person::~Person() = default;

void Person::disturb() {
  ++disturbances_;
  if (!access_.polls) return;
  for (const auto& [topic, seat] : seats_) oracle_.misses(name(), topic);
}

void Person::come(const std::string& node) {
  if (!client_) {
    ClientOptions options;
    options.jitter = 0.5;
    if (access_.polls) options.transport = ClientTransport::longpoll;
    options.reconnect_after_normal_close = true;
    client_ = std::make_unique<Client>("ws://" + node + "/socket", options, &loop_);
  }
  there_ = true;
  client_->connect();
}

void Person::join(const std::string& topic, const std::string& how) {
  if (!client_) return;
  const auto seat = std::make_shared<Seat>();
  disturb();  // what was asked of an older topic of this name may not be answered
  const auto older = seats_.find(topic);
  if (older != seats_.end() && older->second->topic->status() == TopicStatus::errored) {
    older->second->topic->leave();  // it would join again, and drive this one out, as in phoenix.js
  }
  seats_[topic] = seat;
  sit(seat, topic, how);
}

void Person::sit(const std::shared_ptr<Seat>& seat, const std::string& topic,
                 const std::string& how) {
  seat->topic = client_->topic(topic, [this, first = how]() mutable {
    return Payload{{"who", name()},
                   {"how", std::exchange(first, "")}};  // the second try is an ordinary one
  });
  seat->present.emplace(*seat->topic);
  seat->topic->on_close([this, seat](const Payload&) {
    disturb();
    seat->over = true;
  });
  seat->topic->on_error([this](const Payload&) { disturb(); });
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
  disturb();
  seats_.erase(found);
  oracle_.leaves(name(), topic);
  seat->topic->leave();
}

void Person::ask(const std::string& topic, const std::string& event, std::size_t filler) {
  auto found = seats_.find(topic);
  if (found == seats_.end()) found = seats_.begin();
  if (found == seats_.end() || found->second->over || !client_) return;
  if (event == "crash" || event == "stop") disturb();
  const bool joined = client_->status() == ClientStatus::open &&
                      found->second->topic->status() == TopicStatus::joined;
  const auto number = oracle_.asked(name(), event + " on " + found->first, disturbances_);
  if (!joined || troubles_ > 0) disturb();  // it may wait for a server that is away
  Payload payload{{"question", number},
                  {"by", name()},
                  {"ms", filler % 3'000},
                  {"filler", std::string(filler, 'x')}};
  const bool never = event == "nothing" || event == "crash";
  found->second->topic->push(event, std::move(payload))
      .then([this, number, never](const Answer& answer) {
        const auto answers = static_cast<Oracle::Number>(answer.response["question"].integer_or(0));
        oracle_.answered(number, answer.status, answers, disturbances_, never);
      });
}

void Person::go() {
  if (!client_) return;
  there_ = false;
  disturb();
  client_->disconnect();
}

void Person::vanish() {
  there_ = false;
  disturb();
  seats_.clear();
  client_.reset();
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
      if (!access_.polls) oracle_.check_list(name(), topic, seat->present->list());
    }
  }
}

std::size_t Person::wanted() const {
  if (!there_) return 0;
  return static_cast<std::size_t>(std::count_if(
      seats_.begin(), seats_.end(), [](const auto& seat) { return !seat.second->over; }));
}

}  // namespace phx::simulation
