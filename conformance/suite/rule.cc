/// The list of rules, filled before main runs and only read afterwards.

#include "conformance/suite/rule.h"

#include <algorithm>
#include <stdexcept>

namespace phx::conformance {
namespace {

std::vector<Rule>& list() {
  static std::vector<Rule> rules;
  return rules;
}

std::size_t rank_of(char letter) {
  const auto& all = sections();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [letter](const Section& s) { return s.letter == letter; });
  if (found == all.end()) throw std::logic_error(std::string("no section is called ") + letter);
  return static_cast<std::size_t>(found - all.begin());
}

bool comes_before(const Rule& a, const Rule& b) {
  const auto rank_a = rank_of(a.section());
  const auto rank_b = rank_of(b.section());
  return rank_a != rank_b ? rank_a < rank_b : a.id < b.id;
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::must: return "MUST";
    case Level::should: return "SHOULD";
    case Level::may: return "MAY";
  }
  return "";
}

std::string_view name_of(Profile profile) {
  switch (profile) {
    case Profile::core: return "core";
    case Profile::contract: return "contract";
  }
  return "";
}

const std::vector<Section>& sections() {
  static const std::vector<Section> all{
      {'H', "Handshake"},       {'J', "Join"},
      {'R', "Events, replies"}, {'B', "Pushes, broadcasts"},
      {'L', "Leave, close"},    {'K', "Heartbeat, idle time"},
      {'E', "Bad input"},       {'N', "Binary messages"},
      {'V', "Version 1"},       {'P', "Long-polling"},
      {'D', "Disconnect"},      {'S', "Presence"},
  };
  return all;
}

Registration::Registration(Rule rule) { list().push_back(std::move(rule)); }

std::vector<Rule> all_rules() {
  std::vector<Rule> rules = list();
  std::sort(rules.begin(), rules.end(), comes_before);
  const auto twice = std::adjacent_find(rules.begin(), rules.end(),
                                        [](const Rule& a, const Rule& b) { return a.id == b.id; });
  if (twice != rules.end()) throw std::logic_error("two rules are called " + twice->id);
  return rules;
}

}  // namespace phx::conformance
