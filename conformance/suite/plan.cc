/// Selects and orders rules.

#include "conformance/suite/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <random>

#include "conformance/suite/core/glob.h"

namespace phx::conformance {
namespace {

bool is_of_a_word(unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c >= 0x80; }

bool a_word_matches(const std::string& pattern, std::string_view sentence) {
  std::string word;
  for (const char c : std::string(sentence) + ' ') {
    if (is_of_a_word(static_cast<unsigned char>(c))) {
      word += c;
      continue;
    }
    if (!word.empty() && glob_matches(pattern, word)) return true;
    word.clear();
  }
  return false;
}

/// `J-08`, `J-*`, `?-01`: words of a sentence that name other rules don't count.
bool is_about_ids(std::string_view pattern) {
  if (pattern.find_first_not_of('*') == pattern.npos) return !pattern.empty();
  return pattern.size() > 2 && pattern[1] == '-' &&
         pattern.find_first_not_of("0123456789*?", 2) == pattern.npos;
}

bool any_selects(const std::vector<std::string>& patterns, const Rule& rule) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&rule](const std::string& pattern) { return selects(pattern, rule); });
}

/// The first pattern that matches no rule: probably a typing mistake.
std::optional<std::string> idle_pattern(const std::vector<std::string>& patterns,
                                        const std::vector<Rule>& rules) {
  for (const auto& pattern : patterns) {
    const bool used = std::any_of(rules.begin(), rules.end(),
                                  [&pattern](const Rule& rule) { return selects(pattern, rule); });
    if (!used) return pattern;
  }
  return std::nullopt;
}

std::optional<std::string> reason_to_skip(const Rule& rule, const Options& options) {
  if (any_selects(options.skip, rule)) return "left out by --skip";
  if (options.core && rule.profile == Profile::contract) return "needs the contract's channels";
  if (rule.section() == 'M' && options.nodes.empty() && options.copies < 2) {
    return "needs two nodes of one cluster: --url A --url B, or --nodes 2";
  }
  const bool on_an_axis = std::any_of(rule.axes.begin(), rule.axes.end(),
                                      [&options](Axis axis) { return options.wants(axis); });
  if (!on_an_axis) return "left out by --axis";
  return std::nullopt;
}

}  // namespace

bool selects(const std::string& pattern, const Rule& rule) {
  if (is_about_ids(pattern)) return glob_matches(pattern, rule.id);
  const bool is_letter =
      pattern.size() == 1 && std::isalpha(static_cast<unsigned char>(pattern[0]));
  if (is_letter) return glob_matches(pattern, std::string(1, rule.section()));
  const std::string_view section = section_of(rule).name;
  return glob_matches(pattern, section) || a_word_matches(pattern, section) ||
         a_word_matches(pattern, rule.sentence);
}

std::variant<Plan, std::string> plan_of(const std::vector<Rule>& rules, const Options& options) {
  for (const auto* patterns : {&options.only, &options.skip}) {
    if (const auto idle = idle_pattern(*patterns, rules)) {
      return fmt::format(
          "{} {}: no rule has such an id, section or word; expected e.g. J-08, K-*, longpoll*. "
          "--list shows all rules",
          patterns == &options.only ? "--only" : "--skip", *idle);
    }
  }
  Plan plan;
  for (const Rule& rule : rules) {
    if (!options.only.empty() && !any_selects(options.only, rule)) continue;
    plan.push_back({rule, reason_to_skip(rule, options)});
  }
  return plan;
}

std::vector<const Planned*> order_of(const Plan& plan, const Options& options, int round) {
  std::vector<const Planned*> order;
  order.reserve(plan.size());
  for (const Planned& planned : plan) order.push_back(&planned);
  if (!options.shuffle) return order;
  // By hand, because std::shuffle's order differs between libraries, and a seed must give the same
  // order everywhere.
  std::mt19937 random(options.seed + static_cast<std::uint32_t>(round));
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[random() % left]);
  }
  return order;
}

}  // namespace phx::conformance
