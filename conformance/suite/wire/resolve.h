#pragma once
/// \file
/// Finds the address that a host's server listens on.
///
/// `localhost` is ::1 and 127.0.0.1 on most machines, and many servers listen on only one of them.
/// libwebsockets' raw client would wait for ever at the first that refuses.

#include <string>
#include <vector>

#include "conformance/suite/wire/url.h"

namespace phx::conformance {

/// The first address that accepts a connection at this port; the first of all if none does. Each
/// gets a second.
std::string first_that_answers(const std::vector<std::string>& addresses, int port);

/// The IP address to connect to for this URL. A name with several is looked up once in the life of
/// the program; one without any stays as it is. One thread.
std::string reachable_address(const Url& url);

}  // namespace phx::conformance
