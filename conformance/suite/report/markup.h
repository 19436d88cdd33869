#pragma once
/// \file
/// Text in an HTML page or an XML file.

#include <string>
#include <string_view>

namespace phx::conformance {

/// The text escaped for HTML and XML, between tags or in a quoted attribute. Characters that XML
/// can't hold were already written out, when the text was shortened for the report.
std::string in_markup(std::string_view text);

}  // namespace phx::conformance
