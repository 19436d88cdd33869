#pragma once
/// \file
/// A rule of the wire and the case that judges it, registered under the rule's id.
///
///     RULE("K-01", must, core, "a heartbeat is answered ok", "Socket.handle_in heartbeat") {
///       Client& client = t.connect();
///       client.send(R"([null,"1","phoenix","heartbeat",{}])");
///       client.expect(R"([null,"1","phoenix","phx_reply",{ok}])");
///     }

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/axis.h"

namespace phx::conformance {

class Trial;

/// What it means to break the rule: a client or an application fails, a good one copes, nobody
/// minds. docs/protocol.md says it in full.
enum class Level { must, should, may };
/// What the rule needs: a topic that can be joined, or the channels of the contract.
enum class Profile { core, contract };

std::string_view name_of(Level level);
std::string_view name_of(Profile profile);

struct Rule {
  std::string id;
  Level level;
  Profile profile;
  std::string sentence;
  std::string source;  ///< The place in Phoenix that decides it.
  void (*body)(Trial& t);
  std::vector<Axis> axes = {Axis::v2};  ///< The ways to run the case; see HOLDS_ON.
  bool waits = false;                   ///< Its case mostly waits; see WAITS.

  char section() const { return id.front(); }
};

/// The sections in the order in which they are judged, by their letters.
struct Section {
  char letter;
  std::string_view name;
};
const std::vector<Section>& sections();

/// Puts a rule on the list; called before main, by RULE alone.
struct Registration {
  explicit Registration(Rule rule);
};

/// The same for the further axes of rules; called by HOLDS_ON alone.
struct FurtherAxis {
  FurtherAxis(Axis axis, std::string_view ids);
};

/// The same for rules whose cases mostly wait; called by WAITS alone.
struct Waiting {
  explicit Waiting(std::string_view ids);
};

/// Every rule that was linked in, by section and number.
/// \throws std::logic_error if two have one id, or a further axis or a wait is one of no rule.
std::vector<Rule> all_rules();

}  // namespace phx::conformance

#define PHX_RULE_JOIN2(a, b) a##b
#define PHX_RULE_JOIN(a, b) PHX_RULE_JOIN2(a, b)
/// Says that these rules hold on this axis, too: `HOLDS_ON(v1, "J-01 J-03")`.
#define HOLDS_ON(axis, ids)                                                            \
  static const ::phx::conformance::FurtherAxis PHX_RULE_JOIN(further_axis_, __LINE__)( \
      ::phx::conformance::Axis::axis, ids)
/// Says that the cases of these rules do little but wait: they are judged at one time.
#define WAITS(ids) static const ::phx::conformance::Waiting PHX_RULE_JOIN(waiting_, __LINE__)(ids)
/// Defines and registers the case of one rule; its body talks through the Trial `t`.
#define RULE(id, level, profile, sentence, source)                                           \
  static void PHX_RULE_JOIN(rule_, __LINE__)(::phx::conformance::Trial & t);                 \
  static const ::phx::conformance::Registration PHX_RULE_JOIN(registration_, __LINE__)(      \
      {id, ::phx::conformance::Level::level, ::phx::conformance::Profile::profile, sentence, \
       source, PHX_RULE_JOIN(rule_, __LINE__)});                                             \
  static void PHX_RULE_JOIN(rule_, __LINE__)(::phx::conformance::Trial & t)
