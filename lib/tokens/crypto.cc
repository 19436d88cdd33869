/// plug_crypto's message formats, by OpenSSL and libsodium.

#include "tokens/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>

#include <memory>
#include <vector>

#include "base/base64.h"
#include "base/check.h"

namespace phx::tokens::crypto {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t tag_size = 16;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length(std::string_view text) { return static_cast<int>(text.size()); }

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* cipher) const { EVP_CIPHER_CTX_free(cipher); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

// --- Signed -------------------------------------------------------------------------------------

constexpr std::string_view hs256 = "SFMyNTY.";  // base64 of HS256, and the dot

std::string signature_of(std::string_view signed_part, std::string_view key) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), length(key), bytes(signed_part), signed_part.size(), bytes(digest),
       &size);
  digest.resize(size);
  return base64::url_encode(digest);
}

// --- Encrypted ----------------------------------------------------------------------------------

/// The data that plug_crypto authenticates along with each message, whatever the cipher.
constexpr std::string_view associated = "A128GCM";

/// An encrypted text, its authentication tag, and the iv it was encrypted with.
struct Sealed {
  std::string_view text;
  std::string_view tag;
  std::string_view iv;
};

std::optional<std::string> open(const EVP_CIPHER* algorithm, std::string_view key,
                                const Sealed& sealed, std::string_view associated_data) {
  const Cipher cipher(EVP_CIPHER_CTX_new());
  std::string tag(sealed.tag), plain(sealed.text.size() + tag_size, '\0');
  int size = 0, rest = 0;
  const bool genuine =
      sealed.tag.size() == tag_size &&
      EVP_DecryptInit_ex(cipher.get(), algorithm, nullptr, nullptr, nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_IVLEN, length(sealed.iv), nullptr) == 1 &&
      EVP_DecryptInit_ex(cipher.get(), nullptr, nullptr, bytes(key), bytes(sealed.iv)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bytes(associated_data),
                        length(associated_data)) == 1 &&
      EVP_DecryptUpdate(cipher.get(), bytes(plain), &size, bytes(sealed.text),
                        length(sealed.text)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, length(tag), tag.data()) == 1 &&
      EVP_DecryptFinal_ex(cipher.get(), bytes(plain) + size, &rest) == 1;
  if (!genuine) return std::nullopt;
  plain.resize(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest));
  return plain;
}

/// `IV.TAG.TEXT` in a single base64, by libsodium: OpenSSL lacks XChaCha20.
std::optional<std::string> decrypt_xchacha20(std::string_view encoded, std::string_view key) {
  constexpr std::size_t iv_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
  const auto decoded = base64::url_decode(encoded);
  if (!decoded || decoded->size() < iv_size + tag_size || key.size() != key_size) {
    return std::nullopt;
  }
  const std::string_view all = *decoded;
  const std::string_view tag = all.substr(iv_size, tag_size), text = all.substr(iv_size + tag_size);
  std::string plain(text.size(), '\0');
  const bool genuine = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
                           bytes(plain), nullptr, bytes(text), text.size(), bytes(tag),
                           bytes(associated), associated.size(), bytes(all), bytes(key)) == 0;
  if (!genuine) return std::nullopt;
  return plain;
}

const EVP_CIPHER* aes_gcm(std::size_t key_bytes) {
  switch (key_bytes) {
    case 16: return EVP_aes_128_gcm();
    case 24: return EVP_aes_192_gcm();
    case 32: return EVP_aes_256_gcm();
    default: return nullptr;
  }
}

/// `KEY.IV.TEXT.TAG`: the text's own key is wrapped in ours. See RFC 7518, section 4.7.
std::optional<std::string> decrypt_aes_gcm(std::string_view encoded, std::string_view key,
                                           std::string_view sign_key) {
  constexpr std::size_t iv_size = 12;
  std::vector<std::string> parts;
  for (bool more = true; more;) {
    const std::size_t dot = encoded.find('.');
    auto part = base64::url_decode(encoded.substr(0, dot));
    if (!part || parts.size() == 4) return std::nullopt;
    parts.push_back(std::move(*part));
    more = dot != std::string_view::npos;
    encoded.remove_prefix(more ? dot + 1 : encoded.size());
  }
  if (parts.size() != 4 || parts[1].size() != iv_size) return std::nullopt;
  const std::string_view wrapped = parts[0];
  if (wrapped.size() < tag_size + iv_size) return std::nullopt;
  const std::size_t size = wrapped.size() - tag_size - iv_size;
  if (aes_gcm(size) == nullptr) return std::nullopt;
  const Sealed sealed{wrapped.substr(0, size), wrapped.substr(size, tag_size),
                      wrapped.substr(size + tag_size)};
  const auto own_key = open(aes_gcm(key.size()), key, sealed, sign_key);
  if (!own_key) return std::nullopt;
  return open(aes_gcm(size), *own_key, {parts[2], parts[3], parts[1]}, associated);
}

}  // namespace

std::string derive_key(std::string_view secret, std::string_view salt) {
  constexpr int rounds = 1'000;  // Plug.Crypto.KeyGenerator's default
  std::string key(key_size, '\0');
  check(PKCS5_PBKDF2_HMAC(secret.data(), length(secret), bytes(salt), length(salt), rounds,
                          EVP_sha256(), static_cast<int>(key_size), bytes(key)) == 1,
        "OpenSSL derives keys");
  return key;
}

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string sign(std::string_view message, std::string_view key) {
  const std::string signed_part = std::string(hs256) + base64::url_encode(message);
  return signed_part + "." + signature_of(signed_part, key);
}

std::optional<std::string> verify(std::string_view signed_message, std::string_view key) {
  const std::size_t dot = signed_message.rfind('.');
  if (!signed_message.starts_with(hs256) || dot < hs256.size()) return std::nullopt;
  const std::string_view signed_part = signed_message.substr(0, dot);
  const std::string_view actual = signed_message.substr(dot + 1);
  const std::string expected = signature_of(signed_part, key);
  return same_secret(actual, expected) ? base64::url_decode(signed_part.substr(hs256.size()))
                                       : std::nullopt;
}

std::optional<std::string> decrypt(std::string_view encrypted, std::string_view key,
                                   std::string_view sign_key) {
  constexpr std::string_view xchacha20 = "XCP.";
  constexpr std::string_view a128gcm = "QTEyOEdDTQ.";  // base64 of A128GCM, and the dot
  check(key.size() == key_size, "an encryption key has 32 bytes");
  if (encrypted.starts_with(xchacha20)) {
    return decrypt_xchacha20(encrypted.substr(xchacha20.size()), key);
  }
  if (encrypted.starts_with(a128gcm)) {
    return decrypt_aes_gcm(encrypted.substr(a128gcm.size()), key, sign_key);
  }
  return std::nullopt;
}

}  // namespace phx::tokens::crypto
