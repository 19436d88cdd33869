#pragma once
/// \file
/// Knows what was said, asked and answered in a world, and which invariant is broken by what is not
/// as it should be.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/json.h"

namespace phx::simulation {

/// What always holds. A value.
struct Invariant {
  const char* name;
  const char* sentence;
};

namespace invariants {
constexpr Invariant one_answer{"one-answer", "a push gets exactly one answer, and it is its own"};
constexpr Invariant answered_in_time{
    "answered-in-time", "a push gets the server's answer unless something happened to its client"};
constexpr Invariant pushed_in_order{"pushed-in-order",
                                    "a channel gets what its client pushes in that order, nothing "
                                    "twice, and answers in that order"};
constexpr Invariant in_order{
    "in-order",
    "a member hears what is said on its topic in order, nothing twice, nothing left out"};
constexpr Invariant all_heard{"all-heard",
                              "a member that is still there has heard all that was said"};
constexpr Invariant subscribed{
    "subscribed", "a join is answered once its node hears what is said there on other nodes"};
constexpr Invariant accounted{"accounted",
                              "what a node says goes to Redis, or is reported as lost"};
constexpr Invariant own_reply{"own-reply",
                              "a reply on the wire answers one message of its connection, once"};
constexpr Invariant predicted{
    "predicted", "each frame is what the model of a room says to what its client sent"};
constexpr Invariant join_ref{"join-ref",
                             "a frame on the wire carries the join_ref of a join that is not over"};
constexpr Invariant joins_once{
    "joins-once", "a client joins a topic again once it has left it, or its join is over"};
constexpr Invariant one_end{"one-end", "a channel ends on the wire once: phx_close or phx_error"};
constexpr Invariant same_list{
    "same-list", "at rest, every presence list has each living member once, and nobody else"};
constexpr Invariant due_answer{
    "due-answer", "a guest that comes to a world at rest gets all that is due, and nothing else"};
constexpr Invariant unharmed{"unharmed", "no channel crashes unless its client asks for it"};
constexpr Invariant unbroken{
    "unbroken", "a client's connection ends only because of something that happened to it"};
constexpr Invariant patient{
    "patient",
    "a client waits as long before each try as its options say, the first wait after each success"};
constexpr Invariant disconnected{"disconnected",
                                 "a client that the server disconnects loses its connection"};
constexpr Invariant all_back{"all-back",
                             "when the trouble is over, who wants to be there is there"};
constexpr Invariant no_ghosts{"no-ghosts", "a channel has a client that wants it"};
constexpr Invariant nothing_left{
    "nothing-left", "when all have gone, no process, subscription, timer or connection is left"};
constexpr Invariant drained{"drained", "a server that is asked to stop does so in time"};
constexpr Invariant in_batches{
    "in-batches", "a server drains as many connections at once as its options say, and no more"};
constexpr Invariant nothing_waits{
    "nothing-waits", "at rest, no message, frame or byte waits in a server or in a client"};
constexpr Invariant quiet_nodes{"quiet-nodes", "at rest, no node asks another for its presences"};
constexpr Invariant at_rest{"at-rest", "the world comes to rest between two moments"};
constexpr Invariant alive{"alive", "the library neither crashes nor hangs"};

constexpr Invariant all[] = {one_answer,    answered_in_time, pushed_in_order,
                             in_order,      all_heard,        subscribed,
                             accounted,     own_reply,        predicted,
                             join_ref,      joins_once,       one_end,
                             same_list,     due_answer,       unharmed,
                             unbroken,      patient,          disconnected,
                             all_back,      no_ghosts,        nothing_left,
                             nothing_waits, quiet_nodes,      drained,
                             in_batches,    at_rest,          alive};
}  // namespace invariants

/// The first invariant that was broken, and how. A value.
struct Violation {
  std::string invariant;
  std::string what;
};

/// Neither copied nor moved.
class Oracle {
 public:
  using Number = std::uint64_t;  ///< Of a member or a question, from 1.

  /// `alone`: there is one server, and its successor hears nothing of it.
  explicit Oracle(bool alone = false) : alone_(alone) {}
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  void violated(const Invariant& invariant, std::string what) {
    if (!violation_) violation_ = Violation{invariant.name, std::move(what)};
  }
  const std::optional<Violation>& violation() const { return violation_; }

  // What the server's channels report. `place` is the shard's name.
  /// `client` is its transport's; `loosely`: something may be said before its subscription.
  /// `key`: under which it is present.
  Number joined(const std::string& who, const std::string& key, const std::string& topic,
                const std::string& place, std::uint64_t client, bool loosely);
  void left(Number member);
  /// Its join has been answered.
  void begins_to_hear(Number member) {
    Member& hearer = members_.at(member - 1);
    hearer.before_answer = said_[hearer.topic];
    if (on_hearing_) on_hearing_(hearer.topic, hearer.place);
  }
  /// Calls it as each join is answered, with the topic and the shard's name.
  void on_hearing(std::function<void(const std::string& topic, const std::string& place)> call) {
    on_hearing_ = std::move(call);
  }
  /// From now on it is present with this mood; nothing: it hides.
  void shows(Number member, std::optional<Number> mood) {
    members_.at(member - 1).mood = mood;
    if (mood) members_[member - 1].latest_mood = static_cast<std::int64_t>(*mood);
  }
  /// It gets a question, of which there may be none: 0.
  void gets(Number member, Number question);
  /// The number of what is now said there. `by` a person, or the server: empty.
  Number said(const std::string& topic, const std::string& place, const std::string& by,
              Clock::time_point now);
  /// A node says something to others, and in the end it goes to Redis or its loss is reported.
  void broadcasts(const std::string& node) { ++unsettled_[node]; }
  void settles_broadcast(const std::string& node) { --unsettled_[node]; }
  /// At rest all are settled, and each once.
  void check_accounted(const std::string& node);
  /// What came of a question: what it said there, or the mood of a member.
  struct Saying {
    std::string place;
    Number number;
  };
  void came_of(Number question, Saying saying) { sayings_by_question_[question] = saying; }
  const Saying* saying_of(Number question) const {
    const auto found = sayings_by_question_.find(question);
    return found == sayings_by_question_.end() ? nullptr : &found->second;
  }
  void came_of(Number question, Number member, Number mood) {
    questions_of_moods_[{member, mood}] = question;
  }
  /// 0: nobody has asked for it.
  Number question_of(Number member, Number mood) const {
    const auto found = questions_of_moods_.find({member, mood});
    return found == questions_of_moods_.end() ? 0 : found->second;
  }
  /// Its payload; of what was never said, null.
  std::string text_of(const std::string& topic, const std::string& place, Number number) const;
  /// Call it once all trouble is over. Messages may have been lost before; from now on everybody
  /// hears what is said.
  void begin_roll_call() { before_roll_call_ = said_; }
  /// There is such a member on that topic.
  bool is_of(Number member, const std::string& topic) const {
    return member > 0 && member <= members_.size() && members_[member - 1].topic == topic;
  }
  /// It has shown itself there under that key, and has had that mood.
  bool may_be_present(Number member, const std::string& key, const std::string& topic,
                      std::int64_t mood) const;
  std::size_t members() const { return members_alive_; }
  /// A channel begins to live, whether its join is refused or not, and ends.
  void opened() { ++channels_alive_; }
  void closed() { --channels_alive_; }
  std::size_t channels() const { return channels_alive_; }

  /// The living members of a topic that do not hide: `ann 7 0`, by key, number and mood.
  std::set<std::string> present(const std::string& topic) const;

  // What goes over the wire.
  /// A join was answered: what `who` hears on that topic from now on is for this member. Broadcasts
  /// have no join_ref, so a client can't tell.
  void seated(const std::string& who, const std::string& topic, Number member) {
    seats_[who][topic] = member;
  }

  /// `who` asks to join: the nth time on one connection.
  void joins(const std::string& who, const std::string& topic, unsigned nth) {
    tries_[who][topic] = nth;
  }

  /// A poll's answer has come to `who`, on a connection that the server means to go on with.
  void answers_poll(const std::string& who) { ++polls_[who]; }
  std::uint64_t answered_polls(const std::string& who) const {
    const auto found = polls_.find(who);
    return found == polls_.end() ? 0 : found->second;
  }

  // What the clients report.
  /// From now on it may miss something.
  void misses(const std::string& who, const std::string& topic);
  /// `who` has left, and drops what comes until its leave is answered. If it joins again meanwhile,
  /// it hears the rest of what is for the old member.
  void leaves(const std::string& who, const std::string& topic) { misses(who, topic); }
  void heard(const std::string& who, const std::string& topic, const std::string& place,
             Number number);
  /// `disturbances`: how often something has happened to that client so far. `room`: whose
  /// channel answers in the order of the questions; empty: when it likes.
  Number asked(const std::string& who, const std::string& what, std::uint64_t disturbances,
               const std::string& room);
  /// `undisturbed` as of now; `answers`: the number of the question in the answer, or 0.
  void answered(Number question, const std::string& status, Number answers,
                std::uint64_t disturbances, bool never_answered);

  /// While `what` waited for its answer, the network was still for that long; `due`: at most.
  void check_prompt(const std::string& what, Clock::duration still, Millis due);
  /// The same for a question, if its client was undisturbed.
  void check_prompt(Number question, Clock::duration still, Millis due, std::uint64_t disturbances);

  /// From now on, and until calm(), what is said on one node may not reach another: what Redis
  /// does not get is lost, as in Phoenix.
  void trouble_between_nodes(Clock::time_point now) {
    if (troubled_++ == 0) troubles_.push_back({now, Clock::time_point::max()});
  }
  bool troubled_between_nodes() const { return troubled_ > 0; }
  void calm_between_nodes(Clock::time_point now) {
    if (--troubled_ == 0) troubles_.back().second = now;
  }

  /// That client has ended, and gets no answers to what it has asked.
  void excuse(const std::string& who);

  // At rest.
  bool is_member(const std::string& who, const std::string& topic);
  void check_heard(const std::string& who, const std::string& topic);
  void check_answered();
  /// `list`: presences by their keys.
  void check_list(const std::string& who, const std::string& topic,
                  const std::map<std::string, Json>& list);

  std::uint64_t questions() const { return questions_.size(); }
  std::uint64_t sayings() const { return sayings_; }

 private:
  /// What was said from one shard on one topic is numbered from 1.
  struct Ear {
    Number first = 0;  ///< The first that it may hear; exactly that one, unless `loose`.
    Number next = 0;   ///< 0: it has heard nothing from there.
    bool loose = false;
  };
  struct Member {
    std::string who;
    std::string key;
    std::string topic;
    std::string place;
    std::optional<Number> mood = {};
    std::int64_t latest_mood = -1;  ///< Also of one that hides, or has left.
    Number question = 0;            ///< The last that it got.
    bool loosely = false;
    bool alive = true;
    bool misses = false;
    /// The same client's member before it. What was sent to that one may still come: a transport
    /// that waits for a join answers that first, as in Phoenix.
    Number before = 0;
    std::map<std::string, Ear> ears = {};
    /// What had been said, by place, when its join was answered: it hears the rest.
    std::optional<std::map<std::string, Number>> before_answer = {};
  };
  struct Question {
    std::string who;
    std::string what;
    std::uint64_t disturbances = 0;
    unsigned answers = 0;
    bool excused = false;
    bool handled = false;
    std::string room = {};
  };
  Ear& ear(Member& member, const std::string& place);
  /// What was said there from `first` on and before `end` may not have reached the member: it was
  /// said in trouble between its node and theirs, or the member may miss anything.
  bool may_lack(const Member& member, const std::string& place, Number first, Number end) const;
  bool hears(Member& member, const std::string& place, Number number);
  /// The first that was said there after the member's join was answered; `unless` it was not.
  static Number due_from(const Member& member, const std::string& place, Number unless);
  /// The one after the last that it, or the member before it, has heard there; 0: none.
  Number next_for(const Member& member, const std::string& place) const;

  const bool alone_;
  std::optional<Violation> violation_;
  std::map<std::string, std::map<std::string, Number>> said_;  ///< By topic and place.
  std::optional<std::map<std::string, std::map<std::string, Number>>> before_roll_call_;
  struct Spoken {
    std::string by;
    Clock::time_point when;
  };
  std::map<std::string, std::map<std::string, std::vector<Spoken>>> speakers_;
  std::vector<Member> members_;
  std::map<std::string, std::map<std::string, Number>> seats_;  ///< By client and topic.
  std::map<std::string, std::map<std::string, unsigned>> tries_;
  std::map<std::string, std::uint64_t> polls_;
  std::map<std::string, Number> latest_;  ///< By topic, place and client.
  std::size_t members_alive_ = 0;
  std::size_t channels_alive_ = 0;
  std::vector<Question> questions_;
  std::map<std::string, Number> answered_;  ///< The latest, by client and room.
  std::map<Number, Saying> sayings_by_question_;
  std::map<std::pair<Number, Number>, Number> questions_of_moods_;  ///< By member and mood.
  std::uint64_t sayings_ = 0;
  std::map<std::string, std::int64_t> unsettled_;  ///< Broadcasts, by node.
  std::function<void(const std::string&, const std::string&)> on_hearing_;
  /// Between nodes: from when to when, in order.
  std::vector<std::pair<Clock::time_point, Clock::time_point>> troubles_;
  unsigned troubled_ = 0;  ///< How many last.
};

}  // namespace phx::simulation
