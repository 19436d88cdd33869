#pragma once
/// \file
/// The upgrade as libwebsockets sees it: a request that it takes, and what we add to its answer.

#include <libwebsockets.h>

#include <string>

#include "transport/pipeline.h"

namespace phx::server::handshake {

/// What libwebsockets reads is no longer the client's head: nothing that it chokes on is in it, and
/// of the extensions only what is agreed on already, which it repeats in its answer.
std::string request(const transport::Upgrade& upgrade);

/// Our own headers of the answer. The result is what libwebsockets' callback returns.
int add_headers(const transport::Upgrade& upgrade, lws* wsi, lws_process_html_args& args);

}  // namespace phx::server::handshake
