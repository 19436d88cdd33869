/// \file
/// A client that polls: one request is held for messages, others post its own.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "conformance/load/soak/line.h"
#include "conformance/load/soak/tcp.h"
#include "conformance/suite/wire/http.h"
#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/url.h"

namespace phx::soak {
namespace {

using conformance::Json;
using conformance::Request;
using conformance::Response;

constexpr std::size_t max_lines = 100;  // as phoenix.js posts, and the contract takes

/// Requests and responses over a persistent connection, one after the other.
class Asker {
 public:
  using OnResponse = std::function<void(const Response&)>;
  using OnEnd = std::function<void(const std::string&)>;

  Asker(Loop& loop, const Target& target, OnResponse on_response, OnEnd on_end)
      : on_response_(std::move(on_response)),
        tcp_(loop, target,
             {[this](std::string_view bytes) { return consume(bytes); }, std::move(on_end)}) {}

  void ask(const Request& request) { tcp_.send(request.text()); }
  void reset() { tcp_.reset(); }
  void pause(bool paused) { tcp_.pause(paused); }
  Instant arrived() const { return tcp_.arrived(); }

 private:
  std::size_t consume(std::string_view bytes) {
    try {
      const auto whole = conformance::read_response(bytes, false, false);
      if (!whole) return 0;
      on_response_(whole->response);
      return whole->size;
    } catch (const conformance::NotHttp& error) {
      on_response_(Response{.status = 0, .headers = {}, .body = error.what()});
      return bytes.size();
    }
  }

  OnResponse on_response_;
  Tcp tcp_;
};

class LongpollLine final : public Line {
 public:
  LongpollLine(Loop& loop, const Target& target, LineListener& listener)
      : listener_(listener),
        target_(fmt::format("{}/longpoll?vsn=2.0.0", target.mount)),
        host_(fmt::format("{}:{}", target.host, target.port)),
        polls_(
            loop, target, [this](const Response& r) { polled(r); }, dropped("poll")),
        posts_(
            loop, target, [this](const Response& r) { posted(r); }, dropped("post")) {
    poll();
  }

  void send(std::string_view text) override {
    said_.emplace_back(text);
    if (!posting_) post();
  }

  /// Long-polling has no close: a client that does not come back is gone after a while.
  void leave(Goodbye) override {
    if (over_) return;
    polls_.reset();
    posts_.reset();
    end("");
  }

  void pause(bool paused) override { polls_.pause(paused); }

 private:
  std::function<void(const std::string&)> dropped(const char* which) {
    return [this, which](const std::string& why) {
      end(fmt::format("the connection of its {}s ended: {}", which, why));
    };
  }

  Request request(std::string method) const {
    Request made{.method = std::move(method), .target = target_, .headers = {{"Host", host_}}};
    if (!token_.empty()) made.target += "&token=" + token_;
    return made;
  }

  void poll() { polls_.ask(request("GET")); }

  void post() {
    posting_ = true;
    Request batch = request("POST").with("Content-Type", "application/x-ndjson");
    const std::size_t lines = std::min(said_.size(), max_lines);
    for (std::size_t i = 0; i < lines; ++i) batch.body += (i == 0 ? "" : "\n") + said_[i];
    said_.erase(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(lines));
    posts_.ask(batch);
  }

  void posted(const Response& response) {
    if (over_) return;
    if (status_of(response) != 200) return end("a post was answered " + shown(response));
    posting_ = false;
    if (!said_.empty()) post();
  }

  void polled(const Response& response) {
    if (over_) return;
    const int status = status_of(response);
    const auto body = conformance::parse_json(response.body);
    if (token_.empty()) return begin(status, response);
    if ((status != 200 && status != 204) || !body)
      return end("a poll was answered " + shown(response));
    const Json messages = (*body)["messages"];
    for (std::size_t i = 0; !over_ && i < json_array_size(messages.get()); ++i) {
      listener_.received(messages[i].text(), polls_.arrived());
    }
    if (!over_) poll();
  }

  void begin(int status, const Response& response) {
    const auto body = conformance::parse_json(response.body);
    if (body) token_ = conformance::percent_encoded((*body)["token"].text());
    if (status != 410 || token_.empty())
      return end("a new session was answered " + shown(response));
    poll();
    listener_.opened();
  }

  static int status_of(const Response& response) {
    const auto body = conformance::parse_json(response.body);
    if (response.status != 200 || !body) return -1;
    const auto* status = json_object_get(body->get(), "status");
    return json_is_integer(status) ? static_cast<int>(json_integer_value(status)) : -1;
  }

  static std::string shown(const Response& response) {
    return fmt::format("{} {}", response.status, response.body.substr(0, 120));
  }

  void end(const std::string& why) {
    if (std::exchange(over_, true)) return;
    polls_.reset();
    posts_.reset();
    listener_.ended(why);
  }

  LineListener& listener_;
  const std::string target_, host_;
  std::string token_;
  std::vector<std::string> said_;
  bool posting_ = false;
  bool over_ = false;
  Asker polls_, posts_;
};

}  // namespace

std::unique_ptr<Line> open_longpoll(Loop& loop, const Target& target, LineListener& listener) {
  return std::make_unique<LongpollLine>(loop, target, listener);
}

}  // namespace phx::soak
