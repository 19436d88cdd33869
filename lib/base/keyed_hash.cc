/// libsodium's SipHash-2-4, with one key for the whole program.

#include "base/keyed_hash.h"

#include <sodium.h>

#include <array>
#include <cstring>

namespace phx {
namespace {

using Key = std::array<unsigned char, crypto_shorthash_KEYBYTES>;

const Key& key() {
  static const Key made_up = [] {
    Key bytes;
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
  }();
  return made_up;
}

}  // namespace

std::size_t KeyedHash::operator()(std::string_view text) const noexcept {
  std::array<unsigned char, crypto_shorthash_BYTES> hash;
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                   key().data());
  std::size_t number = 0;
  static_assert(sizeof number <= crypto_shorthash_BYTES);
  std::memcpy(&number, hash.data(), sizeof number);
  return number;
}

}  // namespace phx
