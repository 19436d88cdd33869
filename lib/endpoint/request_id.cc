/// Takes the id from the request, or makes a random one.

#include "endpoint/request_id.h"

#include <openssl/rand.h>

#include <array>

#include "base/base64.h"
#include "base/check.h"

namespace phx {

std::string request_id_of(const http::Request& request) {
  constexpr std::size_t least = 20, most = 200;  // Plug.RequestId
  if (const auto given = request.header("x-request-id")) {
    if (given->size() >= least && given->size() <= most) return std::string(*given);
  }
  std::array<unsigned char, 15> bytes;  // 20 characters of base64
  check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "OpenSSL has random bytes");
  return base64::url_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace phx
