/// Terms and redis-cli's quotes, as overhear.cc shows and reads them.

#include "chapters/18-more-than-one-machine/text.h"

#include "etf/reader.h"
#include "etf/writer.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using etf::Term;
using overheard::cut;
using overheard::text;
using overheard::unquoted;

PHX_TEST("a term is shown as Elixir writes it") {
  expect_eq(text(Term::tuple({3, Term::atom("except"), "a", Term(), true})),
            std::string(R"({3, :except, "a", nil, true})"));
  expect_eq(text(Term::list({1.0, -2, Term::list()})), std::string("[1.0, -2, []]"));
  expect_eq(text(Term::map({{Term::atom("event"), "x"}, {"a key", 1}})),
            std::string(R"(%{event: "x", "a key" => 1})"));
  expect_eq(text(Term::atom("Elixir.Phoenix.PubSub")), std::string("Phoenix.PubSub"));
  expect_eq(text(Term::atom("a@host")), std::string(":\"a@host\""));
  expect_eq(text(etf::Pid{{"a@phx"}, 7, 2, 1}), std::string("#PID<a@phx 7.2>"));
  expect_eq(text("\"\\\n"), std::string(R"("\"\\\x0A")"));
}

PHX_TEST("a term that is too wide is broken into lines, its parts only where they are, too") {
  const Term term = Term::tuple({Term::atom("pub"), Term::tuple({"a", 1}), "0123456789"});
  expect_eq(text(term, 20), std::string("{:pub,\n {\"a\", 1},\n \"0123456789\"}"));
  expect_eq(text(term, 80), std::string(R"({:pub, {"a", 1}, "0123456789"})"));
}

PHX_TEST("redis-cli's escapes become the bytes that they stand for") {
  expect_eq(unquoted(R"(\x83h\x06)"), std::string("\x83h\x06"));
  expect_eq(unquoted(R"(\"\\\n\r\t\a\b)"), std::string("\"\\\n\r\t\a\b"));
  expect_eq(unquoted("grüße"), std::string("grüße"));
  expect_eq(unquoted(R"(\x8)"), std::string("x8"));
}

PHX_TEST("a text is cut between characters, not within one") {
  expect_eq(cut("grüße", 5), std::string("grüße"));
  expect_eq(cut("grüße", 4), std::string("grü…"));
  expect_eq(cut("", 4), std::string(""));
}
