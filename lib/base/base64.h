#pragma once
/// \file
/// Bytes as text and back: RFC 4648's two alphabets, by OpenSSL.

#include <optional>
#include <string>
#include <string_view>

namespace phx::base64 {

/// The standard alphabet, padded.
std::string encode(std::string_view bytes);
/// The standard alphabet; nothing if the text is not valid. Mirrors Elixir's Base.decode64/1.
std::optional<std::string> decode(std::string_view text);
/// The alphabet for URLs, without padding.
std::string url_encode(std::string_view bytes);
/// The alphabet for URLs, padded or not; nothing if the text is not valid.
std::optional<std::string> url_decode(std::string_view text);

}  // namespace phx::base64
