#pragma once
/// \file
/// What `connect` was given, as the contract's channels tell it.

#include <string>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

/// Opens a connection so and joins {topic}: `connect` was given these parameters, and vsn. They are
/// the members of a JSON object: `"a":"1","b":"2"`.
void expect_connect_params(Trial& t, const Opening& opening, const std::string& params);

/// The same of the auth token: JSON, a string or null.
void expect_auth_token(Trial& t, const Opening& opening, const std::string& token);

}  // namespace phx::conformance
