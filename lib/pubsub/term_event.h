#pragma once
/// \file
/// A message that is an Erlang term: what code on other nodes broadcasts by Phoenix.PubSub.

#include <string>
#include <utility>

#include "etf/term.h"
#include "pubsub/pubsub.h"

namespace phx::pubsub {

/// Published here, it goes to other nodes; received here, it came from one.
struct TermEvent final : Event {
  explicit TermEvent(etf::Term t) : term(std::move(t)) {}
  const etf::Term term;
};

/// The same, already in the external term format: for other nodes only, because no subscriber here
/// reads it. A long term is encoded once. If it can't be sent at once it is lost: a tracker sends
/// its state again.
struct WrittenTerm final : Event {
  explicit WrittenTerm(std::string b) : bytes(std::move(b)) {}
  const std::string bytes;
};

}  // namespace phx::pubsub
