/// The list of rules, filled before main runs and only read afterwards.

#include "conformance/suite/core/rule.h"

#include <algorithm>
#include <iterator>
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

std::vector<std::string>& waiting() {
  static std::vector<std::string> ids;
  return ids;
}

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream words{std::string(text)};
  return {std::istream_iterator<std::string>(words), {}};
}

Rule& rule_of(std::vector<Rule>& rules, const std::string& id) {
  const auto rule =
      std::find_if(rules.begin(), rules.end(), [&id](const Rule& known) { return known.id == id; });
  if (rule == rules.end()) throw std::logic_error("an axis or a wait names an unknown rule: " + id);
  return *rule;
}

/// Gives each rule its axes, in their order.
void add_axes(std::vector<Rule>& rules) {
  for (const auto& [id, axis] : further_axes()) {
    std::vector<Axis>& axes = rule_of(rules, id).axes;
    axes.push_back(axis);
    std::sort(axes.begin(), axes.end());
  }
}

std::ptrdiff_t rank_of(const Rule& rule) {
  return &section_of(rule) - sections(rule.side()).data();
}

bool comes_before(const Rule& a, const Rule& b) {
  const auto rank_a = rank_of(a);
  const auto rank_b = rank_of(b);
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

const std::vector<Section>& sections(Side side) {
  static const std::vector<Section> of_servers{
      {'H', "Handshake"},       {'J', "Join"},
      {'R', "Events, replies"}, {'B', "Pushes, broadcasts"},
      {'L', "Leave, close"},    {'K', "Heartbeat, idle time"},
      {'E', "Bad input"},       {'N', "Binary messages"},
      {'V', "Version 1"},       {'P', "Long-polling"},
      {'D', "Disconnect"},      {'S', "Presence"},
      {'W', "Websocket"},       {'M', "Many nodes"},
      {'Q', "Live pages"},
  };
  // In each section a client's rules and a server's are about the same.
  static const std::vector<Section> of_clients{
      {'H', "Handshake"},       {'K', "Staying connected"}, {'J', "Joins"},
      {'R', "Pushes, replies"}, {'B', "Messages"},          {'L', "Leave, close"},
      {'E', "Bad input"},       {'N', "Binary messages"},   {'P', "Long-polling"},
      {'S', "Presence"},
  };
  return side == Side::server ? of_servers : of_clients;
}

const Section& section_of(const Rule& rule) {
  const auto& all = sections(rule.side());
  const char letter = rule.section();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [letter](const Section& s) { return s.letter == letter; });
  if (found == all.end()) throw std::logic_error(std::string("no section is called ") + letter);
  return *found;
}

Registration::Registration(Rule rule) { list().push_back(std::move(rule)); }

FurtherAxis::FurtherAxis(Axis axis, std::string_view ids) {
  for (const std::string& id : words_of(ids)) further_axes().emplace_back(id, axis);
}

Waiting::Waiting(std::string_view ids) {
  for (const std::string& id : words_of(ids)) waiting().push_back(id);
}

std::vector<Rule> all_rules(Side side) {
  std::vector<Rule> rules = list();
  for (const std::string& id : waiting()) rule_of(rules, id).waits = true;
  std::erase_if(rules, [side](const Rule& rule) { return rule.side() != side; });
  std::sort(rules.begin(), rules.end(), comes_before);
  const auto twice = std::adjacent_find(rules.begin(), rules.end(),
                                        [](const Rule& a, const Rule& b) { return a.id == b.id; });
  if (twice != rules.end()) throw std::logic_error("two rules are called " + twice->id);
  for (Rule& rule : rules) {  // these are about nothing else
    if (side == Side::server && rule.section() == 'M') rule.axes = {Axis::cluster};
  }
  if (side == Side::server) add_axes(rules);
  return rules;
}

}  // namespace phx::conformance
