#pragma once
/// \file
/// A message that is a term of Erlang's: what code on other nodes broadcasts by Phoenix.PubSub.

#include <string>
#include <utility>

#include "etf/term.h"
#include "pubsub/pubsub.h"

namespace phx::pubsub {

/// Published here, it goes to other nodes as such a message does; heard here, it came from one.
struct TermEvent final : Event {
  explicit TermEvent(etf::Term t) : term(std::move(t)) {}
  const etf::Term term;
};

/// The same, written already, in the external term format: for other nodes, since nobody here reads
/// it. What is long is written once. What can't be sent at once is lost: a tracker says it again.
struct WrittenTerm final : Event {
  explicit WrittenTerm(std::string b) : bytes(std::move(b)) {}
  const std::string bytes;
};

}  // namespace phx::pubsub
