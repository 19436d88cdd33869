/// Runs a visit, and serves a client what no server of ours does.

#include "conformance/simulation/world/visitor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/simulation/world/stranger.h"
#include "net/stream.h"
#include "websocket/handshake.h"

namespace phx::simulation {

/// It listens as long as it lives.
class Visitor::Fraud {
 public:
  Fraud(Machine& machine, std::string name, std::vector<std::string> answers)
      : machine_(machine), host_(std::move(name), machine.seed), answers_(std::move(answers)) {
    machine.network.listen(host_.name, host_, [this](int socket, const net::Peer&) {
      if (auto stream = machine_.network.adopt(socket, host_)) {
        lines_.push_back(std::make_unique<Line>(*this, std::move(stream)));
      }
    });
  }
  Fraud(const Fraud&) = delete;
  Fraud& operator=(const Fraud&) = delete;
  ~Fraud() {
    machine_.network.close_port(host_.name);
    machine_.on(host_, [this] { lines_.clear(); });
    machine_.agenda.forget(host_);
  }

 private:
  class Line final : public net::StreamUser {
   public:
    Line(Fraud& fraud, std::unique_ptr<net::Stream> stream)
        : fraud_(fraud), stream_(std::move(stream)) {
      stream_->set_user(*this);
    }
    void received(std::string_view bytes) override {
      in_ += bytes;
      for (auto end = in_.find("\r\n\r\n"); end != in_.npos && !ends_; end = in_.find("\r\n\r\n")) {
        const std::string head = in_.substr(0, end);
        in_.erase(0, end + 4);
        answer(head);
      }
    }
    void writable() override { flush(); }
    void closed() override { ends_ = true; }

   private:
    void answer(const std::string& head) {
      if (fraud_.next_ == fraud_.answers_.size()) return;
      std::string text = fraud_.answers_[fraud_.next_++];
      constexpr std::string_view accept = "{accept}", end = "{end}", key = "ec-websocket-key: ";
      if (const auto at = text.find(accept); at != text.npos) {
        const std::size_t from = head.find(key) + key.size();
        const std::string asked = head.substr(from, head.find("\r\n", from) - from);
        text.replace(at, accept.size(), websocket::accept_key(asked));
      }
      ends_ = text.ends_with(end);
      if (ends_) text.resize(text.size() - end.size());
      out_ += text;
      flush();
    }
    void flush() {
      out_.erase(0, stream_->write(out_));
      if (ends_ && out_.empty()) stream_->finish(Millis{1'000});
    }

    Fraud& fraud_;
    const std::unique_ptr<net::Stream> stream_;
    std::string in_, out_;
    bool ends_ = false;
  };

  Machine& machine_;
  Host host_;
  const std::vector<std::string> answers_;
  std::size_t next_ = 0;
  std::vector<std::unique_ptr<Line>> lines_;
};

Visitor::Visitor(Machine& machine, Oracle& oracle, std::size_t number, const Visit& visit,
                 std::string server)
    : access{.address = fmt::format("10.6.6.{}", 200 + number)},
      machine_(machine),
      oracle_(oracle),
      host_(fmt::format("{}v{}", stranger_name, number), machine.seed),
      visit_(visit),
      server_(std::move(server)),
      due_(visit.due) {
  access.owner = host_.name;
}
Visitor::~Visitor() = default;

void Visitor::serve(std::vector<std::string> answers) {
  fraud_ = std::make_unique<Fraud>(machine_, address(), std::move(answers));
}

Client& Visitor::connect(const std::string& mount) { return connect_to("ws://" + server_ + mount); }

Client& Visitor::connect_to(const std::string& url) {
  client_ = std::make_unique<Client>(url, options, &loop_);
  client_->on_open([this] { note("open"); });
  client_->on_close([this](const ClientClosed& why) { note(fmt::format("closed {}", why.code)); });
  client_->on_error([this](const std::string& error) { note("error " + error); });
  client_->connect();
  return *client_;
}

Client& Visitor::another(const std::string& mount) {
  second_ = std::make_unique<Client>("ws://" + server_ + mount, options, &loop_);
  second_->connect();
  return *second_;
}

std::string Visitor::topic_name(const std::string& kind) const { return kind + ":" + host_.name; }

Topic Visitor::topic(const std::string& kind, const Payload& params) {
  return client_->topic(topic_name(kind), params);
}

std::function<void(const client::Answer&)> Visitor::answers(const std::string& what) {
  return [this, what](const client::Answer& answer) {
    note(fmt::format("{}: {} {}", what, answer.status, answer.response.view()));
  };
}

void Visitor::listen(Topic topic) {
  topic.on_message([this](const std::string& event, const Payload& payload) {
    note(fmt::format("{} {}", event, payload.view()));
  });
  topic.on_close([this](const Payload& why) { note(fmt::format("left {}", why.view())); });
  topic.on_error([this](const Payload& why) { note(fmt::format("broken {}", why.view())); });
}

void Visitor::later(Millis wait, std::function<void()> what) {
  waiting_.push_back(machine_.agenda.after(wait, host_, "goes on", std::move(what)));
}

void Visitor::note(std::string text) {
  if (leaves_) return;
  const auto fits = [&](const std::string& due) {
    const std::string_view begins = std::string_view(due).substr(0, due.find_last_not_of('*') + 1);
    return due.ends_with('*') ? text.starts_with(begins) : text == due;
  };
  const auto found = std::find_if(due_.begin(), due_.end(), fits);
  if (found != due_.end()) {
    if (!found->ends_with("**")) due_.erase(found);
    return;
  }
  oracle_.violated(invariants::due_answer,
                   fmt::format("{}: it got \"{}\", which is not due", visit_.name, text));
}

void Visitor::leave(bool all) {
  leaves_ = true;
  for (const std::string& missing : due_) {
    if (!all || missing.ends_with("**")) continue;
    oracle_.violated(invariants::due_answer,
                     fmt::format("{}: it never got \"{}\"", visit_.name, missing));
  }
  kept_.clear();
  client_.reset();
  second_.reset();
  fraud_.reset();
}

}  // namespace phx::simulation
