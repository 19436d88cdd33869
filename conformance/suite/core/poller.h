#pragma once
/// \file
/// A long-poll session as a case uses it: post this, expect that from the polls.
///
/// A poll may bring one message or several; the case sees them one by one, in order. Posts and
/// polls go over two connections, so that a post can overtake a poll that is held.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

/// The body that opens a session.
inline constexpr const char* new_session = R"({"status":410,"token":{any},"messages":[]})";

class Poller {
 public:
  /// Opens a session: the first answer is 410, with a token and no messages. Call Trial::poll.
  /// \throws Skipped if there is no long-poll.
  Poller(Trial& t, const Opening& opening);

  /// Joins the case's topic, with ref and join_ref 1, and takes the reply.
  void join();

  // Sending. One message; the answer is 200.
  void post(std::string_view text);
  /// One message a line, as `application/x-ndjson`; the answer is 200.
  void post_lines(const std::vector<std::string>& texts, std::string_view line_end = "\n");
  /// Sends a poll and does not wait for it.
  void hold();
  /// Abandons the held poll, as a closed page does.
  void give_up();

  // Expecting. The next message is this text, by value. Polls as often as it takes.
  Json expect(std::string_view text);
  void expect_in_any_order(const std::vector<std::string>& texts);
  /// Nothing came, and nothing is on its way: a heartbeat is answered with nothing before it.
  void expect_silence();
  /// The answer to the poll (the held one, or a new one) is this body; its messages stay with the
  /// caller. `more` is added to the usual patience.
  Json expect_poll(std::string_view body, Millis more = Millis{0});
  /// A post of this body gets this answer.
  void expect_post(const Request& request, std::string_view body, Millis more = Millis{0});

  /// A request of this session with its token in the query, to be changed.
  Request request(const std::string& method, std::string body = {}) const;
  const std::string& token() const { return token_; }
  /// The end of the case does not check this session.
  void forget() { forgotten_ = true; }
  void expect_all_was_said() {
    if (!forgotten_) expect_silence();
  }

  // For a client over this session; see polled_client.h.
  /// The next message, whatever it is. Polls as often as it takes.
  std::string take(const std::string& expected);
  /// The polls' messages that were not taken yet.
  const std::deque<std::string>& waiting() const { return waiting_; }
  Connection& polls() { return *polls_; }
  /// Writes a remark into the polls' transcript. \return their connection's name.
  std::string noted(std::string_view remark) const;

 private:
  /// A connection that is open, or a new one.
  Connection& line(Connection*& kept, const char* what);
  Response response(Connection& connection, Millis more);
  std::string heartbeat(std::string_view ref) const;
  std::string heartbeat_reply(std::string_view ref) const;
  [[noreturn]] void violated(const std::string& expected, const std::string& actual) const;

  Trial& t_;
  const Opening opening_;
  std::string token_;
  Connection* polls_ = nullptr;
  Connection* posts_ = nullptr;
  bool held_ = false;
  std::deque<std::string> waiting_;
  int silences_ = 0;
  bool forgotten_ = false;
};

/// The response's body as JSON, if it is `expected`, by value. \throws Violation if it is not.
Json checked_body(const Response& response, const std::string& expected, const std::string& where);

}  // namespace phx::conformance
