#pragma once
/// \file
/// One case in the making: its topic, its connections, and what it may ask of the server.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/core/client.h"
#include "conformance/suite/core/options.h"
#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {

class Poller;

/// How to open a connection. The defaults are V2 on the mount of `--url`.
struct Opening {
  std::string mount = {};  ///< `/short`; empty: the path of `--url`.
  std::string query = {};  ///< `user_id=a&b=c`, already encoded; `--params` come in front of it.
  std::optional<std::string> vsn = "2.0.0";  ///< Nothing: no such parameter.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

class Trial {
 public:
  /// The options and the network must outlive the trial.
  Trial(const Rule& rule, const Options& options, Network& network, Axis axis = Axis::v2);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial();

  // What fails in the first of these that a case does is no violation yet: SetupFailed.
  /// A client whose handshake was accepted. On another axis than V2 it speaks that instead, as long
  /// as the opening leaves the version as it is; of a cluster each is at the next node.
  Client& connect(const Opening& opening = {});
  /// The same, joined to {topic} with "1" as join_ref and as ref.
  Client& join(const Opening& opening = {});
  /// A client on a connection over which something else was already said.
  Client& adopt(Connection& connection, Version version = Version::v2);

  /// A long-poll session that was just opened. \throws Skipped if the server has no long-poll.
  Poller& poll(const Opening& opening = {});
  bool has_longpoll();
  /// \throws Skipped if the server has no long-poll.
  void need_longpoll();

  /// A well-formed upgrade request for the opening, to be bent.
  Request upgrade(const Opening& opening = {}) const;
  /// A GET of the opening's long-poll, with no token yet.
  Request longpoll(const Opening& opening = {}) const;
  /// Asks on a connection of its own and waits for the whole response.
  Response ask(const Request& request);
  /// The request is answered with this status (and body).
  Response expect_status(const Request& request, int status);
  Response expect_answer(const Request& request, int status, const std::string& body);
  /// The request is answered with HTTP 200 and this JSON body, by value. Returns the body.
  Json expect_json(const Request& request, std::string_view body);
  /// A connection over which nothing was said yet.
  Connection& dial(const std::string& what = "raw bytes");

  /// A fresh connection is accepted and its heartbeat answered: the server goes on.
  void expect_server_goes_on() { connect().expect_silence(); }
  /// Lets time pass, for the rules about time; every connection goes on meanwhile.
  void wait(Millis time);
  /// A step during which the server has to keep to the rule, but no longer than `most` after
  /// `since`. \throws SeenTooLate for a violation that is seen after that.
  template <class Step>
  void in_time(Clock::time_point since, Millis most, Step step) {
    try {
      step();
    } catch (const NothingCame&) {
      throw;  // no haste of ours would have brought it
    } catch (const Violation& violation) {
      if (Clock::now() - since <= most) throw;
      throw SeenTooLate(violation);
    }
  }

  /// The value of a word: `word("topic")`.
  const std::string& word(std::string_view name) const { return words_.find(name)->second; }
  std::string fill(std::string_view text) const { return filled(text, words_); }
  Axis axis() const { return axis_; }
  /// How many nodes there are; clients are spread over them.
  std::size_t nodes() const { return options_.nodes.size() + 1; }
  bool core_only() const { return options_.core; }
  /// The release to judge by. Asking marks the case as one that releases keep apart.
  const Release& release() {
    asked_for_release_ = true;
    return options_.profile;
  }
  /// The same, for what is too dear to be judged once for each release.
  const Release& judged_as() const { return options_.profile; }
  bool asked_for_release() const { return asked_for_release_; }
  Clock::time_point deadline(Millis more = Millis{0}) const {
    return Clock::now() + patience_ + more;
  }
  Millis patience() const { return patience_; }
  /// The command that started the server; empty if it ran already.
  const std::vector<std::string>& command() const { return options_.command; }
  /// From here on connections go to another server, on this port of 127.0.0.1.
  void turn_to(int port);
  /// The name of a connection, for a Violation.
  const std::string& name_of(const Connection& connection) const;
  const std::string& authority() const { return authority_; }
  /// `http://127.0.0.1:4000`, or with TLS `https://…`.
  std::string origin() const { return url_.origin(); }
  /// The parameters that `connect` sees, as a JSON object: `--params`, these, and vsn.
  std::string connect_params(std::string_view more) const;

  /// The end of a case: nothing is left, on any connection, that nobody expected.
  void finish();
  /// Every conversation so far, the one called `first` in front, at most a few.
  std::vector<Conversation> conversations(const std::string& first) const;
  /// The same whole, of a trial that records: the connections with what went over them.
  std::vector<std::pair<std::string, const Recording*>> recordings() const;
  std::size_t connections() const { return talks_.size(); }
  /// The text with the case's own names as the words that stand for them: alike in every run.
  std::string anonymous(std::string text) const;

 private:
  struct Talk {
    std::string name;
    std::string what;  // the opening, for the heading
    Millis began;      // since the case began
    std::unique_ptr<Connection> connection;
  };
  void turn_to(const Url& url);
  std::string target(const Opening& opening, std::string_view transport) const;
  Request with_headers(Request request, const Opening& opening) const;
  Talk& open(const std::string& what);
  Client& connect_polling(const Opening& opening);
  /// Throws the violation, or SetupFailed if the case had not come to its rule yet.
  [[noreturn]] void refuse(Step step, const Opening& opening, const Violation& violation) const;

  const Options& options_;
  Network& network_;
  const Axis axis_;
  Words words_;
  Url url_;
  std::string authority_;
  Millis patience_;
  Clock::time_point began_ = Clock::now();
  bool asked_for_release_ = false;
  std::vector<Talk> talks_;
  std::vector<std::unique_ptr<Client>> clients_;  // after the connections they speak over
  std::vector<std::unique_ptr<Poller>> pollers_;
};

}  // namespace phx::conformance
