#pragma once
/// \file
/// The pipeline's steps by name: each looks at an attempt, notes what it learns, or refuses.

#include "transport/pipeline.h"

namespace phx::transport::steps {

/// A websocket is asked for with GET.
Verdict only_get(Attempt& attempt);
/// The query becomes the attempt's params.
Verdict fetch_query_params(Attempt& attempt);
/// From here on the mount's transport_log has the request.
Verdict transport_log(Attempt& attempt);
/// A page must come from where the mount's check_origin says.
Verdict check_origin(Attempt& attempt);
/// Takes the auth token out of what the client offers as sub-protocols, and chooses among the rest.
Verdict check_subprotocols(Attempt& attempt);
/// A long-poll client has a header to itself for its auth token.
Verdict auth_token_header(Attempt& attempt);
/// Chooses the serializer, and asks the application.
Verdict connect(Attempt& attempt);
/// Whether it is an upgrade to a websocket at all. Mirrors WebSockAdapter.UpgradeValidation.
Verdict check_upgrade_headers(Attempt& attempt);
/// The first offer of a compression that can be kept. A header that is none is refused, as Cowboy
/// refuses it.
Verdict agree_on_extensions(Attempt& attempt);

}  // namespace phx::transport::steps
