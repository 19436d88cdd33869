/// A replica of presences with nothing around it.

#include "conformance/simulation/world/foreigner.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "conformance/simulation/world/abroad.h"
#include "etf/reader.h"
#include "pubsub/term_event.h"

namespace phx::simulation {
namespace {

using namespace abroad;

constexpr Millis period{1'500};
constexpr cluster::EnvelopeOptions limits_of_none{};

presence::TrackerOptions tracker_options() {
  presence::TrackerOptions options;
  options.max_delta_sizes = {1, 2};  // it keeps few, so that whole lists are asked for
  return options;
}

}  // namespace

Foreigner::Foreigner(Machine& machine, Oracle& oracle, Redis& redis, const Options& options)
    : machine_(machine),
      oracle_(oracle),
      redis_(redis),
      host_("foreigner", machine.seed),
      options_(options),
      replica_(presence::ReplicaRef(
                   name_, options.pages ? Term(presence::own_vsn(1'790'000'000'000'000))
                                        : Term(Random(machine.seed, "version").chance(50)
                                                   ? 42
                                                   : presence::own_vsn(1'790'000'000'000'000) + 1)),
               list_, tracker_options(), options.presences > 1'000 ? 900 : 2) {
  bool is_first = true;  // one of them needs to get what is too large
  for (const std::string& node : options.nodes) {
    lies_[node] = lies_to(node, std::exchange(is_first, false) ? options.limits : limits_of_none);
    told_.insert(lies_[node].begin(), lies_[node].end());
  }
  redis_.listen([this](const std::string& channel, const std::string& bytes) {
    heard_.emplace_back(channel, bytes);
    machine_.agenda.after(Millis{1}, host_, "hears", [this] {
      const auto [heard_on, first] = std::move(heard_.front());
      heard_.pop_front();
      hear(heard_on, first);
    });
  });
}

Foreigner::~Foreigner() {
  redis_.listen({});
  machine_.agenda.forget(host_);
}

void Foreigner::track(std::size_t number) {
  const presence::Meta meta{.pid = {.shard = 0, .serial = number + 1},
                            .phx_ref = fmt::format("ref{}", number),
                            .said = Json::object({{"n", number}, {"list", Json::parse("[1,[]]")}})};
  const std::string key = fmt::format("guest{}", number / 2);
  const auto diff = list_.track(topic, key, meta);
  replica_.record(topic, diff);
}

void Foreigner::come() {
  there_ = true;
  for (std::size_t i = 0; i < options_.presences; ++i) track(i);
  replica_.tick(machine_.agenda.now());  // is lost
  tick();
}

void Foreigner::tick() {
  if (!there_) return;
  machine_.agenda.after(period, host_, "ticks", [this] { tick(); });
  act(replica_.tick(machine_.agenda.now()));
  if (++ticks_ % 2 == 0) lie();
}

/// One after another, to each of our nodes, and none twice.
void Foreigner::lie() {
  constexpr std::size_t at_once = 8;
  for (const auto& [node, lies] : lies_) {
    for (std::size_t i = next_lie_; i < std::min(next_lie_ + at_once, lies.size()); ++i) {
      publish(lies[i]);
    }
  }
  next_lie_ += at_once;
}

/// An answer to an asker is for no other node. What the foreign node says to all is for all of
/// them, and none wants it.
void Foreigner::hear(const std::string& channel, const std::string& bytes) {
  if (told_.contains(bytes)) return;
  const auto is_for = [&](const std::string& name, const auto& take) {
    const cluster::Channels& channels = options_.channels;
    if (channel != channels.all_nodes() && channel != channels.of_node(name)) return false;
    const auto opened = cluster::open(bytes, name, {});
    if (!opened) return false;
    const auto* said = pubsub::as<presence::TrackerEvent>(*opened->event);
    if (said != nullptr) std::for_each(said->messages.begin(), said->messages.end(), take);
    return true;
  };
  const auto own = [this](const presence::TrackerMessage& message) {
    if (!there_) return;
    if (const auto* request = std::get_if<presence::TransferRequest>(&message)) forge(*request);
    act(replica_.receive(machine_.agenda.now(), message));
  };
  try {
    if (is_for(name_, own)) return;
    for (const auto& asker : askers_) {
      const auto take = [&](const presence::TrackerMessage& message) {
        const auto* ack = std::get_if<presence::TransferAck>(&message);
        if (ack != nullptr && ack->from != replica_.self()) asker->hear(*ack);
      };
      if (is_for(asker->name(), take)) return;
    }
  } catch (const cluster::BadEnvelope&) {
    return;  // a payload that JSON lacks
  }
}

void Foreigner::act(presence::Replica::Turn turn) {
  while (true) {
    for (const auto& [message, to] : turn.send) send(presence::encode(told(message), pids_), to);
    if (turn.piece) {
      const presence::LongAck& piece = turn.piece->piece;
      if (piece.head) long_answer_ = std::make_unique<presence::LongAckWriter>(pids_);
      long_answer_->write(piece);
      if (piece.is_last) send(std::exchange(long_answer_, nullptr)->take(), turn.piece->to);
    }
    if (!replica_.lags()) return;
    turn = replica_.go_on();
  }
}

/// If it tells all, each change comes with all its presences, and with a clock that says so.
presence::TrackerMessage Foreigner::told(const presence::TrackerMessage& message) const {
  const auto* heartbeat = std::get_if<presence::Heartbeat>(&message);
  if (!options_.tells_all || heartbeat == nullptr || !heartbeat->delta) return message;
  const presence::ReplicaRef& self = replica_.self();
  presence::Heartbeat told = *heartbeat;
  presence::Snapshot all = replica_.state().extract({{self, 0}});
  told.delta->context = std::move(all.context);
  told.delta->parts[self].values = std::move(all.parts[self].values);
  return told;
}

void Foreigner::send(std::string term, const std::optional<Term>& to) {
  const cluster::Route route{to ? cluster::Route::only : cluster::Route::except,
                             to ? *to : Term(name_)};
  const pubsub::WrittenTerm event(std::move(term));
  const auto bytes = cluster::seal(route, trackers_topic, event, {});
  const std::string channel = options_.channels.of_message(route, trackers_topic, event);
  redis_.say(channel.empty() ? options_.channels.all_nodes() : channel, *bytes);
}

void Foreigner::publish(const std::string& bytes) {
  redis_.say(options_.channels.all_nodes(), bytes);
}

void Foreigner::change() {
  for (std::size_t i = 0; i < options_.presences; i += 3) {
    const auto diff =
        list_.untrack(topic, fmt::format("guest{}", i / 2), {.shard = 0, .serial = i + 1});
    replica_.record(topic, diff);
  }
  track(options_.presences + 1);
}

void Foreigner::go(bool says_goodbye) {
  if (says_goodbye) act(replica_.leave(true));
  there_ = false;
}

void Foreigner::answer_late() {
  if (options_.presences > 1) {
    replica_.record(topic, list_.untrack(topic, "guest0", {.shard = 0, .serial = 2}));
  }
  track(options_.presences + 2);
  // The first and the last operation are in its cloud, as after a gap.
  presence::Snapshot all = replica_.state().extract(replica_.state().known());
  presence::Count& clock = all.context[replica_.self()];
  for (const presence::Count count : {presence::Count{1}, clock}) {
    all.parts[replica_.self()].cloud.insert(count);
  }
  --clock;
  send(presence::encode(presence::TransferAck{7, replica_.self(), std::move(all)}, pids_), {});
}

/// A node that asks for its presences just then gets also those that are not listed again yet.
void Foreigner::come_back(bool was_short) {
  there_ = true;
  tick();
  if (!was_short) return;
  Asker::Question question{{{replica_.self(), 0}}};
  question.after = question.known;
  question.due.emplace(topic, shown(presence::shown(list_.on(topic))));
  ask(std::make_shared<const Asker::Question>(std::move(question)));
}

void Foreigner::go_and_return() {
  if (!list_.on(crowds_topic).empty()) {
    Asker::Question question = of_all();
    question.is_due = false;
    ask(std::make_shared<const Asker::Question>(std::move(question)));
  }
  act(replica_.leave(true));
  track(options_.presences + 3);
  act(replica_.tick(machine_.agenda.now()));
}

/// Of all replicas that it knows, with all that it lists.
Asker::Question Foreigner::of_all() const {
  Asker::Question question{replica_.state().known()};
  for (auto& [ref, clock] : question.known) clock = 0;
  for (const char* shared : {topic, crowds_topic}) {
    question.due.emplace(shared, shown(presence::shown(list_.on(shared))));
  }
  return question;
}

void Foreigner::ask(std::shared_ptr<const Asker::Question> question) {
  askers_.push_back(std::make_unique<Asker>(oracle_, fmt::format("asker{}", askers_.size()),
                                            std::move(question)));
  send(presence::encode(askers_.back()->request(), pids_), {});
}

void Foreigner::ask_as_others() {
  const auto question = std::make_shared<const Asker::Question>(of_all());
  for (int i = 0; i < 2; ++i) {
    ask(question);
    send(presence::encode(askers_.back()->request(), pids_), {});
  }
  track(options_.presences + 4);
  act(replica_.tick(machine_.agenda.now()));
}

void Foreigner::ask_for_the_rest() {
  Asker::Question question{replica_.state().known()};
  --question.known[replica_.self()];
  ask(std::make_shared<const Asker::Question>(question));
  // A page from the middle, and of nobody.
  question.after.emplace();
  for (const auto& [ref, clock] : question.known) question.after->emplace(ref, 1);
  question.after->emplace(presence::ReplicaRef(Term("nobody"), 7), 1);
  ask(std::make_shared<const Asker::Question>(std::move(question)));
}

void Foreigner::check_answers() const {
  for (const auto& asker : askers_) asker->check(options_.nodes.size());
}

void Foreigner::disconnect(const std::string& user) {
  redis_.say(options_.channels.all_nodes(), envelope(Term::atom("except"), name_, Term(user),
                                                     broadcast(Term(user), "disconnect", 7),
                                                     options_.pages ? by_channels : by_pubsub));
}

void Foreigner::chatter() {
  constexpr int more_than_are_traced = 30;
  for (int i = 0; i < more_than_are_traced; ++i) {
    redis_.say(options_.channels.per_topic() ? options_.channels.of_topic(topic)
                                             : options_.channels.all_nodes(),
               envelope(Term::atom("except"), name_, topic, broadcast(topic, "told", Term::map()),
                        by_channels));
  }
}

/// Once: pages of nobody, of another node, of later operations, and of none. Nothing is to be taken
/// from them; after the last, what is missing is asked for again.
void Foreigner::forge(const presence::TransferRequest& request) {
  if (!request.after || std::exchange(has_forged_, true)) return;
  const auto answer = [&](const presence::ReplicaRef& from, const presence::Clocks& after) {
    presence::Snapshot page{from, {}, {}, {}, after};
    const bool has_none = from == replica_.self() && after == *request.after;
    for (const auto& [ref, clock] : *request.after) {
      page.context.emplace(ref, has_none ? clock : 1'000'000);
    }
    send(presence::encode(presence::TransferAck{request.ref, from, page, after}, pids_),
         request.from.name());
  };
  presence::Clocks later = *request.after;
  for (auto& [ref, clock] : later) clock += 1'000;
  answer(presence::ReplicaRef(Term("liar"), presence::own_vsn(1'790'000'000'000'001)),
         *request.after);
  answer(replica_.self(), {{presence::ReplicaRef(Term("liar"), 7), 0}});
  answer(replica_.self(), later);
  answer(replica_.self(), *request.after);
}

void Foreigner::say_in(const std::string& room) {
  const auto number =
      static_cast<long long>(oracle_.said(room, "abroad.0", "", machine_.agenda.now()));
  const Term payload = Term::map({{Term::atom("number"), number}, {"place", "abroad.0"}});
  const std::string bytes = envelope(Term::atom("except"), name_, Term(room),
                                     broadcast(Term(room), "said", payload), by_channels);
  const bool per_topic = options_.channels.per_topic();
  redis_.say(per_topic ? options_.channels.of_topic(room) : options_.channels.all_nodes(), bytes);
}

void Foreigner::check(const std::string& node, const Presence& listed) const {
  const auto own = there_ ? shown(presence::shown(list_.on(topic))) : std::set<std::string>{};
  const auto theirs = shown(listed.list(topic));
  if (own == theirs) return;
  oracle_.violated(invariants::same_list,
                   fmt::format("{} lists {} presences of a foreign node, and it has {}", node,
                               theirs.size(), own.size()));
}

void Foreigner::check_own_list(const std::string& room, const Presence& listed) const {
  const auto own = shown(presence::shown(list_.on(room)));
  const auto theirs = shown(listed.list(room));
  if (own == theirs) return;
  oracle_.violated(invariants::same_list,
                   fmt::format("a foreign node lists {} presences of {}, and ours {}", own.size(),
                               room, theirs.size()));
}

}  // namespace phx::simulation
