/// Which parameters a log shows, and which it hides.

#include "json/parameter_filter.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::string shown(const ParameterFilter& filter, const char* params) {
  return filter.filtered(Json::parse(params)).dump();
}

}  // namespace

PHX_TEST("the value of a key that contains password is hidden, whatever its type") {
  const ParameterFilter filter;
  expect_eq(
      shown(filter, R"({"user":"ann","password":"x","old_password_hint":{"a":1}})"),
      std::string(R"({"old_password_hint":"[FILTERED]","password":"[FILTERED]","user":"ann"})"));
}

PHX_TEST("so are those of token, secret, authorization and cookie") {
  expect_eq(shown({}, R"({"token":1,"user_token":2,"client_secret":"s","authorization":"b",)"
                      R"("session_cookie":{},"tok":3})"),
            std::string(R"({"authorization":"[FILTERED]","client_secret":"[FILTERED]",)"
                        R"("session_cookie":"[FILTERED]","tok":3,"token":"[FILTERED]",)"
                        R"("user_token":"[FILTERED]"})"));
}

PHX_TEST("hiding goes down into objects and lists") {
  expect_eq(shown({}, R"([{"a":[{"password":1},2]},"password"])"),
            std::string(R"([{"a":[{"password":"[FILTERED]"},2]},"password"])"));
}

PHX_TEST("letter case counts, and the program chooses the list") {
  expect_eq(shown({}, R"({"Password":1})"), std::string(R"({"Password":1})"));
  expect_eq(shown(ParameterFilter::discard({"secret", "token"}), R"({"my_token":1,"password":2})"),
            std::string(R"({"my_token":"[FILTERED]","password":2})"));
}

PHX_TEST("keep hides everything except these keys and what is nested under them") {
  const auto filter = ParameterFilter::keep({"id"});
  expect_eq(
      shown(filter, R"({"id":{"x":[1]},"ids":1,"a":{"id":2,"b":"c"},"l":[1,{"id":3}],"e":[]})"),
      std::string(R"({"a":{"b":"[FILTERED]","id":2},"e":"[FILTERED]","id":{"x":[1]},)"
                  R"("ids":"[FILTERED]","l":["[FILTERED]",{"id":3}]})"));
  expect_eq(shown(filter, R"("text")"), std::string(R"("[FILTERED]")"));
}

PHX_TEST("the filtered value itself does not change") {
  const Json params = Json::parse(R"({"password":"x"})");
  ParameterFilter().filtered(params);
  expect_eq(params.dump(), std::string(R"({"password":"x"})"));
}
