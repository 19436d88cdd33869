#pragma once
/// \file
/// Reads HAR as browsers, proxies and test tools write it, each in its own dialect.
///
/// Every dialect gives the same conversation. Inside one entry the order is request, answer,
/// messages as listed, and the times are made to follow it. A websocket over HTTP/2 (RFC 8441:
/// CONNECT, 200) becomes the upgrade that it stands for. Parts that can't be read are left out and
/// counted in the trace's remarks.

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// `entries`: the file's list of requests. \throws BadFile if it is not a list.
Trace read_foreign(const Value& entries, const Beside& beside);

}  // namespace phx::trace
