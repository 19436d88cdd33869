#pragma once
/// \file
/// A message that is a term of Erlang's: what code on other nodes broadcasts by Phoenix.PubSub.

#include "etf/term.h"
#include "pubsub/pubsub.h"

namespace phx::pubsub {

/// Published here, it goes to other nodes as such a message does; heard here, it came from one.
struct TermEvent final : Event {
  explicit TermEvent(etf::Term t) : term(std::move(t)) {}
  const etf::Term term;
};

}  // namespace phx::pubsub
