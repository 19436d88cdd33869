/// Which rules a run judges, and in which order.

#include "conformance/suite/plan.h"

#include <algorithm>

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

const std::vector<Rule>& some_rules() {
  static const std::vector<Rule> rules{
      {"H-01", Level::must, Profile::core, "an upgrade is answered 101", "", nullptr},
      {"J-08", Level::must, Profile::core, "joining again ends the first: phx_close", "", nullptr},
      {"J-12", Level::should, Profile::contract, "past 100 joined topics", "", nullptr},
      {"P-01", Level::must, Profile::core, "J-08 holds; GET with no token opens a session", "",
       nullptr}};
  return rules;
}

std::vector<std::string> chosen(const Options& options) {
  std::vector<std::string> ids;
  const auto plan = std::get<Plan>(plan_of(some_rules(), options));
  for (const Planned& planned : plan) {
    if (!planned.skipped) ids.push_back(planned.rule.id);
  }
  return ids;
}

using Ids = std::vector<std::string>;

PHX_TEST("rules for many nodes are skipped with one node, and the reason says what they need") {
  const std::vector<Rule> rules{{"M-01",
                                 Level::must,
                                 Profile::contract,
                                 "a broadcast crosses",
                                 "",
                                 nullptr,
                                 {Axis::cluster}}};
  Options options;
  const auto plan = std::get<Plan>(plan_of(rules, options));
  expect_eq(plan.at(0).skipped.value_or(""),
            std::string("needs two nodes of one cluster: --url A --url B, or --nodes 2"));
  options.copies = 2;
  expect(!std::get<Plan>(plan_of(rules, options)).at(0).skipped, "with two it is judged");
}

PHX_TEST("rules are chosen by id, by section, and by a word of their sentence") {
  expect_eq(chosen({.only = {"J-08"}}), Ids{"J-08"});
  expect_eq(chosen({.only = {"j-*"}}), Ids({"J-08", "J-12"}));
  expect_eq(chosen({.only = {"*"}}).size(), some_rules().size());
  expect_eq(chosen({.only = {"J"}}), Ids({"J-08", "J-12"}));
  expect_eq(chosen({.only = {"long-polling"}}), Ids{"P-01"});
  expect_eq(chosen({.only = {"phx_*"}}), Ids{"J-08"});
  expect_eq(chosen({.only = {"101", "token"}}), Ids({"H-01", "P-01"}));
}

PHX_TEST("a skipped rule has a reason") {
  expect_eq(chosen({.skip = {"J", "H-??"}}), Ids{"P-01"});
  expect_eq(chosen({.core = true}), Ids({"H-01", "J-08", "P-01"}));
  const auto plan = std::get<Plan>(plan_of(some_rules(), {.only = {"J-12"}, .core = true}));
  expect_eq(plan.at(0).skipped.value_or(""), std::string("needs the contract's channels"));
}

PHX_TEST("a pattern that matches no rule is an error that names it") {
  for (const char* wrong : {"J-99", "Q", "nosuchword", ""}) {
    const auto plan = plan_of(some_rules(), {.only = {"J", wrong}});
    expect(std::holds_alternative<std::string>(plan), std::string(wrong) + " means nothing");
    expect(std::get<std::string>(plan).starts_with(std::string("--only ") + wrong), "it is named");
  }
  expect(std::holds_alternative<std::string>(plan_of(some_rules(), {.skip = {"J-99"}})), "--skip");
}

Ids order(const Options& options, int round) {
  const auto plan = std::get<Plan>(plan_of(some_rules(), options));
  Ids ids;
  for (const Planned* planned : order_of(plan, options, round)) ids.push_back(planned->rule.id);
  return ids;
}

PHX_TEST("a seed repeats an order, and each round has another") {
  const Options options{.shuffle = true, .seed = 4};
  expect_eq(order(options, 0), order(options, 0));
  bool differs = false;
  for (int round = 1; round < 6; ++round) {
    Ids shuffled = order(options, round);
    differs = differs || shuffled != order(options, 0);
    std::sort(shuffled.begin(), shuffled.end());
    expect_eq(shuffled, order({}, 0));  // nothing is lost
  }
  expect(differs, "some round has another order");
}

}  // namespace
