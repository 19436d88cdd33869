#pragma once
/// \file
/// A running case: its topic, its connections, and its requests to the server.

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
#include "conformance/suite/core/running_case.h"
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

class Trial : public RunningCase {
 public:
  /// The options and the network must outlive the trial.
  Trial(const Rule& rule, const Options& options, Network& network, Axis axis = Axis::v2);
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() override;

  // A failure in the first of these calls of a case is not a violation yet: SetupFailed. A client
  // whose handshake was accepted. On another axis than V2 it uses that instead, unless the opening
  // sets the version; in a cluster each connects to the next node.
  Client& connect(const Opening& opening = {});
  /// The same, joined to {topic} with "1" as join_ref and as ref.
  Client& join(const Opening& opening = {});
  /// A client on a connection that was already used for something else.
  Client& adopt(Connection& connection, Version version = Version::v2);

  /// A long-poll session that was just opened. \throws Skipped if the server has no long-poll.
  Poller& poll(const Opening& opening = {});
  bool has_longpoll();
  /// \throws Skipped if the server has no long-poll.
  void need_longpoll();

  /// A well-formed upgrade request for the opening, to be changed.
  Request upgrade(const Opening& opening = {}) const;
  /// A GET of the opening's long-poll, with no token yet.
  Request longpoll(const Opening& opening = {}) const;
  /// Sends the request on a connection of its own and waits for the whole response.
  Response ask(const Request& request);
  /// The request is answered with this status (and body).
  Response expect_status(const Request& request, int status);
  Response expect_answer(const Request& request, int status, const std::string& body);
  /// The request is answered with HTTP 200 and this JSON body, by value. Returns the body.
  Json expect_json(const Request& request, std::string_view body);
  /// An unused connection.
  Connection& dial(const std::string& what = "raw bytes");

  /// A new connection is accepted and its heartbeat answered: the server goes on.
  void expect_server_goes_on() { connect().expect_silence(); }
  /// Lets time pass, for the rules about time; all connections go on.
  void wait(Millis time);
  /// How long the server is told to take for something: as `usual`, or longer if --timeout-scale
  /// says that it is slow. In the frames of clients that connect after this, `{name}` stands for
  /// its milliseconds.
  Millis length(const std::string& name, Millis usual);
  /// A step during which the server must keep the rule, until `most` after `since`. \throws
  /// SeenTooLate for a violation that is seen after that.
  template <class Step>
  void in_time(Clock::time_point since, Millis most, Step step) {
    try {
      step();
    } catch (const NothingCame&) {
      throw;  // not caused by our own delay
    } catch (const Violation& violation) {
      if (Clock::now() - since <= most) throw;
      throw SeenTooLate(violation);
    }
  }

  /// The value of a word: `word("topic")`.
  const std::string& word(std::string_view name) const { return words_.find(name)->second; }
  std::string fill(std::string_view text) const { return filled(text, words_); }
  Axis axis() const override { return axis_; }
  /// The number of nodes; clients are spread over them.
  std::size_t nodes() const { return options_.nodes.size() + 1; }
  bool core_only() const { return options_.core; }
  /// The release to judge by. Calling it marks the case as one that depends on the release.
  const Release& release() {
    asked_for_release_ = true;
    return options_.profile;
  }
  /// The same, for a case that is too slow to be judged for each release.
  const Release& judged_as() const { return options_.profile; }
  bool asked_for_release() const override { return asked_for_release_; }
  Clock::time_point deadline(Millis more = Millis{0}) const {
    return Clock::now() + patience_ + more;
  }
  Millis patience() const { return patience_; }
  /// The command that started the server; empty if it already ran.
  const std::vector<std::string>& command() const { return options_.command; }
  /// From here on connections go to another server, on this port of 127.0.0.1.
  void turn_to(int port);
  /// The name of a connection, for a Violation.
  const std::string& name_of(const Connection& connection) const;
  const std::string& authority() const { return authority_; }
  /// `http://127.0.0.1:4000`, or with TLS `https://…`.
  std::string origin() const override { return url_.origin(); }
  /// The parameters that `connect` sees, as a JSON object: `--params`, these, and vsn.
  std::string connect_params(std::string_view more) const;

  void run() override;
  std::vector<Conversation> conversations(const std::string& first) const override;
  std::vector<std::pair<std::string, const Recording*>> recordings() const override;
  std::size_t connections() const override { return talks_.size(); }
  std::string anonymous(std::string text) const override;

 private:
  /// Ends the case: nothing unexpected is left on any connection.
  void finish();
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
  /// Throws the violation, or SetupFailed if the case had not reached its rule.
  [[noreturn]] void refuse(Step step, const Opening& opening, const Violation& violation) const;

  void (*const body_)(Trial&);
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
