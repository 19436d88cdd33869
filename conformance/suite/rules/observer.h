#pragma once
/// \file
/// The contract's witness: the topic where channels tell that they terminate.

#include <string>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

/// A client on that topic; it hears of the channels on one topic alone, {topic} or what is named,
/// and on those whose names go on behind that one's.
Client& observe(Trial& t, const std::string& word = "topic");

/// Waits until a channel on that topic has told its end. \return its reason, in the server's words.
std::string observed_reason(Client& observer, const std::string& word = "topic");

/// The same, and this stands in the reason: `left`, `closed`.
std::string expect_observed_reason(Client& observer, const std::string& reason);

}  // namespace phx::conformance
