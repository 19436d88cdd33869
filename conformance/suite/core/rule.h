#pragma once
/// \file
/// A rule of the wire and the case that judges it, registered under the rule's id: a server's
/// case, or a client's.
///
///     RULE("K-01", must, core, "a heartbeat is answered ok", "Socket.handle_in heartbeat") {
///       Client& client = t.connect();
///       client.send(R"([null,"1","phoenix","heartbeat",{}])");
///       client.expect(R"([null,"1","phoenix","phx_reply",{ok}])");
///     }
///
///     CLIENT_RULE("C-05", must, 'J', "every later message carries the join_ref", "push.js send") {
///       Guest& guest = t.joined();
///       t.push("1", "say");
///       const Heard said = guest.hear("say");
///       t.expect_same("the join_ref of the join,", t.join_ref(), said.message.join_ref);
///     }

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/axis.h"
#include "conformance/suite/core/side.h"

namespace phx::conformance {

class Trial;
class ClientTrial;

/// The effect of breaking the rule: must: a client or an application fails; should: a good one
/// copes; may: none. docs/protocol.md has the details.
enum class Level { must, should, may };
/// What the rule needs: any topic that can be joined, or the contract's channels.
enum class Profile { core, contract };

std::string_view name_of(Level level);
std::string_view name_of(Profile profile);

struct Rule {
  std::string id;
  Level level;
  Profile profile;
  std::string sentence;
  std::string source;                             ///< The place in Phoenix that decides it.
  void (*body)(Trial& t) = nullptr;               ///< A server's case.
  std::vector<Axis> axes = {Axis::v2};            ///< The ways to run the case; see HOLDS_ON.
  bool waits = false;                             ///< Its case mostly waits; see WAITS.
  void (*client_body)(ClientTrial& t) = nullptr;  ///< A client's case, instead of `body`.
  char letter = '\0';                             ///< Of a client's rule, whose ids share a letter.

  Side side() const { return client_body ? Side::client : Side::server; }
  char section() const { return letter ? letter : id.front(); }
};

/// The sections in the order in which they are judged, by their letters.
struct Section {
  char letter;
  std::string_view name;
};
const std::vector<Section>& sections(Side side);
/// The rule's own. \throws std::logic_error if it names none.
const Section& section_of(const Rule& rule);

/// Registers a rule; called before main, only by RULE.
struct Registration {
  explicit Registration(Rule rule);
};

/// The same for further axes of rules; called only by HOLDS_ON.
struct FurtherAxis {
  FurtherAxis(Axis axis, std::string_view ids);
};

/// The same for rules whose cases mostly wait; called only by WAITS.
struct Waiting {
  explicit Waiting(std::string_view ids);
};

/// Every rule for this side that was linked in, by section and number.
/// \throws std::logic_error if two share an id, or if an axis or a wait names an unknown rule.
std::vector<Rule> all_rules(Side side = Side::server);

}  // namespace phx::conformance

#define PHX_RULE_JOIN2(a, b) a##b
#define PHX_RULE_JOIN(a, b) PHX_RULE_JOIN2(a, b)
// __COUNTER__ numbers them, for sources that are compiled together have the same lines.
/// These rules hold on this axis too: `HOLDS_ON(v1, "J-01 J-03")`.
#define HOLDS_ON(axis, ids)                                                               \
  static const ::phx::conformance::FurtherAxis PHX_RULE_JOIN(further_axis_, __COUNTER__)( \
      ::phx::conformance::Axis::axis, ids)
/// The cases of these rules mostly wait, so they are judged at the same time.
#define WAITS(ids) \
  static const ::phx::conformance::Waiting PHX_RULE_JOIN(waiting_, __COUNTER__)(ids)
/// Defines and registers the case of one rule; its body talks through the Trial `t`.
#define RULE(id, level, profile, sentence, source) \
  PHX_RULE(id, level, profile, sentence, source, __COUNTER__)
#define PHX_RULE(id, level, profile, sentence, source, number)                               \
  static void PHX_RULE_JOIN(rule_, number)(::phx::conformance::Trial & t);                   \
  static const ::phx::conformance::Registration PHX_RULE_JOIN(registration_, number)(        \
      {id, ::phx::conformance::Level::level, ::phx::conformance::Profile::profile, sentence, \
       source, PHX_RULE_JOIN(rule_, number)});                                               \
  static void PHX_RULE_JOIN(rule_, number)(::phx::conformance::Trial & t)
/// The same for a rule of clients, whose section is this letter.
#define CLIENT_RULE(id, level, letter, sentence, source) \
  PHX_CLIENT_RULE(id, level, letter, sentence, source, __COUNTER__)
#define PHX_CLIENT_RULE(id, level, letter, sentence, source, number)                    \
  static void PHX_RULE_JOIN(client_rule_, number)(::phx::conformance::ClientTrial & t); \
  static const ::phx::conformance::Registration PHX_RULE_JOIN(                          \
      client_registration_, number)({id,                                                \
                                     ::phx::conformance::Level::level,                  \
                                     ::phx::conformance::Profile::core,                 \
                                     sentence,                                          \
                                     source,                                            \
                                     nullptr,                                           \
                                     {::phx::conformance::Axis::v2},                    \
                                     false,                                             \
                                     PHX_RULE_JOIN(client_rule_, number),               \
                                     letter});                                          \
  static void PHX_RULE_JOIN(client_rule_, number)(::phx::conformance::ClientTrial & t)
