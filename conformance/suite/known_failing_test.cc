/// The list of known failures, and the outcomes compared with it.

#include "conformance/suite/known_failing.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;
using testing::expect_eq;

const std::vector<Rule>& some_rules() {
  static const std::vector<Rule> rules{{"J-12", Level::must, Profile::core, "", "", nullptr},
                                       {"K-05", Level::should, Profile::core, "", "", nullptr}};
  return rules;
}

KnownFailing known(std::string_view text) {
  return std::get<KnownFailing>(parse_known_failing(text, some_rules()));
}

Verdict after(Verdict verdict, const std::string& reason, const KnownFailing& list) {
  return compared({.verdict = verdict, .reason = reason}, "J-12", list).verdict;
}

PHX_TEST("a file has an id and a reason on each line, and comments") {
  const auto list = known("# not done yet\n\nJ-12  too many\r\n  J-12\tor *this\nK-05 *");
  expect_eq(list.at("J-12"), std::vector<std::string>({"too many", "or *this"}));
  expect_eq(list.at("K-05"), std::vector<std::string>{"*"});
  expect(known("").empty(), "an empty file lists nothing");
}

PHX_TEST("an unknown rule and a missing reason are errors that name the line") {
  const auto wrong = [](std::string_view text) {
    return std::get<std::string>(parse_known_failing(text, some_rules()));
  };
  expect(wrong("\nJ-99 x").starts_with("line 2: there is no rule J-99"), wrong("\nJ-99 x"));
  expect(wrong("J-12").starts_with("line 1: expected a reason after J-12"), wrong("J-12"));
  const auto absent = read_known_failing("/nonexistent/list", some_rules());
  expect(std::get<std::string>(absent).find("/nonexistent/list") != std::string::npos, "the file");
}

PHX_TEST(
    "a failure for the listed reason is expected, for another it is not, and a pass is "
    "unexpected") {
  const auto list = known("J-12 got*too MANY");
  const std::string told = "expected ok, got too many channels joined";
  expect_eq(after(Verdict::failed, told, list), Verdict::expected_failure);
  expect_eq(after(Verdict::warned, told, list), Verdict::expected_failure);
  expect_eq(after(Verdict::failed, "expected ok, got nothing", list), Verdict::failed);
  expect_eq(after(Verdict::warned, "expected ok, got nothing", list), Verdict::failed);
  expect_eq(after(Verdict::passed, "", list), Verdict::unexpected_pass);
}

PHX_TEST("outcomes without a judgement, and unlisted rules, stay as they are") {
  const auto list = known("J-12 *\n");
  expect_eq(after(Verdict::skipped, "", list), Verdict::skipped);
  expect_eq(after(Verdict::setup_failed, "", list), Verdict::setup_failed);
  expect_eq(after(Verdict::suite_failed, "", list), Verdict::suite_failed);
  expect_eq(compared({.verdict = Verdict::failed}, "K-05", list).verdict, Verdict::failed);
}

}  // namespace
