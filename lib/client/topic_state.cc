/// The life of a topic, from its join to its end.

#include "client/topic_state.h"

#include <algorithm>

#include "client/session.h"
#include "client/thrown.h"

namespace phx::client {
namespace {

Payload reason_of(const char* source, const std::string& reason) {
  return {{"source", source}, {"reason", reason}};
}

Answer refused(const std::string& reason) { return {"error", {{"reason", reason}}}; }

}  // namespace

TopicState::TopicState(Session& session, std::string name, Push join)
    : session_(session), name_(std::move(name)), join_(std::move(join)) {}

bool TopicState::can_push() const { return session_.is_open() && status_ == TopicStatus::joined; }

// --- Joining ------------------------------------------------------------------------------------

void TopicState::join() {
  if (std::exchange(joined_once_, true)) return;
  rejoin();
}

/// While the connection is away the join only waits: connected() sends it.
void TopicState::rejoin() {
  if (status_ == TopicStatus::leaving) return;
  const auto self = shared_from_this();
  session_.leave_others(*this);
  status_ = TopicStatus::joining;
  forget(join_);
  join_->begin_again();
  join_ref_.clear();
  if (session_.is_open()) {
    send(join_);
  } else {
    start_timeout(join_);
  }
}

//! [connected]
void TopicState::connected() {
  cancel_rejoin();
  tries_ = 0;
  if (status_ == TopicStatus::errored || status_ == TopicStatus::joining) rejoin();
}
//! [connected]

void TopicState::rejoin_later() {
  cancel_rejoin();
  if (!session_.is_open()) return;
  const Millis wait = session_.delay(session_.options().rejoin_after, tries_);
  rejoin_timer_ = session_.timers().after(wait, [this, self = shared_from_this()] {
    rejoin_timer_.reset();
    ++tries_;
    if (session_.is_open()) rejoin();
  });
}

void TopicState::cancel_rejoin() { session_.timers().cancel(rejoin_timer_); }

/// What was pushed meanwhile goes out before what the user pushes now.
void TopicState::joined() {
  status_ = TopicStatus::joined;
  tries_ = 0;
  cancel_rejoin();
  flush();
}

void TopicState::join_timed_out() {
  if (session_.is_open()) {
    session_.send({join_ref_, session_.make_ref(), name_, "phx_leave", Payload()});
  }
  join_ref_.clear();
  status_ = TopicStatus::errored;
  rejoin_later();
}

// --- The end ------------------------------------------------------------------------------------

void TopicState::connection_lost(const std::string& reason) {
  switch (status_.load()) {
    case TopicStatus::joining:
    case TopicStatus::joined: break;
    case TopicStatus::leaving: left(reason_of("transport", reason)); return;
    case TopicStatus::closed:
    case TopicStatus::errored: cancel_rejoin(); return;
  }
  errored(reason_of("transport", reason));
}

void TopicState::errored(const Payload& reason) {
  forget(join_);
  status_ = TopicStatus::errored;
  join_ref_.clear();
  rejoin_later();
  notify(on_error_, reason);
}

void TopicState::leave(const Push& push) {
  if (status_ == TopicStatus::closed || status_ == TopicStatus::leaving) {
    joined_once_ = true;
    if (status_ == TopicStatus::closed) {
      session_.remove(*this);
      end();
    }
    settle(push, {"ok"});
    return;
  }
  const bool waits = can_push();
  cancel_rejoin();
  forget(join_);
  status_ = TopicStatus::leaving;
  if (session_.is_open() && !join_ref_.empty()) send(push);
  if (waits) return;
  forget(push);
  close(reason_of("client", "leave"));
  settle(push, {"ok"});
}

void TopicState::make_way() {
  if (status_ != TopicStatus::joined && status_ != TopicStatus::joining) return;
  leave(std::make_shared<PushState>("phx_leave", Payload(), session_.options().timeout));
}

/// The connection was lost, and the topic with it: its leave needs no answer.
void TopicState::left(const Payload& reason) {
  std::vector<Push> leaves;
  for (const auto& [ref, push] : pending_) {
    if (push->event == "phx_leave") leaves.push_back(push);
  }
  for (const Push& push : leaves) forget(push);
  close(reason);
  for (const Push& push : leaves) settle(push, {"ok"});
}

/// Pushes that still wait for an answer time out, each at its own time: its timer keeps it alive.
void TopicState::close(const Payload& reason) {
  if (status_ == TopicStatus::closed) return;
  const auto self = shared_from_this();
  cancel_rejoin();
  forget(join_);
  for (std::size_t i = pending_.size(); i > 0; --i) session_.push_ended();
  for (const Push& push : buffer_) session_.unbuffered(push->bytes);
  for (const auto& [ref, push] : pending_) session_.keep(push);
  pending_.clear();
  buffer_.clear();
  status_ = TopicStatus::closed;
  session_.remove(*this);
  notify(on_close_, reason);
  end();
}

/// A join that was not answered never will be.
void TopicState::end() {
  join_->abandon(refused("the topic is closed"),
                 [this](const auto& call) { session_.guard(call); });
  release();
}

void TopicState::release() {
  const auto pending = std::exchange(pending_, {});  // destroyed once this is in order
  const auto buffer = std::exchange(buffer_, {});
  for (const auto& [ref, push] : pending) push->release();
  for (const Push& push : buffer) push->release();
  bindings_.clear();
  on_message_.clear();
  on_error_.clear();
  on_close_.clear();
  join_->release();
}

// --- In -----------------------------------------------------------------------------------------

void TopicState::received(const Incoming& message) {
  const bool of_another_join = !message.join_ref.empty() && message.join_ref != join_ref_;
  if (of_another_join || status_ == TopicStatus::closed) return;
  if (message.is_reply()) return replied(message);
  if (message.event == "phx_close") return close(message.payload);
  if (status_ == TopicStatus::leaving) return;
  if (message.event == "phx_error") return errored(message.payload);
  deliver(message);
}

void TopicState::deliver(const Incoming& message) {
  std::vector<OnEvent> callbacks;
  for (const Binding& binding : bindings_) {
    if (binding.event == message.event) callbacks.push_back(binding.callback);
  }
  for (const auto& callback : callbacks) session_.guard([&] { callback(message.payload); });
  const auto of_all = on_message_;
  for (const auto& callback : of_all) {
    session_.guard([&] { callback(message.event, message.payload); });
  }
}

void TopicState::replied(const Incoming& reply) {
  const auto found = pending_.find(reply.ref);
  if (found == pending_.end() || !found->second->sent) return;
  const Push push = found->second;
  forget(push);
  if (push == join_) {
    if (reply.status == "ok") {
      joined();
    } else {  // error, or what no server should say
      status_ = TopicStatus::errored;
      rejoin_later();
    }
  }
  if (push->event == "phx_leave") close(reason_of("client", "leave"));
  settle(push, {reply.status, reply.payload});
}

// --- Out ----------------------------------------------------------------------------------------

//! [push]
void TopicState::push(const Push& push) {
  if (has_ended()) {
    return settle(push, refused("the topic is closed"));
  }
  if (can_push()) return send(push);
  keep(push);
}
//! [push]

void TopicState::keep(const Push& push) {
  push->bytes = push->event.size() + push->payload.stored_bytes();
  if (const char* full = session_.full(push->bytes)) return settle(push, refused(full));
  session_.buffered(push->bytes);
  buffer_.push_back(push);
  start_timeout(push);
}

void TopicState::flush() {
  const std::deque<Push> waiting = std::exchange(buffer_, {});
  for (const Push& push : waiting) {
    forget(push);
    session_.unbuffered(push->bytes);
    if (can_push()) {
      send(push);
    } else {
      keep(push);  // a callback has disconnected
    }
  }
}

/// A new ref each time it is sent: an answer to the last time is not an answer to this one.
void TopicState::send(const Push& push) try {
  const Payload payload = push->repeats ? push->params() : std::exchange(push->payload, {});
  const char* full = push->repeats ? nullptr : session_.full(payload.stored_bytes());
  if (full != nullptr) return refuse(push, full);
  start_timeout(push);
  push->sent = true;
  if (push == join_) join_ref_ = push->ref;
  const auto wrong = session_.send({join_ref_, push->ref, name_, push->event, payload});
  if (wrong) refuse(push, *wrong);
} catch (...) {  // the join's parameters
  refuse(push, what_was_thrown());
}

void TopicState::refuse(const Push& push, const std::string& why) {
  forget(push);
  if (push == join_ && status_ == TopicStatus::joining) {
    status_ = TopicStatus::errored;
    join_ref_.clear();
    rejoin_later();
  }
  settle(push, refused(why));
}

void TopicState::start_timeout(const Push& push) {
  forget(push);
  push->ref = session_.make_ref();
  push->sent = false;
  pending_.emplace(push->ref, push);
  session_.push_began();
  push->timer = session_.timers().after(
      push->timeout, [this, self = shared_from_this(), push] { timed_out(push); });
}

/// Stops waiting for its answer.
void TopicState::forget(const Push& push) {
  session_.timers().cancel(push->timer);
  if (pending_.erase(push->ref) > 0) session_.push_ended();
}

void TopicState::timed_out(const Push& push) {
  push->timer.reset();
  forget(push);
  session_.settled(push);
  const auto buffered = std::find(buffer_.begin(), buffer_.end(), push);
  const bool was_sent = buffered == buffer_.end();
  if (!was_sent) {
    session_.unbuffered(push->bytes);
    buffer_.erase(buffered);
  }
  if (push == join_) join_timed_out();
  if (push->event == "phx_leave") close(reason_of("client", "leave"));
  settle(push, was_sent ? Answer{"timeout"} : Answer{"timeout", {{"reason", "not sent"}}});
}

void TopicState::settle(const Push& push, Answer answer) {
  push->settle(std::move(answer), [this](const auto& call) { session_.guard(call); });
}

// --- Callbacks ----------------------------------------------------------------------------------

/// Nothing comes after the end, and a callback that holds its topic would keep it alive for ever.
void TopicState::on(std::uint64_t binding, std::string event, OnEvent callback) {
  if (has_ended()) return;
  bindings_.push_back({binding, std::move(event), std::move(callback)});
}

void TopicState::off(std::uint64_t binding) {
  std::erase_if(bindings_, [&](const Binding& known) { return known.id == binding; });
}

void TopicState::notify(std::vector<OnEnd> callbacks, const Payload& reason) {
  for (const auto& callback : callbacks) session_.guard([&] { callback(reason); });
}

}  // namespace phx::client
