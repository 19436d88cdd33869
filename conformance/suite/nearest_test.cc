/// Which release a server is most like, from a table instead of a server.

#include "conformance/suite/nearest.h"

#include <algorithm>

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

std::vector<Rule> rules(const std::vector<std::string>& ids) {
  std::vector<Rule> all;
  for (const auto& id : ids) all.push_back({id, Level::must, Profile::core, "", "", nullptr});
  return all;
}

/// A server with the framework's changes up to `server`.
KeptAs behaves_as(const Release& server) {
  return [server](const Rule& rule, const Release& release) -> std::optional<bool> {
    const auto alike = [&](const Change& change) {
      return (server >= change) == (release >= change);
    };
    if (rule.id == "R-12") return alike(drops_stale_join_refs);
    if (rule.id == "R-13") {
      const auto dropped = [](const Release& at) {
        return at >= drops_stale_join_refs && at < takes_null_join_refs_again;
      };
      return dropped(server) == dropped(release);
    }
    if (rule.id == "L-10") return alike(says_channel_crash);
    if (rule.id == "D-02") return alike(closes_with_1001);
    if (rule.id == "J-12") return alike(limits_topics);
    if (rule.id == "H-11") return alike(answers_bad_upgrades);
    if (rule.id == "P-08") return alike(takes_binary_poll_lines);
    // Two releases without the token do not differ by it.
    if (rule.id == "H-17" && release < reads_auth_tokens && server < reads_auth_tokens) {
      return std::nullopt;
    }
    return rule.id == "H-17" ? alike(reads_auth_tokens) : alike(forbids_storing_polls);
  };
}

const std::vector<std::string> telling{"H-11", "H-17", "P-08", "P-12", "R-12",
                                       "R-13", "L-10", "D-02", "J-12"};

PHX_TEST("each release is recognised, whatever was asked for") {
  for (const char* asked : {"1.8", "1.7", "1.8.5", "1.7.3"}) {
    for (const Span& span : spans()) {
      for (const Release& server : {span.first, span.last}) {
        const Nearest nearest =
            nearest_release(rules(telling), *parse_release(asked), behaves_as(server));
        expect_eq(nearest.first.text(), span.first.text());
        expect_eq(nearest.last.text(), span.last.text());
        expect(nearest.departs.empty(), "it has no departures");
      }
    }
  }
}

PHX_TEST("the spans meet and leave no release out") {
  const auto& all = spans();
  expect_eq(all.front().last.text(), newest_release.text());
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Release& next = all[i - 1].first;
    const Release end = next.patch == 0 ? last_of_1_7 : Release{1, next.minor, next.patch - 1};
    expect_eq(all[i].last.text(), end.text());
  }
  expect_eq(all.back().first.text(), oldest_release.text());
}

// --- Real servers --------------------------------------------------------------------------------

/// The profiles under which real servers were judged, and the rules that depend on the release.
const std::vector<std::string> profiles{"1.7.6", "1.7.9", "1.7.23", "1.7.24", "1.8.2",
                                        "1.8.7", "1.8.8", "1.8.9",  "1.8.11", "1.8.12"};
const std::vector<std::string> judged_rules{"H-11", "H-17", "H-20", "J-12", "J-20", "R-12",
                                            "R-13", "R-18", "L-10", "N-08", "V-06", "P-08",
                                            "P-09", "P-10", "P-12", "D-02"};

/// Results of Phoenix on Cowboy: for each rule a word, with a character for each profile: kept (+),
/// broken (-) or not judged (.).
struct Recorded {
  const char* release;
  const char* name;  ///< The expected name.
  std::string kept;
};
const std::vector<Recorded> recorded{
    {"1.7.0", "1.7.0 to 1.7.6",
     "++-------- ....------ ++-------- +++-+++--- +++++++++- +++++----- +++++----+ +++++----- "
     "++++++++-- +++++----- +++++----- +--------- +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.7.21", "1.7.10 to 1.7.23",
     "--++++++++ ....------ --++++++++ +++-+++--- +++++++++- +++++----- +++++----+ +++++----- "
     "++++++++-- +++++----- +++++----- -+++++++++ +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.7.24", "1.7.24",
     "--++++++++ ....------ --++++++++ ---+---+++ +++++++++- +++++----- +++++----+ +++++----- "
     "++++++++-- +++++----- +++++----- -+++++++++ ---+---+++ ++++++++-- ++++++++-- ++++++----"},
    {"1.8.0", "1.8.0 to 1.8.2",
     "--++++++++ ----++++++ --++++++++ +++-+++--- +++++++++- +++++----- +++++----+ +++++----- "
     "++++++++-- +++++----- +++++----- -+++++++++ +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.8.2", "1.8.0 to 1.8.2",
     "--++++++++ ----++++++ --++++++++ +++-+++--- +++++++++- +++++----- +++++----+ +++++----- "
     "++++++++-- +++++----- +++++----- -+++++++++ +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.8.3", "1.8.3 to 1.8.7",
     "--++++++++ ----++++++ --++++++++ +++-+++--- +++++++++- -----+++++ -----++++- -----+++++ "
     "++++++++-- -----+++++ -----+++++ -+++++++++ +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.8.7", "1.8.3 to 1.8.7",
     "--++++++++ ----++++++ --++++++++ +++-+++--- +++++++++- -----+++++ -----++++- -----+++++ "
     "++++++++-- -----+++++ -----+++++ -+++++++++ +++-+++--- ++++++++-- ++++++++-- ++++++----"},
    {"1.8.8", "1.8.8",
     "--++++++++ ----++++++ --++++++++ +++-+++--- +++++++++- -----+++++ -----++++- -----+++++ "
     "++++++++-- -----+++++ -----+++++ -+++++++++ +++-+++--- ++++++++-- ++++++++-- ------++++"},
    {"1.8.9", "1.8.9",
     "--++++++++ ----++++++ --++++++++ ---+---+++ +++++++++- -----+++++ -----++++- -----+++++ "
     "++++++++-- -----+++++ -----+++++ -+++++++++ ---+---+++ ++++++++-- ++++++++-- ------++++"},
    {"1.8.10", "1.8.10 to 1.8.11",
     "--++++++++ ----++++++ --++++++++ ---+---+++ +++++++++- -----+++++ -----++++- -----+++++ "
     "--------++ -----+++++ -----+++++ -+++++++++ ---+---+++ --------++ ++++++++++ ------++++"},
    {"1.8.11", "1.8.10 to 1.8.11",
     "--++++++++ ----++++++ --++++++++ ---+---+++ +++++++++- -----+++++ -----++++- -----+++++ "
     "--------++ -----+++++ -----+++++ -+++++++++ ---+---+++ --------++ ++++++++++ ------++++"},
    {"1.8.12", "1.8.12",
     "--++++++++ ----++++++ --++++++++ ---+---+++ ---------+ -----+++++ +++++----+ -----+++++ "
     "--------++ -----+++++ -----+++++ -+++++++++ ---+---+++ --------++ ++++++++++ ------++++"},
};

std::size_t place_of(const std::vector<std::string>& all, const std::string& one) {
  const auto found = std::find(all.begin(), all.end(), one);
  expect(found != all.end(), "recorded: " + one);
  return static_cast<std::size_t>(found - all.begin());
}

KeptAs as_recorded(const Recorded& server) {
  const std::size_t word = profiles.size() + 1;
  return [&server, word](const Rule& rule, const Release& release) -> std::optional<bool> {
    const std::size_t at =
        place_of(judged_rules, rule.id) * word + place_of(profiles, release.text());
    if (server.kept.at(at) == '.') return std::nullopt;
    return server.kept.at(at) == '+';
  };
}

PHX_TEST("every real server's release is recognised, whatever it was judged by") {
  for (const Recorded& server : recorded) {
    for (const std::string& asked : {std::string(server.release), std::string("1.8"),
                                     std::string("1.7"), std::string("1.8.5")}) {
      const Nearest nearest =
          nearest_release(rules(judged_rules), *parse_release(asked), as_recorded(server));
      expect_eq(nearest.text(), std::string(server.name));
      expect(nearest.departs.empty(), "it has no departures");
    }
  }
}

PHX_TEST("releases that no rule can tell apart are named as one") {
  const Nearest nearest = nearest_release(rules({"D-02"}), Release{}, behaves_as({1, 8, 9}));
  expect_eq(nearest.text(), std::string("1.8.8 to 1.8.12"));
  expect_eq(nearest.told_by, std::vector<std::string>{"D-02"});
}

PHX_TEST("a server like no release is named after the nearest, with its departures") {
  const auto odd = [](const Rule& rule, const Release& release) -> std::optional<bool> {
    if (rule.id == "J-12") return false;  // unlike any release
    return behaves_as({1, 8, 2})(rule, release);
  };
  const Nearest nearest = nearest_release(rules(telling), Release{}, odd);
  expect_eq(nearest.text(), std::string("1.8.0 to 1.8.2"));
  expect_eq(nearest.departs, std::vector<std::string>{"J-12"});
}

}  // namespace
