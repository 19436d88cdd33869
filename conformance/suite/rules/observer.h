#pragma once
/// \file
/// The contract's observer: the topic on which channels report that they terminate.

#include <string>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

/// A client on that topic; it takes reports only of channels on {topic} (or the topic named), and
/// on topics that begin with it.
Client& observe(Trial& t, const std::string& word = "topic");

/// Waits until a channel on that topic reports its end. \return its reason, in the server's words.
std::string observed_reason(Client& observer, const std::string& word = "topic");

/// The same, and the reason contains this: `left`, `closed`.
std::string expect_observed_reason(Client& observer, const std::string& reason);

}  // namespace phx::conformance
