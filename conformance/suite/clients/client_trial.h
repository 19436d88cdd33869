#pragma once
/// \file
/// A running case about a client: its shim, and the server that the suite plays for it.
///
/// One thread polls everything; bytes move only during a pump, so a case reads as if every call
/// blocked. Whatever the client does that a case does not ask about is left alone: clients differ
/// in what they report twice, and in what they send besides.

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/clients/guest.h"
#include "conformance/suite/clients/shim.h"
#include "conformance/suite/core/options.h"
#include "conformance/suite/core/rule.h"
#include "conformance/suite/core/running_case.h"

namespace phx::conformance {

/// What the server does with new connections.
enum class Door {
  open,       ///< Waits for Trial's welcome().
  closed,     ///< Resets them at once, as a closed port does.
  forbidden,  ///< Answers each upgrade with 403.
  deaf        ///< Accepts, and never answers an upgrade.
};

class ClientTrial : public RunningCase {
 public:
  /// Both must outlive the trial.
  ClientTrial(const Rule& rule, const Options& options);
  ~ClientTrial() override;

  // What the client is told to do. Texts are JSON, or its members.
  /// `options` are members beside the short waits, which `plainly` leaves out.
  void dial(const std::string& options = "", const std::string& params = "{}");
  void dial_plainly(const std::string& options = "", const std::string& params = "{}");
  void join(std::string_view channel, std::string_view topic, const std::string& more = "");
  void push(std::string_view id, std::string_view event, std::string_view payload = "{}",
            std::string_view channel = "a");
  void push_bytes(std::string_view id, std::string_view event, std::string_view bytes);
  void leave(std::string_view channel = "a");
  void disconnect();

  // What it does.
  /// Its next connection, upgraded. The first one that fails is not the rule's fault: SetupFailed.
  Guest& welcome(Millis more = Millis{0});
  /// Its next connection with a whole request, which is not answered yet.
  Guest& knock(Millis more = Millis{0});
  /// The same, joined: channel a on `topic`, which hears `said`, `marker` and what `more` says.
  Guest& joined(const std::string& options = "", const std::string& topic = "room:1");
  /// Answers the next join of this topic ok, and waits for the report of it.
  Heard let_in(Guest& guest, std::string_view topic = "room:1", std::string_view channel = "a");
  /// Whether it connects again, in time. Rules that are not about that go on without.
  bool returns();
  /// Answers the topic's new join ok; false if none comes in time.
  bool let_back_in(Guest& guest, std::string_view topic = "room:1", std::string_view channel = "a");
  /// The join_ref of the last join that was let in; its ref if it had none.
  const std::string& join_ref() const { return join_ref_; }

  /// The next report that has these members; other reports stay. \throws Violation
  Json expect(const std::string& members, Millis more = Millis{0});
  /// No report that has these members has come and was not taken.
  void expect_none(const std::string& members, const std::string& why);
  std::size_t count(const std::string& members);
  /// Takes all such reports that have come.
  void drop(const std::string& members);
  /// A marker is broadcast and reported, so all that was sent before has been handled.
  void settle(Guest& guest, std::string_view topic = "room:1", std::string_view channel = "a");
  /// \throws Violation unless they are the same.
  void expect_same(const std::string& what, const std::string& expected, const std::string& actual);
  [[noreturn]] void violated(const std::string& expected, const std::string& actual) const;

  // The server.
  void door(Door door) { door_ = door; }
  /// Connections that have come so far, whatever became of them.
  std::size_t tries() const { return tries_.size(); }
  const std::vector<Clock::time_point>& tried() const { return tries_; }
  std::list<Guest>& guests() { return guests_; }

  // Time and needs.
  /// \throws Skipped with the shim's reason if the client lacks it.
  void need(std::string_view feature);
  bool has(std::string_view feature) const { return !options_.client.lacks.contains(feature); }
  /// The time that the client has for this: the fixed one, or the case's own.
  Millis time(std::string_view name, Millis wanted) const;
  bool is_fixed(std::string_view name) const { return options_.client.fixed.contains(name); }
  Millis patience() const { return patience_; }
  void wait(Millis time);
  bool pump(const std::function<bool()>& done, Clock::time_point deadline);
  /// \throws NothingCame if it is not done in time.
  void until(const std::function<bool()>& done, const std::string& expected,
             Millis more = Millis{0});
  Shim& shim() { return *shim_; }
  /// Ends the client's process, and starts a new one.
  void start_again() { begin(); }

  void run() override;
  std::vector<Conversation> conversations(const std::string& first) const override;
  std::size_t connections() const override { return guests_.size() + 1; }
  std::vector<std::pair<std::string, const Recording*>> recordings() const override;
  std::string anonymous(std::string text) const override;
  std::string origin() const override;

 private:
  void begin();
  void accept_all();
  void turn(Clock::time_point deadline);
  bool ready_to_welcome(const Guest& guest) const;
  void refuse_requests();

  void (*const body_)(ClientTrial&);
  const Options& options_;
  Millis patience_;
  Clock::time_point began_ = Clock::now();
  int listener_ = -1;
  int port_ = 0;
  Door door_ = Door::open;
  std::vector<Clock::time_point> tries_;
  std::list<Guest> guests_;
  std::vector<const Guest*> welcomed_;
  std::unique_ptr<Shim> shim_;
  std::string join_ref_;
  int markers_ = 0;
};

}  // namespace phx::conformance
