#pragma once
/// \file
/// The release of the framework that a server is judged against, and where the wire changed.

#include <array>
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

inline constexpr Release oldest_release{1, 7, 0};
inline constexpr Release last_of_1_7{1, 7, 24};
inline constexpr Release newest_release{1, 8, 12};  // the last that was recorded

/// `1.8.3` is that release; `1.8` and `1.7` stand for the last one known here. Nothing for anything
/// but 1.7.x and 1.8.x.
std::optional<Release> parse_release(std::string_view text);

/// A change of the wire, with its first release and, if the older line got it too, the first there.
struct Change {
  Release since;
  std::optional<Release> backport = {};
};

/// Whether the release has the change: `release >= limits_topics`.
constexpr bool operator>=(const Release& release, const Change& change) {
  const auto& backport = change.backport;
  return release >= change.since ||
         (backport && release.minor == backport->minor && release >= *backport);
}
constexpr bool operator<(const Release& release, const Change& change) {
  return !(release >= change);
}

// See the table of changes in docs/protocol.md.
inline constexpr Change takes_binary_poll_lines{{1, 7, 7}};
inline constexpr Change answers_bad_upgrades{{1, 7, 10}};
inline constexpr Change reads_auth_tokens{{1, 8, 0}};
inline constexpr Change drops_stale_join_refs{{1, 8, 3}};
inline constexpr Change closes_with_1001{{1, 8, 8}};
inline constexpr Change limits_topics{{1, 8, 9}, Release{1, 7, 24}};
inline constexpr Change limits_poll_batches{{1, 8, 9}, Release{1, 7, 24}};
inline constexpr Change says_channel_crash{{1, 8, 10}};
inline constexpr Change takes_poll_tokens_in_a_header{{1, 8, 10}};
inline constexpr Change forbids_storing_polls{{1, 8, 10}};
inline constexpr Change takes_null_join_refs_again{{1, 8, 12}};

/// The changes that tell a running server's release.
inline constexpr std::array changes{
    takes_binary_poll_lines, answers_bad_upgrades,       reads_auth_tokens,
    drops_stale_join_refs,   closes_with_1001,           limits_topics,
    limits_poll_batches,     says_channel_crash,         takes_poll_tokens_in_a_header,
    forbids_storing_polls,   takes_null_join_refs_again,
};

/// Not included, because only a server that shuts down shows it.
inline constexpr Change closes_with_1012{{1, 7, 6}};

}  // namespace phx::conformance
