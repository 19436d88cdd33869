/// The API's description, for people and for client generators: it lies in docs, and is served as
/// it is.

#include "base/embed.h"
#include "server/admin_api.h"

PHX_EMBED(phx_openapi, "docs/openapi.json");

namespace phx {

std::string_view AdminApi::description() {
  return {phx_openapi_begin, static_cast<std::size_t>(phx_openapi_end - phx_openapi_begin)};
}

}  // namespace phx
