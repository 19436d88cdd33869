#pragma once
/// \file
/// Bytes as text and back, as long-polling and HAR carry them.

#include <string>
#include <string_view>

namespace phx::conformance {

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Takes either alphabet of RFC 4648, with or without padding and line breaks. \return false for
/// anything else.
bool from_base64(std::string_view text, std::string& bytes);

}  // namespace phx::conformance
