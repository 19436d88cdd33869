/// Metas between JSON and Erlang's terms.

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

PHX_TEST("an integer of more digits than are converted has no JSON") {
  expect(!json_of(etf::Term::integer(false, std::string(6'000, '\xff'))).has_value(), "no JSON");
}
