#pragma once
/// \file
/// The client that a proxy's header names.

#include <optional>
#include <string>

#include "http/request.h"
#include "net/networks.h"

namespace phx::server {

/// The last address in `X-Forwarded-For` that is not a trusted proxy, if the request's peer is one.
/// The client may have written the addresses before it. Nothing if a word is not an address: then
/// the peer stays.
std::optional<std::string> forwarded_for(const http::Request& request,
                                         const net::Networks& proxies);

}  // namespace phx::server
