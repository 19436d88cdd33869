#pragma once
/// \file
/// Text as it stands in a page of HTML or a file of XML.

#include <string>
#include <string_view>

namespace phx::conformance {

/// What HTML and XML show as this text, between tags and in a quoted attribute. Characters that XML
/// can't hold are spelt out before, where a text is shortened for a report.
std::string in_markup(std::string_view text);

}  // namespace phx::conformance
