/// What a view asks for, kept until its session acts on it.

#include "live_view/live_view.h"

#include <stdexcept>

#include "channel/fastlane.h"
#include "pubsub/pubsub.h"

namespace phx {

void LiveView::mount(const Json&, const Json&) {}
void LiveView::handle_params(const Json&, std::string_view) {}
Result LiveView::handle_event(std::string_view event, const Json&) { unhandled(event); }
void LiveView::handle_info(process::Message) {}
void LiveView::terminate(const ExitReason&) {}

Result LiveView::unhandled(std::string_view event) {
  throw std::runtime_error("expected an event that the view handles, got \"" + std::string(event) +
                           "\"");
}

const Socket& LiveView::socket() const {
  if (socket_ != nullptr) return *socket_;
  throw std::logic_error("expected a connected view to ask for its socket: ask connected() first");
}

void LiveView::push_event(std::string_view event, Payload payload) {
  if (++event_count_ > live_view::max_pushed_events) {
    throw std::length_error("expected at most " + std::to_string(live_view::max_pushed_events) +
                            " push_event in one message, got one more: \"" + std::string(event) +
                            "\"");
  }
  if (!events_.empty()) events_ += ',';
  events_ += '[';
  live_view::append_json(events_, event);
  (events_ += ',') += payload.view();
  events_ += ']';
}

void LiveView::go(Going::How how, std::string to) {
  if (going_) {
    throw std::logic_error(
        "expected one push_patch, push_navigate or redirect in a callback, got a second one, to "
        "\"" +
        to + "\"");
  }
  going_ = Going{how, live_view::inside_this_site(std::move(to))};
}
void LiveView::push_patch(std::string to) { go(Going::How::patch, std::move(to)); }
void LiveView::push_navigate(std::string to) { go(Going::How::navigate, std::move(to)); }
void LiveView::redirect(std::string to) { go(Going::How::redirect, std::move(to)); }

void LiveView::put_flash(std::string_view kind, std::string text) {
  flash_.change([&](Flash& flash) { flash.insert_or_assign(std::string(kind), std::move(text)); });
  flash_changed_ = true;
}
void LiveView::clear_flash() { flash_ = Flash(); }
void LiveView::clear_flash(std::string_view kind) {
  flash_.change([&](Flash& flash) {
    if (const auto found = flash.find(kind); found != flash.end()) flash.erase(found);
  });
}

void LiveView::send_self(process::Message message) const {
  if (connected()) socket_->send_self(std::move(message));
}
void LiveView::send_self_after(Millis delay, process::Message message) const {
  if (connected()) socket_->send_self_after(delay, std::move(message));
}
void LiveView::subscribe(std::string_view topic) {
  if (connected())
    subscriptions_.push_back(socket_->context().pubsub->subscribe(topic, socket_->channel()));
}
void LiveView::broadcast_from(std::string_view topic, std::string_view event,
                              Payload payload) const {
  channel::broadcast(*socket().context().pubsub, topic, event, std::move(payload),
                     socket_->channel(), socket_->channel());
}

}  // namespace phx
