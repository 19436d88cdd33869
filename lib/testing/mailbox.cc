/// Finds a message among those that came, or explains why it is missing.

#include "testing/mailbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace phx::testing {
namespace {

constexpr std::size_t most = 10'000;  // process::Limits::mailbox

bool same(const std::string& wanted, const std::string& got) {
  return wanted.empty() || wanted == got;
}

bool matches(const Wanted& wanted, const Mail& mail) {
  return wanted.kind == mail.kind && same(wanted.topic, mail.topic) &&
         same(wanted.name, mail.name) && same(wanted.ref, mail.ref) &&
         wanted.payload.matches(mail.payload);
}

std::string on(const std::string& topic) { return topic.empty() ? "" : " on " + topic; }

std::string line_of(const Mail& mail) {
  const std::string payload = testing::shown(mail.payload);
  switch (mail.kind) {
    case Mail::push: return fmt::format("push {}{}: {}", mail.name, on(mail.topic), payload);
    case Mail::reply:
      return fmt::format("reply {} to ref {}{}: {}", mail.name, mail.ref, on(mail.topic), payload);
    case Mail::broadcast:
      return fmt::format("broadcast {}{}: {}", mail.name, on(mail.topic), payload);
    case Mail::close: return fmt::format("close {}", mail.name);
  }
  return {};
}

std::string line_of(const Wanted& wanted) {
  const std::string name = wanted.name.empty() ? "of any name" : wanted.name;
  const std::string payload = wanted.payload.shown();
  switch (wanted.kind) {
    case Mail::push: return fmt::format("push {}{}: {}", name, on(wanted.topic), payload);
    case Mail::reply: return fmt::format("reply {} to ref {}: {}", name, wanted.ref, payload);
    case Mail::broadcast: return fmt::format("broadcast {}{}: {}", name, on(wanted.topic), payload);
    case Mail::close: return fmt::format("close {}", name);
  }
  return {};
}

const char* advice(Mail::Kind kind) {
  switch (kind) {
    case Mail::push:
      return "see whether the handler pushes this event to this client. Timers fire in pass(…), "
             "and an assertion removes the message it finds.";
    case Mail::reply:
      return "return a Reply from handle_in, or answer later with phx::reply. The first assertion "
             "that finds a reply removes it.";
    case Mail::broadcast:
      return "subscribe before the broadcast: join with subscribe_and_join, or call "
             "subscribe(topic). broadcast_from in a test does not reach the test itself.";
    case Mail::close:
      return "see whether `disconnect` is broadcast on this socket's id, and whether id() gives it "
             "one.";
  }
  return "";
}

}  // namespace

void Mailbox::put(Mail mail) {
  if (mails_.size() == most) {
    throw std::length_error(
        fmt::format("expected a test that reads its messages, got a mailbox of {}", most));
  }
  mails_.push_back(std::move(mail));
}

bool Mailbox::holds(const Wanted& wanted) const {
  return std::any_of(mails_.begin(), mails_.end(),
                     [&wanted](const Mail& mail) { return matches(wanted, mail); });
}

std::optional<Mail> Mailbox::take(const Wanted& wanted) {
  const auto found = std::find_if(mails_.begin(), mails_.end(),
                                  [&wanted](const Mail& mail) { return matches(wanted, mail); });
  if (found == mails_.end()) return std::nullopt;
  Mail mail = std::move(*found);
  mails_.erase(found);
  return mail;
}

std::optional<Mail> Mailbox::take_oldest(const std::string& topic) {
  const auto found = std::find_if(mails_.begin(), mails_.end(),
                                  [&](const Mail& mail) { return mail.topic == topic; });
  if (found == mails_.end()) return std::nullopt;
  Mail mail = std::move(*found);
  mails_.erase(found);
  return mail;
}

std::string Mailbox::why_not(const Wanted& wanted) const {
  Wanted near = wanted;
  near.payload = any_payload();
  const bool other_payload = holds(near);
  near.name.clear();
  const bool other_status = wanted.kind == Mail::reply && holds(near);
  Wanted elsewhere = wanted;
  elsewhere.topic.clear();
  const char* what_to_do = advice(wanted.kind);
  if (other_payload) {
    what_to_do = "fix the handler or the test, or expect only some members with containing(…).";
  } else if (other_status) {
    what_to_do = "the reply came with the other status: see what the handler returned, and why.";
  } else if (holds(elsewhere)) {
    what_to_do = "it came on another topic: see which one the handler, or the test, means.";
  }
  return "expected: " + line_of(wanted) + "\n" + shown() + "What to do: " + what_to_do + "\n";
}

std::string Mailbox::why_still(const Wanted& refuted) const {
  return "expected: no " + line_of(refuted) + "\n" + shown() +
         "What to do: see which code sends it. If it was right earlier in the test, assert it "
         "there, which removes it.\n";
}

std::string Mailbox::shown() const {
  if (mails_.empty()) return "The mailbox is empty.\n";
  std::string text = "The mailbox holds:\n";
  for (const Mail& mail : mails_) text += "  " + line_of(mail) + "\n";
  return text;
}

}  // namespace phx::testing
