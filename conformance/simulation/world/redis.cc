/// Commands in, answers and messages out: RESP2.

#include "conformance/simulation/world/redis.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace phx::simulation {
namespace {

constexpr Millis keepalive{60'000};  // nodes send a heartbeat every 5 s

std::string bulk(std::string_view text) { return fmt::format("${}\r\n{}\r\n", text.size(), text); }

/// The number in a line such as `*3` or `$12`; `at` moves past the line. Nothing if it is not all
/// there.
std::optional<std::size_t> number_line(std::string_view bytes, std::size_t& at) {
  const std::size_t end = bytes.find("\r\n", at);
  if (end == bytes.npos) return {};
  std::size_t number = 0;
  std::from_chars(bytes.data() + at + 1, bytes.data() + end, number);
  at = end + 2;
  return number;
}

/// The words of one command, which are taken out of `bytes`. Empty if it is not all there.
std::vector<std::string> take_command(std::string& bytes) {
  std::size_t at = 0;
  std::vector<std::string> words;
  const auto count = number_line(bytes, at);
  if (!count) return {};
  for (std::size_t i = 0; i < *count; ++i) {
    const auto size = number_line(bytes, at);
    if (!size || bytes.size() < at + *size + 2) return {};
    words.push_back(bytes.substr(at, *size));
    at += *size + 2;
  }
  bytes.erase(0, at);
  return words;
}

}  // namespace

class Redis::Client final : public net::StreamUser {
 public:
  Client(Redis& redis, std::uint64_t number, std::unique_ptr<net::Stream> stream)
      : number_(number), redis_(redis), stream_(std::move(stream)) {
    stream_->set_user(*this);
    look_later();
  }
  ~Client() override { redis_.machine_.agenda.cancel(look_); }

  void received(std::string_view bytes) override {
    in_ += bytes;
    for (auto words = take_command(in_); !words.empty(); words = take_command(in_)) {
      redis_.answer(*this, words);
    }
  }
  void writable() override { send(""); }
  void closed() override { redis_.remove(*this); }  // and destroys this

  void send(const std::string& bytes) {
    out_ += bytes;
    out_.erase(0, stream_->write(out_));
  }

  const std::string& address() const { return stream_->peer().address; }

  const std::uint64_t number_;
  std::set<std::string> channels_;

 private:
  /// As tcp-keepalive: a machine that has died says nothing, and its connection ends some time.
  void look_later() {
    look_ = redis_.machine_.agenda.after(keepalive, redis_.host_, "looks", [this] {
      look_.reset();
      if (stream_->quiet_for() >= keepalive) return redis_.remove(*this);  // and destroys this
      look_later();
    });
  }

  Redis& redis_;
  const std::unique_ptr<net::Stream> stream_;
  std::optional<Agenda::Entry> look_;
  std::string in_;
  std::string out_;
};

Redis::Redis(Machine& machine) : machine_(machine), host_(name, machine.seed) {
  machine_.network.listen(name, host_, [this](int socket, const net::Peer&) { accept(socket); });
}

Redis::~Redis() {
  machine_.network.close_port(name);
  clients_.clear();
  machine_.agenda.forget(host_);
}

void Redis::accept(int socket) {
  auto stream = machine_.network.adopt(socket, host_);
  if (!stream) return;
  const std::uint64_t number = ++accepted_;
  clients_.emplace(number, std::make_unique<Client>(*this, number, std::move(stream)));
}

void Redis::answer(Client& client, const std::vector<std::string>& words) {
  const std::string& command = words.front();
  if (command == "PING") return client.send("+PONG\r\n");
  if (command == "PUBLISH") {
    return client.send(fmt::format(":{}\r\n", publish(words.at(1), words.at(2))));
  }
  if (command != "SUBSCRIBE" && command != "UNSUBSCRIBE") return client.send("+OK\r\n");
  const bool adds = command == "SUBSCRIBE";
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (adds) {
      client.channels_.insert(words[i]);
    } else {
      client.channels_.erase(words[i]);
    }
    client.send("*3\r\n" + bulk(adds ? "subscribe" : "unsubscribe") + bulk(words[i]) +
                fmt::format(":{}\r\n", client.channels_.size()));
  }
}

std::size_t Redis::publish(const std::string& channel, const std::string& message) {
  std::size_t receivers = 0;
  if (message.find("transfer_req") != message.npos) ++transfer_requests_;
  for (const auto& [number, client] : clients_) {
    if (!client->channels_.contains(channel)) continue;
    ++receivers;
    client->send("*3\r\n" + bulk("message") + bulk(channel) + bulk(message));
  }
  if (ear_) ear_(channel, message);
  return receivers;
}

void Redis::say(const std::string& channel, const std::string& message) {
  said_.emplace_back(channel, message);
  machine_.agenda.after(Millis{1}, host_, "hears", [this] {
    const auto [said_on, first] = std::move(said_.front());
    said_.pop_front();
    publish(said_on, first);
  });
}

std::size_t Redis::subscriptions(const std::string& part) const {
  std::size_t all = 0;
  for (const auto& [number, client] : clients_) {
    for (const std::string& channel : client->channels_) all += channel.find(part) != part.npos;
  }
  return all;
}

bool Redis::hears(const std::string& address, const std::string& channel) const {
  return std::ranges::any_of(clients_, [&](const auto& one) {
    return one.second->address() == address && one.second->channels_.contains(channel);
  });
}

void Redis::remove(Client& client) { clients_.erase(client.number_); }

}  // namespace phx::simulation
