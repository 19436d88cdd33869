#pragma once
/// \file
/// A client without a network: the test is its server, and moves its clock.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/session.h"

namespace phx::testing {

/// What came of one connection; outlives it.
struct FakeLink {
  client::Attempt attempt;
  client::TransportUser* user = nullptr;
  std::vector<std::string> sent = {};
  std::size_t waiting = 0;
  std::optional<unsigned> closed_with = {};
  bool destroyed = false;
};

class FakeClientTransport final : public client::Transport {
 public:
  explicit FakeClientTransport(std::shared_ptr<FakeLink> link) : link_(std::move(link)) {}
  ~FakeClientTransport() override { link_->destroyed = true; }
  void send(serializer::Frame frame) override { link_->sent.push_back(std::move(frame.bytes)); }
  std::size_t waiting() const override { return link_->waiting; }
  void close(unsigned code) override { link_->closed_with = code; }

 private:
  const std::shared_ptr<FakeLink> link_;
};

/// One session. Neither copies nor moves.
class ClientFixture {
 public:
  explicit ClientFixture(ClientOptions options = {}, std::string_view url = "ws://host/socket")
      : session(url, std::move(options), timers,
                [this](const client::Attempt& attempt, client::TransportUser& user) {
                  auto link = std::make_shared<FakeLink>(FakeLink{attempt, &user});
                  links.push_back(link);
                  return std::make_unique<FakeClientTransport>(std::move(link));
                }) {
    session.on_open([this] { heard.emplace_back("open"); });
    session.on_error([this](const std::string& error) { heard.push_back("error " + error); });
    session.on_close([this](const client::Ending& ending) {
      heard.push_back("close " + std::to_string(ending.code));
    });
  }

  /// Lets time go by: each timer comes at its own time.
  void pass(Millis time) {
    const auto end = now + time;
    while (timers.next() && *timers.next() <= end) {
      now = std::max(now, *timers.next());
      timers.run();
    }
    now = end;
  }

  FakeLink& link() { return *links.back(); }
  void connect() {
    session.connect();
    link().user->opened();
  }
  /// The server says this.
  void say(std::string text) { link().user->received({serializer::Frame::text, std::move(text)}); }
  void lose(unsigned code = 1006, std::string reason = {}) {
    link().user->closed({code, std::move(reason)});
  }
  /// What the client sent since this was last asked.
  std::vector<std::string> sent() { return std::exchange(link().sent, {}); }
  std::vector<std::string> told() { return std::exchange(heard, {}); }

  /// A topic whose events are reported as `room:a message {…}`.
  std::shared_ptr<client::TopicState> topic(const std::string& name,
                                            const std::string& params = "{}") {
    auto topic = std::make_shared<client::TopicState>(
        session, name,
        std::make_shared<client::PushState>([params] { return Payload(Json::parse(params)); },
                                            session.options().timeout));
    session.add(topic);
    listen(name + " join", topic->join_push());
    topic->on_message([this, name](const std::string& event, const Payload& payload) {
      heard.push_back(name + " " + event + " " + std::string(payload.view()));
    });
    topic->on_error([this, name](const Payload& reason) {
      heard.push_back(name + " errored " + reason["reason"].string_or("by the server"));
    });
    topic->on_close([this, name](const Payload&) { heard.push_back(name + " closed"); });
    return topic;
  }
  /// The topic of a client that is open and has joined: with refs 1, 1.
  std::shared_ptr<client::TopicState> joined(const std::string& name = "room:a") {
    connect();
    auto made = topic(name);
    made->join();
    say(R"(["1","1",")" + name + R"(","phx_reply",{"status":"ok","response":{}}])");
    sent();
    told();
    return made;
  }
  /// Pushes; its answer is reported as `event ok {…}`.
  std::shared_ptr<client::PushState> push(client::TopicState& to, const std::string& event,
                                          Payload payload = {}) {
    auto made =
        std::make_shared<client::PushState>(event, std::move(payload), session.options().timeout);
    listen(event, made);
    to.push(made);
    return made;
  }
  void leave(client::TopicState& topic) {
    auto made =
        std::make_shared<client::PushState>("phx_leave", Payload(), session.options().timeout);
    listen("leave", made);
    topic.leave(made);
  }

  Clock::time_point now{};
  client::Timers timers{[this] { return now; }};
  std::vector<std::shared_ptr<FakeLink>> links;
  std::vector<std::string> heard;
  client::Session session;

 private:
  void listen(const std::string& name, const std::shared_ptr<client::PushState>& push) {
    push->receive(
        {},
        [this, name](const client::Answer& answer) {
          heard.push_back(name + " " + answer.status + " " + std::string(answer.response.view()));
        },
        [](const auto& call) { call(); });
  }
};

}  // namespace phx::testing
