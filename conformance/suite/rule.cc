/// The list of rules, filled before main runs and only read afterwards.

#include "conformance/suite/rule.h"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace phx::conformance {
namespace {

std::vector<Rule>& list() {
  static std::vector<Rule> rules;
  return rules;
}

std::vector<std::pair<std::string, Axis>>& further_axes() {
  static std::vector<std::pair<std::string, Axis>> all;
  return all;
}

/// Gives each rule its axes, in their order.
void add_axes(std::vector<Rule>& rules) {
  for (const auto& [id, axis] : further_axes()) {
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&id = id](const Rule& known) { return known.id == id; });
    if (rule == rules.end()) throw std::logic_error("an axis is given to no rule: " + id);
    rule->axes.push_back(axis);
    std::sort(rule->axes.begin(), rule->axes.end());
  }
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
      {'W', "Websocket"},
  };
  return all;
}

Registration::Registration(Rule rule) { list().push_back(std::move(rule)); }

FurtherAxis::FurtherAxis(Axis axis, std::string_view ids) {
  std::istringstream words{std::string(ids)};
  for (std::string id; words >> id;) further_axes().emplace_back(id, axis);
}

std::vector<Rule> all_rules() {
  std::vector<Rule> rules = list();
  std::sort(rules.begin(), rules.end(), comes_before);
  const auto twice = std::adjacent_find(rules.begin(), rules.end(),
                                        [](const Rule& a, const Rule& b) { return a.id == b.id; });
  if (twice != rules.end()) throw std::logic_error("two rules are called " + twice->id);
  add_axes(rules);
  return rules;
}

}  // namespace phx::conformance
