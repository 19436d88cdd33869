#pragma once
/// \file
/// For which client a proxy speaks.

#include <optional>
#include <string>

#include "http/request.h"
#include "net/networks.h"

namespace phx::server {

/// The last address in `X-Forwarded-For` that is no trusted proxy itself, if the request's peer is
/// one. What stands before it the client may have written, and a word that is no address ends the
/// search: then the peer stays.
std::optional<std::string> forwarded_for(const http::Request& request,
                                         const net::Networks& proxies);

}  // namespace phx::server
