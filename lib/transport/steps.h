#pragma once
/// \file
/// The pipeline's steps by name: each inspects an attempt, and refuses it or notes what it learns.

#include "transport/pipeline.h"

namespace phx::transport::steps {

/// Refuses any method but GET.
Verdict only_get(Attempt& attempt);
/// Parses the query into the attempt's params.
Verdict fetch_query_params(Attempt& attempt);
/// Starts the mount's transport_log for the request.
Verdict transport_log(Attempt& attempt);
/// Refuses a page whose origin the mount's check_origin does not allow.
Verdict check_origin(Attempt& attempt);
/// Takes the auth token out of the sub-protocols that the client offers, and chooses from the rest.
Verdict check_subprotocols(Attempt& attempt);
/// Reads a long-poll client's auth token from its own header.
Verdict auth_token_header(Attempt& attempt);
/// Chooses the serializer, and calls the application's connect.
Verdict connect(Attempt& attempt);
/// Refuses what is not a valid websocket upgrade. Mirrors WebSockAdapter.UpgradeValidation.
Verdict check_upgrade_headers(Attempt& attempt);
/// Accepts the first compression offer that we can honour. Refuses a malformed header, as Cowboy
/// does.
Verdict agree_on_extensions(Attempt& attempt);

}  // namespace phx::transport::steps
