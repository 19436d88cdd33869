#pragma once
/// \file
/// From a host's name to the address that its server listens on.
///
/// `localhost` is ::1 and 127.0.0.1 on most machines, and many a server listens on one of them
/// alone. libwebsockets' raw client would wait for ever at the first that refuses.

#include <string>
#include <vector>

#include "conformance/suite/wire/url.h"

namespace phx::conformance {

/// Of several addresses the first that lets somebody in at this port; the first of all where none
/// does. Each is given a second.
std::string first_that_answers(const std::vector<std::string>& addresses, int port);

/// What to connect to for this URL, as an IP address. A name that has several is looked up once in
/// the life of the program; one that has none stays as it is. One thread.
std::string reachable_address(const Url& url);

}  // namespace phx::conformance
