/// Passes an application's calls to the client's thread.

#include "client/topic.h"

#include "client/engine.h"

namespace phx {

using client::PushState;

Push& Push::receive(std::string status, Callback callback) {
  engine_->post([engine = engine_.get(), state = state_, status = std::move(status),
                 callback = std::move(callback)] {
    state->receive(
        status, [callback](const Answer& answer) { callback(answer.response); },
        [engine](const auto& call) { engine->guard(call); });
  });
  return *this;
}

Push& Push::then(std::function<void(const Answer&)> callback) {
  engine_->post([engine = engine_.get(), state = state_, callback = std::move(callback)] {
    state->receive({}, callback, [engine](const auto& call) { engine->guard(call); });
  });
  return *this;
}

Push& Push::once(std::function<void(const Answer&)> callback) {
  engine_->post([engine = engine_.get(), state = state_, callback = std::move(callback)] {
    state->once(callback, [engine](const auto& call) { engine->guard(call); });
  });
  return *this;
}

const std::string& Topic::name() const { return state_->name(); }
TopicStatus Topic::status() const { return state_->status(); }

Push Topic::join() {
  engine_->post([state = state_] { state->join(); });
  return {engine_, state_->join_push()};
}

Push Topic::push(std::string event, Payload payload, std::optional<Millis> timeout) {
  const std::size_t bytes = event.size() + payload.stored_bytes();
  auto push = std::make_shared<PushState>(std::move(event), std::move(payload),
                                          timeout.value_or(engine_->options().timeout));
  const bool taken = engine_->post_bounded(bytes, [state = state_, push] { state->push(push); });
  if (!taken) {  // no one else has it yet
    push->settle({"error", {{"reason", "too many pushes wait"}}}, [](const auto&) {});
  }
  return {engine_, push};
}

Push Topic::leave() {
  auto push = std::make_shared<PushState>("phx_leave", Payload(), engine_->options().timeout);
  engine_->post([state = state_, push] { state->leave(push); });
  return {engine_, push};
}

std::uint64_t Topic::on(std::string event, OnEvent callback) {
  const std::uint64_t binding = engine_->next_binding();
  engine_->post([state = state_, binding, event = std::move(event),
                 callback = std::move(callback)] { state->on(binding, event, callback); });
  return binding;
}

void Topic::off(std::uint64_t binding) {
  engine_->post([state = state_, binding] { state->off(binding); });
}

void Topic::on_message(OnMessage callback) {
  engine_->post([state = state_, callback = std::move(callback)] { state->on_message(callback); });
}

void Topic::on_error(OnEnd callback) {
  engine_->post([state = state_, callback = std::move(callback)] { state->on_error(callback); });
}

void Topic::on_close(OnEnd callback) {
  engine_->post([state = state_, callback = std::move(callback)] { state->on_close(callback); });
}

}  // namespace phx
