/// A client's polls and posts, until either fails.

#include "client/longpoll_transport.h"

#include "base/base64.h"
#include "http/request_reader.h"

namespace phx::client {
namespace {

constexpr std::size_t max_batch = 100;               // phoenix.js: MAX_LONGPOLL_BATCH_SIZE
constexpr std::size_t max_batch_bytes = 1'000'000;   // servers limit a body to some megabytes
constexpr std::size_t answer_overhead = 16'000'000;  // an answer has many messages, with escapes
constexpr Millis farewell{2'000};                    // for what is posted before a close

// phoenix.js's codes; a websocket has none of its own for these.
constexpr unsigned refused = 1008;
constexpr unsigned failed = 1011;
constexpr unsigned timed_out = 1005;
constexpr unsigned session_gone = 3410;

HttpExchange::Limits limits_of(const ClientOptions& options, Millis patience) {
  return {.patience = patience,
          .answer = {.head = 65'536, .body = 2 * options.max_message + answer_overhead}};
}

/// The status in the body, or 0.
int status_in(const Json& body) { return static_cast<int>(body["status"].integer_or(0)); }

/// The body, or null for one that is not JSON.
Json body_of(const HttpExchange::Outcome& outcome) try {
  return outcome.answer ? Json::parse(outcome.answer->body) : Json();
} catch (const JsonError&) {
  return {};
}

/// Why an exchange failed, for people.
std::string what_came(const HttpExchange::Outcome& outcome) {
  if (!outcome.answer) return outcome.failure;
  int http = outcome.answer->status;
  const int status = status_in(body_of(outcome));
  if (status >= 400 && http == 200) http = status;
  return std::to_string(http) + " " + std::string(http::reason_phrase(http));
}

}  // namespace

LongpollTransport::LongpollTransport(const EndpointUrl& url, Attempt attempt,
                                     const ClientOptions& options, TransportUser& user,
                                     const HttpExchange::Dialer& dial, Timers& timers)
    : url_(url),
      attempt_(std::move(attempt)),
      headers_(options.headers),
      max_message_(options.max_message),
      one_a_post_(options.vsn.starts_with("1.")),
      user_(user),
      timers_(timers),
      polls_(timers, dial, limits_of(options, options.longpoll_request)),
      posts_(timers, dial, limits_of(options, options.longpoll_request)) {
  poll();
}

LongpollTransport::~LongpollTransport() {
  timers_.cancel(post_timer_);
  timers_.cancel(end_timer_);
}

std::string LongpollTransport::request(std::string_view method, http::Request::Headers headers,
                                       std::string_view body) const {
  headers.insert(headers.begin(), {"host", url_.authority()});
  if (!token_.empty()) headers.emplace_back("x-phoenix-longpoll-token", token_);
  headers.insert(headers.end(), headers_.begin(), headers_.end());
  if (method == "POST") headers.emplace_back("content-length", std::to_string(body.size()));
  std::string text = std::string(method) + " " + attempt_.target;
  // Servers before Phoenix 1.8.10 look for the session's token here only.
  if (!token_.empty()) text += "&token=" + percent_encoded(token_);
  text += " HTTP/1.1\r\n";
  http::append_headers(text, headers);
  text += "\r\n";
  return text += body;
}

// --- In -----------------------------------------------------------------------------------------

void LongpollTransport::poll() {
  http::Request::Headers headers{{"accept", "application/json"}};
  if (attempt_.token) headers.emplace_back("x-phoenix-authtoken", *attempt_.token);
  polls_.send(request("GET", std::move(headers), {}),
              [this](const HttpExchange::Outcome& outcome) { polled(outcome); });
}

void LongpollTransport::polled(const HttpExchange::Outcome& outcome) {
  const Json body = body_of(outcome);
  const int status = status_in(body);
  if (status == 410 && stage_ == Stage::open) {
    return end(session_gone, "the server has ended the session");
  }
  const bool begins = status == 410 && !body["token"].string_or("").empty();
  const bool goes_on = stage_ == Stage::open && (status == 200 || status == 204);
  if (!begins && !goes_on) return poll_failed(outcome, status);
  token_ = body["token"].string_or("");
  if (begins) {
    stage_ = Stage::open;
    user_.opened();
  } else {
    deliver(body["messages"]);
  }
  if (stage_ == Stage::open) poll();
}

void LongpollTransport::poll_failed(const HttpExchange::Outcome& outcome, int status) {
  if (outcome.late) return end(timed_out, "a poll was not answered in time");
  const unsigned code = status == 403 ? refused : failed;
  end(code, "expected a session of long-polling, got " + what_came(outcome));
}

void LongpollTransport::deliver(const Json& messages) {
  for (std::size_t i = 0; i < messages.size() && stage_ == Stage::open; ++i) {
    std::string text = messages[i].string_or("");
    if (text.size() > max_message_) return end(failed, "a message over max_message");
    user_.received({serializer::Frame::text, std::move(text)});
  }
}

// --- Out ----------------------------------------------------------------------------------------

void LongpollTransport::send(serializer::Frame frame) {
  const bool binary = frame.opcode == serializer::Frame::binary;
  outgoing_.push_back(binary ? base64::encode(frame.bytes) : std::move(frame.bytes));
  waiting_ += outgoing_.back().size();
  post_soon();
}

/// What is sent in one turn goes out together.
void LongpollTransport::post_soon() {
  if (posts_.busy() || post_timer_) return;
  post_timer_ = timers_.after(Millis{0}, [this] {
    post_timer_.reset();
    post();
  });
}

void LongpollTransport::post() {
  std::string body;
  const std::size_t most = one_a_post_ ? 1 : max_batch;
  for (std::size_t lines = 0; lines < most && !outgoing_.empty(); ++lines) {
    if (lines > 0 && body.size() + outgoing_.front().size() > max_batch_bytes) break;
    if (lines > 0) body += '\n';
    body += outgoing_.front();
    posting_ += outgoing_.front().size();
    outgoing_.pop_front();
  }
  const char* type = one_a_post_ ? "application/json" : "application/x-ndjson";
  posts_.send(request("POST", {{"content-type", type}}, body),
              [this](const HttpExchange::Outcome& outcome) { posted(outcome); });
}

void LongpollTransport::posted(const HttpExchange::Outcome& outcome) {
  const int status = status_in(body_of(outcome));
  if (status != 200) {
    if (outcome.late) return end(timed_out, "a post was not answered in time");
    return end(failed, "expected a post to be taken, got " + what_came(outcome));
  }
  waiting_ -= std::exchange(posting_, 0);
  user_.written();
  if (!outgoing_.empty()) return post();
  if (stage_ == Stage::closing) end(ending_.code, ending_.reason);
}

// --- The end ------------------------------------------------------------------------------------

void LongpollTransport::close(unsigned code) {
  if (stage_ == Stage::closing || stage_ == Stage::closed) return;
  const bool has_more = stage_ == Stage::open && (posts_.busy() || !outgoing_.empty());
  if (!has_more) return end(code, "");
  stage_ = Stage::closing;
  ending_ = {.code = code, .reason = ""};
  polls_.drop();
  end_timer_ = timers_.after(farewell, [this, code] {
    end_timer_.reset();
    end(code, "");
  });
}

/// closed() comes in a turn of its own.
void LongpollTransport::end(unsigned code, const std::string& reason) {
  if (stage_ == Stage::closed) return;
  stage_ = Stage::closed;
  polls_.drop();
  posts_.drop();
  timers_.cancel(post_timer_);
  timers_.cancel(end_timer_);
  outgoing_.clear();
  waiting_ = posting_ = 0;
  ending_ = {.code = code, .reason = reason};
  end_timer_ = timers_.after(Millis{0}, [this] {
    end_timer_.reset();
    user_.closed(ending_);
  });
}

}  // namespace phx::client
