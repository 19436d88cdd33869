#pragma once
/// \file
/// The release of the framework that a server is judged against.

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace phx::conformance {

struct Release {
  int major = 1;
  int minor = 8;
  int patch = 12;
  auto operator<=>(const Release&) const = default;
  std::string text() const;
};

/// `1.8.3` is that release; `1.8` and `1.7` stand for the last of theirs that was recorded.
/// Nothing for anything but 1.7.x and 1.8.x.
std::optional<Release> parse_release(std::string_view text);

// Where the wire changed; see the table of profiles in the rules.
inline constexpr Release drops_stale_join_refs{1, 8, 3};
inline constexpr Release takes_null_join_refs_again{1, 8, 12};
inline constexpr Release limits_topics{1, 8, 9};
inline constexpr Release says_channel_crash{1, 8, 10};
inline constexpr Release closes_with_1001{1, 8, 8};
inline constexpr Release limits_poll_batches{1, 8, 9};
inline constexpr Release takes_poll_tokens_in_a_header{1, 8, 10};
inline constexpr Release reads_auth_tokens{1, 8, 0};
inline constexpr Release forbids_storing_polls{1, 8, 0};

}  // namespace phx::conformance
