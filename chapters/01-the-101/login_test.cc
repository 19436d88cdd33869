/// Which names will do, and what a token of one is worth.

#include "login.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using chat::Login;
using http::Request;
using http::Response;

namespace {

const Login login("0123456789abcdef0123456789abcdef");
const Login::Time monday{std::chrono::seconds(1'755'700'000)};
constexpr std::chrono::hours two_weeks{24 * 14};

std::string name_in(const Login::Verdict& verdict) { return std::get<Login::Name>(verdict).text; }
std::string why(const Login::Verdict& verdict) {
  return std::get<Login::Refusal>(verdict).sentence;
}
std::string times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

Response post(const std::string& body) {
  return login.log_in({.method = "POST", .target = "/login", .body = body});
}
Response who(const std::string& authorization) {
  return login.who(
      {.method = "GET", .target = "/login", .headers = {{"authorization", authorization}}});
}

}  // namespace

PHX_TEST("a name is 1 to 40 visible characters, of any script, without the spaces around it") {
  expect_eq(name_in(Login::checked("  Ada Lovelace ")), std::string("Ada Lovelace"));
  for (const std::string& good : {times(40, "é"), times(40, "😀"), std::string("你好")}) {
    expect_eq(name_in(Login::checked(good)), good);
  }
  expect_eq(name_in(Login::checked("O'Hara & <b>")), std::string("O'Hara & <b>"));
}

PHX_TEST("an invalid name is refused, and the error says what to do") {
  for (const char* none : {"", "   "}) {
    expect_eq(why(Login::checked(none)), std::string("Expected a name, got none: type one"));
  }
  expect_eq(why(Login::checked(times(41, "é"))),
            std::string("Expected at most 40 characters, got more: choose a shorter name"));
  for (const std::string& bad :
       {std::string("a\nb"), std::string("a\0b", 3), std::string("\x7F"), std::string("\u0085"),
        std::string("\u200B"), std::string("a\u202Eb"), std::string("\u2066"),
        std::string("\uFEFF"), std::string("\u00A0"), std::string("\u3164"), std::string("\u061CA"),
        std::string("cut \xC3"), std::string("\xFF")}) {
    expect_eq(why(Login::checked(bad)),
              std::string("Expected a name of visible characters, got others: choose another one"));
  }
}

PHX_TEST("a token proves its name for two weeks, and then no more") {
  const std::string token = login.token_for({"Ada"}, monday);
  expect_eq(name_in(login.verify(token, monday)), std::string("Ada"));
  const auto last = monday + two_weeks - std::chrono::seconds(1);
  expect_eq(name_in(login.verify(token, last)), std::string("Ada"));
  expect_eq(why(login.verify(token, monday + two_weeks)),
            std::string("Your login has expired: log in again"));
}

PHX_TEST("a token that is forged, or of another secret or purpose, proves nothing") {
  const std::string sentence = "This server does not know your login: log in again";
  const std::string secret = "0123456789abcdef0123456789abcdef";
  const std::string token = login.token_for({"Ada"}, monday);
  const Login other("another secret of enough bytes");
  const TokenSigner purpose(secret, "password reset");
  const TokenSigner same(secret, "user socket");
  for (const std::string& bad :
       {std::string(), std::string("Ada"), token.substr(0, token.size() - 1), token + "A",
        other.token_for({"Ada"}, monday), purpose.sign("Ada", monday), same.sign(42, monday)}) {
    expect_eq(why(login.verify(bad, monday)), sentence);
  }
  expect_eq(name_in(login.verify(same.sign("Ada", monday), monday)), std::string("Ada"));
}

PHX_TEST("a page posts a name, and gets a token that it can ask about") {
  const Response answer = post("name=+Ada+%3Cb%3E+");
  expect_eq(answer.status, 200);
  const Json given = Json::parse(answer.body);
  expect_eq(given["name"].string_or(""), std::string("Ada <b>"));
  const Response known = who("Bearer " + given["token"].string_or(""));
  expect_eq(known.status, 200);
  expect_eq(known.body, std::string(R"({"name":"Ada <b>"})"));
}

PHX_TEST("an invalid name is 400, an invalid token 403, each with a sentence") {
  for (const char* body : {"", "name=", "name[]=Ada", "other=Ada", "name=%FF", "name=%00"}) {
    const Response answer = post(body);
    expect_eq(answer.status, 400);
    expect(Json::parse(answer.body)["error"].is_string(), answer.body);
  }
  for (const char* authorization : {"", "Bearer ", "Bearer forged", "Basic QWRhOg=="}) {
    const Response answer = who(authorization);
    expect_eq(answer.status, 403);
    expect(Json::parse(answer.body)["error"].is_string(), answer.body);
  }
}

PHX_TEST("a form with much more than a name is refused unread") {
  expect_eq(post("name=" + times(40, "%F0%9F%98%80")).status, 200);
  const Response answer = post(times(200, "a[b]=1&") + "name=Ada");
  expect_eq(answer.status, 400);
  expect_eq(Json::parse(answer.body)["error"].string_or(""),
            std::string("Expected a name alone, got much more: send name=…, and no more"));
}

PHX_TEST("what is wrong with a form is said") {
  const std::string deep = "name" + times(40, "[]") + "=Ada";
  expect_eq(Json::parse(post(deep).body)["error"].string_or(""),
            std::string("Expected a form with a name: expected at most 32 levels of brackets in a "
                        "query"));
}
