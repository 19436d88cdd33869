#pragma once
/// \file
/// Messages that a client keeps for the server: signed, so that it can't change them, or encrypted,
/// which also hides them.
///
/// Mirrors plug_crypto: KeyGenerator, MessageVerifier and MessageEncryptor. All pure; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace phx::tokens::crypto {

/// 32 bytes from a secret and a salt: PBKDF2 with HMAC-SHA256 and a thousand rounds. Takes half a
/// millisecond. Mirrors Plug.Crypto.KeyGenerator.generate/3.
std::string derive_key(std::string_view secret, std::string_view salt);

/// `SFMyNTY.PAYLOAD.SIGNATURE`, the latter two in base64 for URLs. Mirrors MessageVerifier.sign/2.
std::string sign(std::string_view message, std::string_view key);
/// The message; nothing unless it was signed with this key. Compares in constant time.
std::optional<std::string> verify(std::string_view signed_message, std::string_view key);

/// The message; nothing unless it was encrypted with this key, of 32 bytes. Reads both formats:
/// `XCP.` (XChaCha20-Poly1305, plug_crypto 2), and `QTEyOEdDTQ.` (AES-GCM with a wrapped key,
/// plug_crypto 1), the only one that uses `sign_key`. Mirrors MessageEncryptor.decrypt/3.
std::optional<std::string> decrypt(std::string_view encrypted, std::string_view key,
                                   std::string_view sign_key);

/// Whether two secrets are the same, compared in constant time. Mirrors
/// Plug.Crypto.secure_compare/2.
bool same_secret(std::string_view one, std::string_view other);

}  // namespace phx::tokens::crypto
