/// Which pages may connect: your own.
///
/// origin.h beside the real file tells each form; README.md beside this one says in which order to
/// write the parts. What helps: parse_uri and parse_authority (http/uri.h), to_lower and
/// Request::header (http/request.h).

#include "transport/origin.h"

#include <algorithm>
#include <stdexcept>

#include "chapters/not_written.h"

namespace phx::transport {

using exercise::not_written;  // goes with the last part that you write

/// Each entry is read with parse_uri, and kept. One without a host, or with an empty one, throws
/// std::invalid_argument. The sentence is, with the entry for ENTRY:
///
///     expected an origin with a host, such as https://example.com, //example.com:8080 or
///     //*.example.com, got "ENTRY": correct it in check_origin
///
/// (on one line; the test compares it). `Origins(std::move(listed))` makes the result.
Origins Origins::list(const std::vector<std::string>& entries) {
  // Yours: Origins::list
  not_written("Origins::list", entries);
}

/// Whether a request may pass, by the rule that rule_ holds. In this order:
///
/// - no Origin header, or the rule Any: yes;
/// - Ask: what the function says of the parsed origin, whatever that is;
/// - an origin without a host, or with an empty one (`null`, `nonsense`): no;
/// - Listed: yes where one entry takes it. An entry's scheme counts where it names one, its port
///   where it has one, and its host always: `*.example.com` takes example.com and all below it, any
///   other host itself alone, letter for letter;
/// - SameOrigin: scheme, host and port are all those of the request. The host and the port stand in
///   its Host header, whose letters' case does not count; a port that is not named is the scheme's
///   own (default_port);
/// - UrlHost, where `url_host` is given: the origin's host is that one;
/// - SameHost, and UrlHost where none is given: the origin's host is the Host header's.
bool Origins::allow(const http::Request& request,
                    const std::optional<std::string>& url_host) const {
  // Yours: Origins::allow
  not_written("Origins::allow", request, url_host, rule_);
}

}  // namespace phx::transport
