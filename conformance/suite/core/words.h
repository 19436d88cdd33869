#pragma once
/// \file
/// The words in braces that a case may write in a frame: `{topic}`, `{ok}`, `{unmatched}`.

#include <map>
#include <string>
#include <string_view>

namespace phx::conformance {

using Words = std::map<std::string, std::string, std::less<>>;

/// The words that mean the same in every case.
///     {ok} a reply's payload that says ok, with any response: another rule judges that
///     {refused}    one that says error
///     {unmatched}  the payload of the answer on a topic that is not joined, in full
///     {any}        in an expected frame: whatever stands there
Words common_words();

/// The text with every `{word}` that is known replaced, once. Other braces are JSON's, and stay.
std::string filled(std::string_view text, const Words& words);

}  // namespace phx::conformance
