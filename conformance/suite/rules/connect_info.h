#pragma once
/// \file
/// The arguments of `connect`, as the contract's channels report them.

#include <string>

#include "conformance/suite/core/trial.h"

namespace phx::conformance {

/// Opens a connection and joins {topic}: `connect` got these parameters, and vsn. They are the
/// members of a JSON object: `"a":"1","b":"2"`.
void expect_connect_params(Trial& t, const Opening& opening, const std::string& params);

/// The same for the auth token: JSON, a string or null.
void expect_auth_token(Trial& t, const Opening& opening, const std::string& token);

}  // namespace phx::conformance
