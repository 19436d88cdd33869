/// Random bytes as text.

#include "live_view/names.h"

#include <sodium.h>

#include "base/base64.h"

namespace phx::live_view {
namespace {

std::string random_text(std::size_t bytes) {
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  return base64::url_encode(raw);
}

}  // namespace

std::string random_id() { return random_text(12); }
std::string random_csrf_state() { return random_text(18); }

std::string masked_csrf_token(const std::string& state) {
  const std::string mask = random_text(18);
  std::string masked = state;
  for (std::size_t i = 0; i < masked.size() && i < mask.size(); ++i)
    masked[i] = static_cast<char>(masked[i] ^ mask[i]);
  return base64::url_encode(masked) + mask;
}

}  // namespace phx::live_view
