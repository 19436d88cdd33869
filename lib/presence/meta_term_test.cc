/// Metas between JSON and Erlang terms.

#include "presence/meta_term.h"

#include "etf/decimal.h"
#include "etf/reader.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::presence;
using namespace phx::testing;

namespace {

etf::Term written(const std::string& json) {
  etf::Writer writer;
  write_json(writer, Json::parse(json));
  return etf::decode(writer.take());
}

}  // namespace

PHX_TEST("JSON becomes a term and JSON again") {
  for (const std::string text :
       {R"({"a":[1,-2.5,null,true,false,"x",{}]})", "[]", "\"\"", "9223372036854775807"}) {
    expect_eq(json_of(written(text)).value().dump(), text);
  }
}

PHX_TEST("an integer beyond 64 bits stays an integer, and keeps its digits") {
  for (const std::string digits : {"18446744073709551615", "-9223372036854775809"}) {
    const etf::Term term = written(digits);
    expect(term == etf::integer_of(digits), "a number, not its digits as text");
    const Json json = json_of(term).value();
    expect(json.is_integer(), "and a number for clients");
    expect_eq(json.dump(), digits);
  }
}

PHX_TEST("an integer with more digits than the limit has no JSON") {
  expect(!json_of(etf::Term::integer(false, std::string(6'000, '\xff'))).has_value(), "no JSON");
}

PHX_TEST("a key becomes text by String.Chars, or has none") {
  const auto key = [](const etf::Term& term) { return text_of(term).value_or("none"); };
  expect_eq(key("ann"), std::string("ann"));
  expect_eq(key(etf::Term::atom("admin")), std::string("admin"));
  expect_eq(key(etf::Term()), std::string(""));
  expect_eq(key(42), std::string("42"));
  expect_eq(key(1.5), std::string("1.5"));
  expect_eq(key(etf::integer_of("18446744073709551616")), std::string("18446744073709551616"));
  expect_eq(key(etf::Term::list({0x61, 0xE9})), std::string("a\u00e9"));
  expect_eq(key(etf::Term::tuple({1})), std::string("none"));
  expect_eq(key("\xff"), std::string("none"));
  // It would take hours.
  expect_eq(key(etf::Term::integer(false, std::string(1'000'000, '\xff'))), std::string("none"));
}

PHX_TEST("a meta may have keys of any type, and its times become texts, as by Jason") {
  const etf::Term date =
      etf::Term::map({{etf::Term::atom("__struct__"), etf::Term::atom("Elixir.Date")},
                      {etf::Term::atom("calendar"), etf::Term::atom("Elixir.Calendar.ISO")},
                      {etf::Term::atom("year"), 2026},
                      {etf::Term::atom("month"), 1},
                      {etf::Term::atom("day"), 2}});
  const etf::Term meta =
      etf::Term::map({{etf::Term::atom("since"), date}, {1, true}, {1.5, etf::Term()}});
  expect_eq(json_of(meta).value().dump(),
            std::string(R"({"1":true,"1.5":null,"since":"2026-01-02"})"));
  expect(!json_of(etf::Term::map({{etf::Term::tuple({1}), 1}})).has_value(),
         "a key without a text");
}
