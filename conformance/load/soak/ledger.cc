/// \file
/// Checks one connection: its requests on each topic, and their answers.
#include "conformance/load/soak/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace phx::soak {
namespace {

constexpr std::size_t fields = 5;
const std::string direct_ref;  // a plain broadcast has no join_ref

std::string shown(std::string_view text) {
  constexpr std::size_t longest = 160;
  return fmt::format("{}{}", text.substr(0, longest), text.size() > longest ? "…" : "");
}

std::string shown(const Message& message) {
  return fmt::format("{} on {} (join_ref \"{}\", ref \"{}\"): {}", message.event, message.topic,
                     message.join_ref, message.ref, shown(message.payload.dump()));
}

std::uint64_t number_of(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::optional<Message> read_message(std::string_view text) {
  const auto json = conformance::parse_json(text);
  if (!json || !json_is_array(json->get()) || json_array_size(json->get()) != fields) {
    return std::nullopt;
  }
  const conformance::Json& all = *json;
  return Message{all[0].text(), all[1].text(), all[2].text(), all[3].text(), all[4]};
}

void Ledger::asked(const std::string& topic, const std::string& join_ref, std::uint64_t ref,
                   Answer expected, Effect effect, Instant now, Feed* feed) {
  Room& room = rooms_[topic];
  highest_ref_ = std::max(highest_ref_, ref);
  if (effect == Effect::joins) {
    // A second join of the same topic ends the first.
    if (room.state == State::joined) room.closing.push_back(room.join_ref);
    room.state = State::joining;
    room.join_ref = join_ref;
    room.feed = feed;
  }
  if (effect == Effect::crashes) room.crashing = join_ref;
  if (effect == Effect::crashes || effect == Effect::leaves || effect == Effect::stops) {
    room.state = State::ending;
    room.ending_since = now;
  }
  if (effect == Effect::crashes) return;
  room.questions.push_back({ref, join_ref, std::move(expected), effect, now});
}

std::optional<Instant::duration> Ledger::received(std::string_view text, Instant now) {
  const auto message = read_message(text);
  std::optional<Instant::duration> took;
  if (!message) {
    complain(Wrong::unexpected, "this is not a message: " + shown(text));
    return took;
  }
  const auto found = rooms_.find(message->topic);
  if (found == rooms_.end()) {
    complain(Wrong::unexpected, "a reply on a topic without requests: " + shown(*message));
    return took;
  }
  Room& room = found->second;
  if (message->event == "phx_reply") {
    replied(room, *message, now, took);
  } else if (message->event == "phx_close") {
    closed(room, *message);
  } else if (message->event == "phx_error") {
    crashed(room, *message);
  } else {
    heard(room, *message);
  }
  return took;
}

// --- Replies ------------------------------------------------------------------------------------

void Ledger::replied(Room& room, const Message& message, Instant now,
                     std::optional<Instant::duration>& took) {
  const std::optional<Question> question = answered(room, message);
  if (!question) return strange_reply(message);
  if (question->effect == Effect::none) took = now - question->sent;
  const auto expected =
      conformance::parse_json(fmt::format(R"({{"status":"{}","response":{}}})",
                                          question->expected.status, question->expected.response));
  if (message.join_ref != question->join_ref || !expected ||
      !conformance::matches(*expected, message.payload)) {
    complain(Wrong::unexpected, fmt::format("expected join_ref \"{}\" and {} {}, got {}",
                                            question->join_ref, question->expected.status,
                                            shown(question->expected.response), shown(message)));
  }
  take_effect(room, *question);
}

std::optional<Ledger::Question> Ledger::answered(Room& room, const Message& message) {
  const auto is_it = [ref = number_of(message.ref)](const Question& q) { return q.ref == ref; };
  const auto late = std::find_if(room.overtaken.begin(), room.overtaken.end(), is_it);
  if (late != room.overtaken.end()) {
    Question question = std::move(*late);
    room.overtaken.erase(late);
    return question;
  }
  const auto found = std::find_if(room.questions.begin(), room.questions.end(), is_it);
  if (found == room.questions.end()) return std::nullopt;
  if (found != room.questions.begin()) {
    complain(Wrong::out_of_order,
             fmt::format("the reply to {} came before the one to {}: {}", found->ref,
                         room.questions.front().ref, shown(message)));
  }
  while (&room.questions.front() != &*found) {
    room.overtaken.push_back(std::move(room.questions.front()));
    room.questions.pop_front();
  }
  Question question = std::move(room.questions.front());
  room.questions.pop_front();
  return question;
}

void Ledger::strange_reply(const Message& message) {
  const std::uint64_t ref = number_of(message.ref);
  if (ref > 0 && ref <= highest_ref_) {
    return complain(
        Wrong::doubled,
        fmt::format("ref {} already has its reply, or should get none: {}", ref, shown(message)));
  }
  complain(Wrong::unexpected, "a reply without a request: " + shown(message));
}

void Ledger::take_effect(Room& room, const Question& question) {
  switch (question.effect) {
    case Effect::none:
    case Effect::waits:
    case Effect::crashes: return;
    case Effect::joins: return join(room, question);
    case Effect::leaves:
    case Effect::stops: room.closing.push_back(question.join_ref); return;
  }
}

void Ledger::join(Room& room, const Question& question) {
  if (question.join_ref != room.join_ref) return;  // a later join is on its way
  if (question.expected.status != "ok") {
    room.state = State::idle;
    return room.ears.clear();
  }
  room.state = State::joined;
  if (room.feed == nullptr) return;
  const auto first_join = room.ears.find("intercepted");
  if (first_join != room.ears.end()) {
    room.former = room.listening;
    room.former_ear = first_join->second;
  }
  room.listening = room.join_ref;
  for (const char* event : {"broadcasted", "intercepted"}) {
    const auto before = room.ears.find(event);
    const Feed& feed = *room.feed;
    Reception* reception = room.feed->reception(node_, event);
    room.ears.insert_or_assign(event, before == room.ears.end()
                                          ? Ear(feed, reception)
                                          : Ear::after(before->second, feed, reception));
  }
}

// --- Ends ---------------------------------------------------------------------------------------

void Ledger::closed(Room& room, const Message& message) {
  if (room.closing.empty() || room.closing.front() != message.join_ref) {
    return complain(Wrong::unexpected, "no channel should end here: " + shown(message));
  }
  room.closing.pop_front();
  if (message.join_ref == room.former) room.former_ear.reset();
  if (message.join_ref == room.join_ref) ended(room);
}

void Ledger::crashed(Room& room, const Message& message) {
  if (room.crashing != message.join_ref) {
    return complain(Wrong::unexpected, "no channel should crash here: " + shown(message));
  }
  for (const Question& question : room.questions) {
    complain(Wrong::missing, fmt::format("ref {} on {} was never answered, and then its channel "
                                         "crashed as it should",
                                         question.ref, message.topic));
  }
  room.questions.clear();
  room.crashing.reset();
  ended(room);
}

void Ledger::ended(Room& room) {
  room.state = State::idle;
  room.ears.clear();
}

// --- Broadcasts ---------------------------------------------------------------------------------

void Ledger::heard(Room& room, const Message& message) {
  const auto ear = room.ears.find(message.event);
  const auto* number = json_object_get(message.payload.get(), "n");
  if (ear == room.ears.end() || !json_is_integer(number)) {
    return complain(Wrong::unexpected,
                    "a broadcast on a topic that is not joined: " + shown(message));
  }
  const bool direct = message.event == "broadcasted";
  const bool late = !direct && room.former_ear && message.join_ref == room.former;
  const std::string& expected = direct ? direct_ref : late ? room.former : room.listening;
  if (message.join_ref != expected || !message.ref.empty()) {
    complain(Wrong::unexpected,
             fmt::format("expected the join_ref \"{}\" and no ref: {}", expected, shown(message)));
  }
  Ear& hearer = late ? *room.former_ear : ear->second;
  const auto complaint = hearer.hears(static_cast<std::uint64_t>(json_integer_value(number)));
  if (complaint) {
    complain(complaint->kind,
             fmt::format("{} on {}: {}", message.event, message.topic, complaint->sentence));
  }
}

// --- Missing messages ---------------------------------------------------------------------------

void Ledger::check_patience(Instant then) {
  for (auto& [topic, room] : rooms_) check_patience(topic, room, then);
}

void Ledger::check_patience(const std::string& topic, Room& room, Instant then) {
  for (auto* waiting : {&room.overtaken, &room.questions}) {
    while (!waiting->empty() && waiting->front().sent <= then) {
      complain(Wrong::missing,
               fmt::format("ref {} on {} was never answered", waiting->front().ref, topic));
      if (waiting->front().effect == Effect::joins) ended(room);
      waiting->pop_front();
    }
  }
  if (room.state == State::ending && room.ending_since <= then) {
    complain(Wrong::missing, fmt::format("the channel of {} should end, but no phx_{} came", topic,
                                         room.crashing ? "error" : "close"));
    room.crashing.reset();
    room.closing.clear();
    ended(room);
  }
  if (room.state != State::joined || room.feed == nullptr) return;
  for (auto& [event, ear] : room.ears) {
    const std::uint64_t confirmed = room.feed->confirmed_by(then);
    const auto complaint = ear.lacks(confirmed);
    if (!complaint) continue;
    complain(complaint->kind, fmt::format("{} on {}: {}", event, topic, complaint->sentence));
    ear = Ear(*room.feed, room.feed->reception(node_, event));
  }
}

Ledger::State Ledger::state_of(const std::string& topic) const {
  const auto found = rooms_.find(topic);
  return found == rooms_.end() ? State::idle : found->second.state;
}

std::string Ledger::join_ref_of(const std::string& topic) const {
  const auto found = rooms_.find(topic);
  return found == rooms_.end() ? std::string() : found->second.join_ref;
}

bool Ledger::owes_nothing(const Room& room) {
  return room.questions.empty() && room.overtaken.empty() && room.closing.empty() &&
         !room.crashing && room.state != State::ending;
}

bool Ledger::quiet(const std::string& topic) const {
  const auto found = rooms_.find(topic);
  return found == rooms_.end() || owes_nothing(found->second);
}

bool Ledger::settled() const {
  return std::all_of(rooms_.begin(), rooms_.end(),
                     [](const auto& each) { return owes_nothing(each.second); });
}

bool Ledger::heard_all() const {
  return std::all_of(rooms_.begin(), rooms_.end(), [](const auto& each) {
    const Room& room = each.second;
    if (room.state != State::joined || room.feed == nullptr) return true;
    return std::all_of(room.ears.begin(), room.ears.end(),
                       [&room](const auto& ear) { return !ear.second.lacks(room.feed->next()); });
  });
}

}  // namespace phx::soak
