#pragma once
/// \file
/// One way to break a server, and the rules that must notice.
///
///     MUTANT("reply-without-join-ref", "replies come without their join_ref", "J-01 R-01") {
///       return on_way_down(reply, [](Message& m) { m.join_ref = "null"; });
///     }

#include <string>
#include <vector>

#include "conformance/proxy/tamper.h"

namespace phx::conformance {

struct Mutant {
  std::string name;
  std::string breaks;              ///< A sentence that describes it.
  std::vector<std::string> rules;  ///< Each of these must fail on it.
  Tamper (*tamper)();
  std::string release =
      {};  ///< Not broken, but this release of the framework, which must be recognised.
};

/// Every mutant that was linked in, by name. \throws std::logic_error if two share a name.
std::vector<Mutant> all_mutants();
/// \throws std::invalid_argument for an unknown name.
const Mutant& mutant_named(const std::vector<Mutant>& mutants, const std::string& name);

/// Registers a mutant; called before main, only by MUTANT. `rules` are separated by spaces.
struct MutantRegistration {
  MutantRegistration(const char* name, const char* breaks, const char* rules, Tamper (*tamper)(),
                     const char* release = "");
};

// --- The usual ways -----------------------------------------------------------------------------

using Which = bool (*)(const Message&);
bool every(const Message& message);
bool reply(const Message& message);       ///< Replies to anything but a heartbeat.
bool join_reply(const Message& message);  ///< In V2.
bool push(const Message& message);        ///< With a join_ref, and no ref.
bool broadcast(const Message& message);   ///< With neither.
bool closing(const Message& message);     ///< phx_close.
bool erring(const Message& message);      ///< phx_error.
bool heartbeat(const Message& message);   ///< On the topic `phoenix`.

/// The messages of that kind are changed.
Tamper on_way_down(Which which, void (*change)(Message&));
Tamper on_way_up(Which which, void (*change)(Message&));
/// They never arrive.
Tamper lost_on_way_down(Which which);
Tamper lost_on_way_up(Which which);
/// They arrive twice.
Tamper twice_on_way_down(Which which);
/// Each waits for the next message, and comes after it; one at a time on a link.
Tamper late_on_way_down(Which which);
/// The same, for a Tamper that uses more than the message.
Tamper::OnMessage overtaken(std::function<bool(Link&, const Message&)> which);
/// Every answer to a request for that path is changed.
Tamper on_response(const char* path, void (*change)(const Request&, Response&));
/// Every request for that path is changed.
Tamper on_request(const char* path, void (*change)(Request&));
/// A frame of that kind is changed on its way down.
Tamper on_frame_down(Opcode opcode, void (*change)(Frame&));

}  // namespace phx::conformance

#define PHX_MUTANT_JOIN2(a, b) a##b
#define PHX_MUTANT_JOIN(a, b) PHX_MUTANT_JOIN2(a, b)
/// Defines and registers a mutant; its body returns the Tamper.
#define MUTANT(name, breaks, rules) PHX_MUTANT(name, breaks, rules, "", __COUNTER__)
/// The same for an older release, under whose profile no rule may fail.
#define RELEASE(name, differs, version) PHX_MUTANT(name, differs, "", version, __COUNTER__)
// The number, and not the line: sources that are compiled together have the same lines.
#define PHX_MUTANT(name, changes, rules, version, number)                               \
  static ::phx::conformance::Tamper PHX_MUTANT_JOIN(tamper_, number)();                 \
  static const ::phx::conformance::MutantRegistration PHX_MUTANT_JOIN(mutant_, number)( \
      name, changes, rules, PHX_MUTANT_JOIN(tamper_, number), version);                 \
  static ::phx::conformance::Tamper PHX_MUTANT_JOIN(tamper_, number)()
