/// Compares what is heard with what was said.

#include "conformance/simulation/world/oracle.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace phx::simulation {
namespace {

std::string_view node_of(std::string_view place) { return place.substr(0, place.find('.')); }

}  // namespace

// --- Members ------------------------------------------------------------------------------------

/// A member of the same shard hears exactly what is said from now on; from another shard also what
/// is on its way.
Oracle::Number Oracle::joined(const std::string& who, const std::string& key,
                              const std::string& topic, const std::string& place,
                              std::uint64_t client, bool loosely) {
  Member member{.who = who, .key = key, .topic = topic, .place = place, .loosely = loosely};
  Number& latest = latest_[fmt::format("{} {} {}", topic, place, client)];
  member.before = std::exchange(latest, members_.size() + 1);
  for (const auto& [from, count] : said_[topic]) {
    member.ears[from] = {.first = count + 1, .loose = loosely || from != place};
  }
  members_.push_back(std::move(member));
  ++members_alive_;
  return members_.size();
}

Oracle::Number Oracle::due_from(const Member& member, const std::string& place, Number unless) {
  if (!member.before_answer) return unless;
  const auto before = member.before_answer->find(place);
  return before == member.before_answer->end() ? 1 : before->second + 1;
}

void Oracle::left(Number member) {
  members_.at(member - 1).alive = false;
  --members_alive_;
}

std::set<std::string> Oracle::present(const std::string& topic) const {
  std::set<std::string> all;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (!member.alive || member.topic != topic || !member.mood) continue;
    all.insert(fmt::format("{} {} {}", member.key, i + 1, *member.mood));
  }
  return all;
}

bool Oracle::is_member(const std::string& who, const std::string& topic) {
  const Number member = seats_[who][topic];
  return member > 0 && members_.at(member - 1).alive;
}

Oracle::Number Oracle::said(const std::string& topic, const std::string& place,
                            const std::string& by, Clock::time_point now) {
  ++sayings_;
  speakers_[topic][place].push_back({by, now});
  broadcasts(std::string(node_of(place)));
  return ++said_[topic][place];
}

std::string Oracle::text_of(const std::string& topic, const std::string& place,
                            Number number) const {
  const auto there = speakers_.find(topic);
  if (there == speakers_.end()) return "null";
  const auto from = there->second.find(place);
  if (from == there->second.end() || number == 0 || number > from->second.size()) return "null";
  const std::string& by = from->second[number - 1].by;
  const std::string speaker = by.empty() ? "" : fmt::format(R"("by":"{}",)", by);
  return fmt::format(R"({{{}"number":{},"place":"{}"}})", speaker, number, place);
}

bool Oracle::may_be_present(Number member, const std::string& key, const std::string& topic,
                            std::int64_t mood) const {
  if (!is_of(member, topic)) return false;
  const Member& shown = members_[member - 1];
  return shown.key == key && mood >= 0 && mood <= shown.latest_mood;
}

/// A place where nothing had been said when the member joined.
Oracle::Ear& Oracle::ear(Member& member, const std::string& place) {
  const auto found = member.ears.find(place);
  if (found != member.ears.end()) return found->second;
  return member.ears[place] = {.first = 1, .loose = member.loosely || place != member.place};
}

bool Oracle::may_lack(const Member& member, const std::string& place, Number first,
                      Number end) const {
  constexpr Millis on_its_way{2'000};  // to Redis and on
  if (member.misses || first >= end) return true;
  if (node_of(member.place) == node_of(place)) return false;
  if (alone_) return true;
  const std::vector<Spoken>& spoken = speakers_.at(member.topic).at(place);
  for (Number number = first; number < end; ++number) {
    const Clock::time_point when = spoken.at(number - 1).when;
    const bool in_trouble = std::ranges::any_of(troubles_, [&](const auto& trouble) {
      return trouble.first <= when + on_its_way && when <= trouble.second;
    });
    if (!in_trouble) return false;
  }
  return true;
}

/// True if the member, or the one before it, is to hear this next.
bool Oracle::hears(Member& member, const std::string& place, Number number) {
  Ear& from = ear(member, place);
  const bool before = member.before != 0 && from.next == 0 && (from.loose || number < from.first);
  if (before && hears(members_[member.before - 1], place, number)) return true;
  const Number next = from.next != 0 ? from.next : from.first;
  if (number > said_[member.topic][place]) return false;
  const bool is_first = from.next == 0 && from.loose;
  Number due = is_first ? due_from(member, place, number) : next;
  if (const Number after = next_for(member, place); number >= after) due = std::max(due, after);
  const bool fits = number >= due ? may_lack(member, place, due, number) : is_first;
  if (fits) from.next = number + 1;
  return fits;
}

Oracle::Number Oracle::next_for(const Member& member, const std::string& place) const {
  const Number before = member.before != 0 ? next_for(members_[member.before - 1], place) : 0;
  const auto from = member.ears.find(place);
  return from == member.ears.end() ? before : std::max(before, from->second.next);
}

void Oracle::misses(const std::string& who, const std::string& topic) {
  const Number member = seats_[who][topic];
  if (member != 0) members_.at(member - 1).misses = true;
}

void Oracle::heard(const std::string& who, const std::string& topic, const std::string& place,
                   Number number) {
  const Number member = seats_[who][topic];
  if (member == 0 || member > members_.size()) {
    return violated(
        invariants::in_order,
        fmt::format("{} heard {}'s {} before its join was answered", who, place, number));
  }
  Member& hearer = members_[member - 1];
  if (hears(hearer, place, number)) return;
  const Ear& from = ear(hearer, place);
  violated(invariants::in_order,
           fmt::format("{} heard {}'s {} on {}, and expected {}", who, place, number, hearer.topic,
                       from.next != 0 ? from.next : from.first));
}

void Oracle::check_heard(const std::string& who, const std::string& topic) {
  Member& hearer = members_.at(seats_[who][topic] - 1);
  if (hearer.misses) return;
  for (const auto& [place, count] : said_[hearer.topic]) {
    const Ear& from = ear(hearer, place);
    if (before_roll_call_ && count > (*before_roll_call_)[hearer.topic][place]) {
      if (next_for(hearer, place) > count) continue;
      violated(invariants::all_heard,
               fmt::format("{} is not heard by {} on {}, and nothing is wrong", place, who,
                           hearer.topic));
    }
    const bool is_first = from.next == 0 && from.loose;
    const Number first = is_first ? due_from(hearer, place, count + 1) : from.first;
    const Number due = std::max(first, next_for(hearer, place));
    if (may_lack(hearer, place, due, count + 1)) continue;
    violated(invariants::all_heard, fmt::format("{} has heard {}'s up to {} on {}, of {}", who,
                                                place, due - 1, hearer.topic, count));
  }
}

/// After a second join on one connection a list may also have members that are gone: the diff of
/// the time before has no join_ref, and is applied to the new list. phoenix.js does the same.
void Oracle::check_list(const std::string& who, const std::string& topic,
                        const std::map<std::string, Json>& list) {
  std::set<std::string> listed;
  std::size_t metas = 0;
  for (const auto& [key, presence] : list) {
    for (std::size_t i = 0; i < presence["metas"].size(); ++i, ++metas) {
      const Json meta = presence["metas"][i];
      listed.insert(
          fmt::format("{} {} {}", key, meta["member"].integer_or(0), meta["mood"].integer_or(-1)));
    }
  }
  for (const auto& [key, presence] : list) {
    if (presence["metas"].size() > 0) continue;
    return violated(invariants::same_list,
                    fmt::format("{}'s list of {} has {} without a meta", who, topic, key));
  }
  const std::set<std::string> there = present(topic);
  const bool all = std::includes(listed.begin(), listed.end(), there.begin(), there.end());
  const bool none_else = listed == there || tries_[who][topic] > 1;
  if (all && none_else && metas == listed.size()) return;
  violated(invariants::same_list, fmt::format("{}'s list of {} is {}, and {} are there", who, topic,
                                              fmt::join(listed, ", "), fmt::join(there, ", ")));
}

// --- Questions ----------------------------------------------------------------------------------

Oracle::Number Oracle::asked(const std::string& who, const std::string& what,
                             std::uint64_t disturbances, const std::string& room) {
  questions_.push_back({.who = who, .what = what, .disturbances = disturbances, .room = room});
  return questions_.size();
}

void Oracle::answered(Number question, const std::string& status, Number answers,
                      std::uint64_t disturbances, bool never_answered) {
  Question& asked = questions_.at(question - 1);
  const std::string which = fmt::format("{}'s {} ({})", asked.who, asked.what, question);
  if (++asked.answers > 1) {
    return violated(invariants::one_answer, which + " got a second answer: " + status);
  }
  const bool from_server = answers != 0;
  if (from_server && answers != question) {
    return violated(invariants::one_answer,
                    which + fmt::format(" got the answer to {}: {}", answers, status));
  }
  if (from_server && !asked.room.empty()) {
    Number& latest = answered_[asked.who + " " + asked.room];
    if (question < latest) {
      violated(invariants::pushed_in_order,
               which + fmt::format(" was answered after {}, which was asked later", latest));
    }
    latest = std::max(latest, question);
  }
  if (from_server && never_answered) {
    return violated(invariants::one_answer, which + " got an answer, and none is sent: " + status);
  }
  if (!from_server && !never_answered && asked.disturbances == disturbances) {
    violated(invariants::answered_in_time, which + " got no answer of the server's: " + status);
  }
}

void Oracle::check_prompt(const std::string& what, Clock::duration still, Millis due) {
  if (still <= due) return;
  violated(invariants::answered_in_time,
           fmt::format("{} was answered after nothing had been on its way for {} ms in all", what,
                       std::chrono::floor<Millis>(still).count()));
}

void Oracle::check_prompt(Number question, Clock::duration still, Millis due,
                          std::uint64_t disturbances) {
  const Question& asked = questions_.at(question - 1);
  if (asked.disturbances != disturbances) return;
  check_prompt(fmt::format("{}'s {} ({})", asked.who, asked.what, question), still, due);
}

void Oracle::gets(Number member, Number question) {
  if (question == 0 || question > questions_.size()) return;
  Question& asked = questions_[question - 1];
  Member& channel = members_.at(member - 1);
  const std::string which = fmt::format("{}'s {} ({})", asked.who, asked.what, question);
  if (std::exchange(asked.handled, true)) {
    violated(invariants::pushed_in_order, which + " came a second time");
  } else if (question < channel.question) {
    violated(invariants::pushed_in_order,
             which + fmt::format(" came after {}, which was pushed later", channel.question));
  }
  channel.question = question;
}

void Oracle::excuse(const std::string& who) {
  for (Question& question : questions_) question.excused |= question.who == who;
}

void Oracle::check_accounted(const std::string& node) {
  const std::int64_t left = unsettled_[node];
  if (left == 0) return;
  violated(
      invariants::accounted,
      left > 0
          ? fmt::format("{} things said on {} have not gone to Redis, and no loss is reported",
                        left, node)
          : fmt::format("{} more things went from {} to Redis than were said there", -left, node));
}

void Oracle::check_answered() {
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    if (questions_[i].answers == 1 || questions_[i].excused) continue;
    violated(invariants::one_answer, fmt::format("{}'s {} ({}) got no answer", questions_[i].who,
                                                 questions_[i].what, i + 1));
  }
}

}  // namespace phx::simulation
