/// Joins, prints, pushes.

#include "conformance/phx/talk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/base64.h"
#include "base/check.h"

namespace phx::talk {
namespace {

constexpr int failed = 1;
constexpr int not_joined = 3;
constexpr Millis farewell{2'000};  // for the next reply, once all is pushed: some pushes get none
constexpr std::size_t max_line = 16'000'000;
// Lines are left unread while so much waits; the client itself would refuse more at its limits.
constexpr std::size_t max_waiting = 1'048'576;
constexpr int max_unanswered = 90'000;
// While a server answers, no more than these wait for it: an answer after its timeout is lost.
constexpr int max_ahead = 2'000;
constexpr Millis answers_lately{1'000};
constexpr int look_again_ms = 10;

struct BadLine : std::runtime_error {
  using std::runtime_error::runtime_error;
};

Payload payload_of(std::string_view text, bool binary) {
  if (binary) {
    auto bytes = base64::decode(text);
    if (!bytes) throw BadLine("expected bytes in base64 after the event");
    return Payload::binary(std::move(*bytes));
  }
  if (text.empty()) return {};
  try {
    return {Json::parse(text)};
  } catch (const JsonError& error) {
    throw BadLine(fmt::format("expected JSON after the event: {}", error.what()));
  }
}

}  // namespace

Talk::Talk(const Options& options)
    : options_(options),
      printer_(options.json, options.color),
      client_(options.url, client_options(options)),
      topic_(client_.topic(options.topic, Payload(options.join_params))) {
  check(::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe can be made");
}

ClientOptions Talk::client_options(const Options& options) {
  ClientOptions all;
  all.params = [params = options.params] { return params; };
  if (!options.token_file.empty()) {
    all.token = [file = options.token_file] { return read_token(file); };
  }
  all.headers = options.headers;
  all.vsn = options.vsn;
  all.tls = {.verify = !options.insecure, .ca_file = options.ca_file};
  all.longpoll_fallback = options.fallback;
  if (options.longpoll) all.transport = ClientTransport::longpoll;
  return all;
}

int Talk::run() {
  listen();
  client_.connect();
  while (status_ < 0) {
    leave_if_done();
    const auto until = deadline();
    const int input = reads_ && !is_full() ? STDIN_FILENO : -1;
    std::array<pollfd, 2> ready{{{wake_[0], POLLIN, 0}, {input, POLLIN, 0}}};
    const int count = ::poll(ready.data(), ready.size(), patience());
    if (count == 0 && !leave_at_ && until && Clock::now() >= *until) out_of_time();
    if (count <= 0) continue;
    std::array<char, 64> wakes;
    if (ready[0].revents != 0) {
      [[maybe_unused]] const auto taken = ::read(wake_[0], wakes.data(), wakes.size());
    }
    if (ready[1].revents != 0) read_input();
  }
  return status_;
}

/// How long to wait for events, in milliseconds. Nothing wakes us when room is made.
int Talk::patience() const {
  if (is_full() || (!reads_ && client_.waiting_bytes() > 0)) return look_again_ms;
  const auto until = deadline();
  if (!until) return -1;
  const auto left = std::chrono::ceil<Millis>(*until - Clock::now()).count();
  return static_cast<int>(std::clamp<Millis::rep>(left, 0, 1'000'000));
}

bool Talk::is_full() const {
  if (client_.waiting_bytes() > max_waiting || unanswered_ > max_unanswered) return true;
  return pushed_ - answered_ > max_ahead && Clock::now() - last_answer_.load() < answers_lately;
}

/// Until then there must be a join, and what --once waits for; or the last replies.
std::optional<Clock::time_point> Talk::deadline() const {
  if (leave_at_) return leave_at_;
  if (!options_.timeout || (joined_ && !options_.once)) return {};
  return began_ + *options_.timeout;
}

void Talk::out_of_time() {
  printer_.notice("error", joined_ ? fmt::format("{} did not come in time", *options_.once)
                                   : fmt::format("not joined in time: {}", options_.topic));
  end(joined_ ? failed : not_joined);
}

/// What comes before the last reply is printed, and nothing once it leaves: so it does that late.
void Talk::leave_if_done() {
  if (reads_ || options_.follow || options_.once || !joined_ || leaving_) return;
  if (client_.waiting_bytes() > 0) return;
  if (!leave_at_) leave_at_ = Clock::now() + farewell;
  leave_at_ = std::max(*leave_at_, last_answer_.load() + farewell);
  if (unanswered_ > 0 && Clock::now() < *leave_at_) return;
  leaving_ = true;
  leave_at_.reset();
  topic_.leave().then([this](const Answer&) { end(refused_ ? failed : 0); });
}

void Talk::wake() { [[maybe_unused]] const auto written = ::write(wake_[1], "", 1); }

/// The first end counts.
void Talk::end(int status) {
  int running = -1;
  if (status_.compare_exchange_strong(running, status)) wake();
}

// --- What comes ---------------------------------------------------------------------------------

void Talk::listen() {
  listen_to_connection();
  if (options_.once) {
    topic_.on(*options_.once, [this](const Payload& payload) {
      if (status_ >= 0) return;
      printer_.payload(payload);
      end(0);
    });
  } else {
    topic_.on_message([this](const std::string& event, const Payload& payload) {
      const bool of_presence = event == "presence_state" || event == "presence_diff";
      if (!of_presence || !options_.presence) printer_.message(event, payload);
    });
  }
  if (options_.presence) {
    present_.emplace(topic_);
    present_->on_sync([this, list = *present_] { printer_.present(list.list()); });
  }
  listen_to_join();
}

void Talk::listen_to_connection() {
  client_.on_open([this] {
    if (was_open_) printer_.notice("open", "connected again");
    if (!was_open_ && options_.json) printer_.notice("open", "connected");
    was_open_ = true;
    last_error_.clear();
  });
  client_.on_error([this](const std::string& error) {
    if (is_over() || std::exchange(last_error_, error) == error) return;
    const bool tries = client_.status() == ClientStatus::waiting;
    printer_.notice("error", error + (tries ? "; trying again" : ""));
  });
  client_.on_close([this](const ClientClosed& closed) {
    if (is_over()) return;
    if (client_.status() == ClientStatus::closed) {
      printer_.notice("closed", fmt::format("the server closed the connection ({})", closed.code));
      return end(joined_ ? failed : not_joined);
    }
    if (joined_ && closed.reason.empty()) {
      printer_.notice("closed", fmt::format("connection lost ({}); reconnecting", closed.code));
    }
  });
}

void Talk::listen_to_join() {
  topic_.on_error([this](const Payload& reason) {
    if (reason["source"].string_or("") != "transport") {
      printer_.notice("error", "the channel crashed; joining again");
      refused_ = true;
    }
  });
  topic_.on_close([this](const Payload&) {
    if (is_over()) return;
    printer_.notice("closed", "the server closed " + options_.topic);
    end(failed);
  });
  topic_.join().then([this](const Answer& answer) {
    if (is_over()) return;
    if (answer.ok()) {
      if (!options_.once || options_.json) {
        printer_.joined(options_.topic, answer.response, joined_);
      }
      joined_ = true;
      wake();
    } else if (answer.status == "timeout") {
      printer_.notice("error", "the join was not answered; trying again");
    } else {
      printer_.notice("refused", fmt::format("the join of {} was refused: {}", options_.topic,
                                             answer.response.view()));
      end(not_joined);
    }
  });
}

// --- What is typed ------------------------------------------------------------------------------

void Talk::read_input() {
  std::array<char, 65'536> bytes;
  const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (size > 0) return take({bytes.data(), static_cast<std::size_t>(size)});
  reads_ = false;
  if (skips_) return;
  if (!typed_.empty()) push_line(std::exchange(typed_, {}));
}

void Talk::take(std::string_view bytes) {
  if (skips_) {
    const std::size_t end = bytes.find('\n');
    if (end == bytes.npos) return;
    bytes.remove_prefix(end + 1);
    skips_ = false;
  }
  const std::size_t known = typed_.size();  // and no line ends in it
  typed_ += bytes;
  std::size_t begin = 0;
  for (std::size_t end = typed_.find('\n', known); end != typed_.npos;
       end = typed_.find('\n', begin)) {
    push_line(typed_.substr(begin, end - begin));
    begin = end + 1;
  }
  typed_.erase(0, begin);
  if (typed_.size() <= max_line) return;
  printer_.notice("error", fmt::format("a line over {} bytes is not pushed", max_line));
  refused_ = true;
  typed_.clear();
  skips_ = true;
}

void Talk::push_line(const std::string& line) try {
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == line.npos) return;
  const std::size_t last = line.find_last_not_of(" \t\r") + 1;
  const std::size_t space = std::min(line.find_first_of(" \t", begin), last);
  const std::string event = line.substr(begin, space - begin);
  const std::size_t payload = std::min(line.find_first_not_of(" \t", space), last);
  const Payload said = payload_of(line.substr(payload, last - payload), options_.binary);
  ++unanswered_;
  topic_.push(event, said).then([this, event, number = ++pushed_](const Answer& answer) {
    if (--unanswered_ == 0) wake();
    if (answer.status == "timeout") {
      if (answer.response.view() == "{}") return;  // most events need no reply
      printer_.notice("error", event + " was not sent in time");
      refused_ = true;
      return;
    }
    last_answer_ = Clock::now();
    answered_ = std::max(answered_.load(), number);
    if (!answer.ok()) refused_ = true;
    printer_.reply(event, answer);
  });
} catch (const BadLine& error) {
  printer_.notice("error", error.what());
  refused_ = true;
}

}  // namespace phx::talk
