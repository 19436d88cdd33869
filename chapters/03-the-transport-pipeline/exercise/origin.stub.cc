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

/// - [1] Each entry is read with parse_uri, and kept: `Origins(std::move(listed))` makes the
///   result.
/// - [2] One without a host throws std::invalid_argument. [3] So does one whose host is empty.
/// - [4] The sentence is the following, on one line, with the entry for ENTRY:
///
///     expected an origin with a host, such as https://example.com, //example.com:8080 or
///     //*.example.com, got "ENTRY": correct it in check_origin
///
Origins Origins::list(const std::vector<std::string>& entries) {
  // Yours: Origins::list
  not_written("Origins::list", entries);
}

/// Whether a request may pass, by the rule that rule_ holds. In this order:
///
/// - [5] No Origin header: yes, whatever the rule.
/// - [6] The rule Any: yes.
/// - [7] Ask: what the function says of the parsed origin, whatever that is.
/// - [8] An origin without a host (`null`, `nonsense`), or with an empty one: no.
/// - Listed: [9] yes where one entry takes it. [10] An entry's scheme counts where it names one.
///   [11] Its port counts where it has one. [12] Its host always counts, letter for letter.
///   [13] `*.example.com` takes example.com. [14] It takes all below it, and nothing else.
/// - SameOrigin: [15] the scheme is the request's. [16] The host is that of its Host header.
///   [17] The port is that of its Host header. [18] The case of the Host header's letters does not
///   count. [19] A port that the Host header does not name is the scheme's own (default_port).
/// - [20] UrlHost, where `url_host` is given: the origin's host is that one, letter for letter.
/// - [21] SameHost: the origin's host is the Host header's, without its port, letter for letter.
///   [22] UrlHost is the same where no `url_host` is given. [23] Where there is no Host header, no.
bool Origins::allow(const http::Request& request,
                    const std::optional<std::string>& url_host) const {
  // Yours: Origins::allow
  not_written("Origins::allow", request, url_host, rule_);
}

}  // namespace phx::transport
