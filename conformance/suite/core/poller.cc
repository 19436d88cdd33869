/// Keeps one session: its token, its two connections, and the messages not taken yet.

#include "conformance/suite/core/poller.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

bool is_this(const std::string& message, const std::string& expected) {
  const auto wanted = parse_json(expected);
  if (!wanted) throw std::logic_error("the case expects something that is not JSON: " + expected);
  const auto came = parse_json(message);
  return came && matches(*wanted, *came);
}

}  // namespace

Json checked_body(const Response& response, const std::string& expected, const std::string& where) {
  const auto body = parse_json(response.body);
  if (response.status == 200 && body && is_this(response.body, expected)) return *body;
  throw Violation(fmt::format("HTTP 200 {}", expected),
                  fmt::format("HTTP {} {}", response.status, response.body), where);
}

Poller::Poller(Trial& t, const Opening& opening) : t_(t), opening_(opening) {
  const Request opens = t_.longpoll(opening_);
  Connection& connection = line(polls_, "polls");
  connection.begin(opens);
  const Response answer = response(connection, Millis{0});
  if (answer.status == 404) throw Skipped("there is no long-poll at " + opens.target);
  const Json body = checked_body(answer, t_.fill(R"({"status":410,"token":{any},"messages":[]})"),
                                 t_.name_of(connection));
  token_ = body["token"].text();
  if (token_.empty()) violated("a token that is a string", body.dump());
}

// --- Sending ------------------------------------------------------------------------------------

void Poller::join() {
  post(R"(["1","1","{topic}","phx_join",{join}])");
  expect(R"(["1","1","{topic}","phx_reply",{ok}])");
}

void Poller::post(std::string_view text) {
  expect_post(request("POST", t_.fill(text)).with("Content-Type", "application/json"),
              R"({"status":200})");
}

void Poller::post_lines(const std::vector<std::string>& texts, std::string_view line_end) {
  const std::string body = t_.fill(fmt::format("{}", fmt::join(texts, line_end)));
  expect_post(request("POST", body).with("Content-Type", "application/x-ndjson"),
              R"({"status":200})");
}

void Poller::hold() {
  line(polls_, "polls").begin(request("GET"));
  held_ = true;
}

void Poller::give_up() {
  constexpr Millis until_noticed{500};
  Connection& connection = *std::exchange(polls_, nullptr);
  held_ = false;
  connection.finish();
  // A server that closes its side has seen ours; one that goes on writing gets RST.
  if (!connection.ends_by(Clock::now() + until_noticed)) connection.reset();
}

// --- Expecting ----------------------------------------------------------------------------------

Json Poller::expect(std::string_view text) {
  const std::string expected = t_.fill(text);
  const std::string message = take(expected);
  if (!is_this(message, expected)) violated(expected, message);
  return *parse_json(message);
}

void Poller::expect_in_any_order(const std::vector<std::string>& texts) {
  std::vector<std::string> open;
  open.reserve(texts.size());
  for (const auto& text : texts) open.push_back(t_.fill(text));
  while (!open.empty()) {
    const std::string expected = fmt::format("one of {}", fmt::join(open, " | "));
    const std::string message = take(expected);
    const auto found = std::find_if(open.begin(), open.end(), [&message](const std::string& text) {
      return is_this(message, text);
    });
    if (found == open.end()) violated(expected, message);
    open.erase(found);
  }
}

void Poller::expect_silence() {
  const std::string ref = fmt::format("silence-{}", ++silences_);
  if (waiting_.empty()) post(heartbeat(ref));
  expect(heartbeat_reply(ref));
}

Json Poller::expect_poll(std::string_view body, Millis more) {
  if (!held_) hold();
  held_ = false;
  return checked_body(response(*polls_, more), t_.fill(body), t_.name_of(*polls_));
}

void Poller::expect_post(const Request& request, std::string_view body, Millis more) {
  Connection& connection = line(posts_, "posts");
  connection.begin(request);
  checked_body(response(connection, more), t_.fill(body), t_.name_of(connection));
}

// --- Helpers -------------------------------------------------------------------------------------

Request Poller::request(const std::string& method, std::string body) const {
  Request request = t_.longpoll(opening_).by(method);
  request.target += (request.target.find('?') == std::string::npos ? "?" : "&");
  request.target += "token=" + percent_encoded(token_);
  request.body = std::move(body);
  return request;
}

Connection& Poller::line(Connection*& kept, const char* what) {
  if (!kept || kept->ended()) kept = &t_.dial(fmt::format("a long-poll session's {}", what));
  return *kept;
}

Response Poller::response(Connection& connection, Millis more) {
  const auto response = connection.response(t_.deadline(more));
  if (response) {
    // The server will not keep the connection; the next request takes a new one.
    if (response->header("connection").value_or("") == "close") connection.ends_by(t_.deadline());
    return *response;
  }
  const std::string& where = t_.name_of(connection);
  if (connection.ended()) {
    throw Violation("an HTTP response", "the connection ended without one", where);
  }
  throw NothingCame("an HTTP response",
                    fmt::format("nothing came within {} ms", (t_.patience() + more).count()),
                    where);
}

std::string Poller::take(const std::string& expected) {
  const auto deadline = t_.deadline();
  while (waiting_.empty()) {
    const Json body = expect_poll(R"({"status":{any},"token":{any},"messages":{any}})");
    const Json messages = body["messages"];
    for (std::size_t i = 0; i < json_array_size(messages.get()); ++i) {
      waiting_.push_back(messages[i].text());
    }
    const bool brought = body["status"].dump() == "200" && !waiting_.empty();
    // A short window may be over before a slow server has a message.
    const bool in_vain = body["status"].dump() == "204" && waiting_.empty();
    const bool ours = body["token"].text() == token_;
    if (!ours || (!brought && (!in_vain || Clock::now() > deadline))) {
      violated(expected, body.dump());
    }
  }
  std::string first = std::move(waiting_.front());
  waiting_.pop_front();
  return first;
}

std::string Poller::heartbeat(std::string_view ref) const {
  return opening_.vsn == "2.0.0"
             ? fmt::format(R"([null,"{}","phoenix","heartbeat",{{}}])", ref)
             : fmt::format(R"({{"topic":"phoenix","event":"heartbeat","payload":{{}},"ref":"{}"}})",
                           ref);
}

std::string Poller::heartbeat_reply(std::string_view ref) const {
  return opening_.vsn == "2.0.0"
             ? fmt::format(R"([{{any}},"{}",{{any}},"phx_reply",{{any}}])", ref)
             : fmt::format(
                   R"({{"topic":{{any}},"event":"phx_reply","payload":{{any}},"ref":"{}"}})", ref);
}

std::string Poller::noted(std::string_view remark) const {
  polls_->note(remark);
  return t_.name_of(*polls_);
}

void Poller::violated(const std::string& expected, const std::string& actual) const {
  throw Violation(expected, actual, noted("✗ this was not expected"));
}

}  // namespace phx::conformance
