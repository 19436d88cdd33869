/// Offers to compress, and their answers.

#include "websocket/negotiation.h"

#include "testing/case.h"

using namespace phx::testing;
using namespace phx::websocket;

namespace {

/// The answer's parameters; "declined" if the offer is not accepted.
std::string answer(const std::string& offer) {
  const auto extension = parse_extension(offer);
  if (!extension) return "malformed";
  const auto deflate = agree_on(*extension);
  return deflate ? deflate->parameters : "declined";
}

DeflateParameters agreed(const std::string& offer) {
  return agree_on(parse_extension(offer).value()).value();
}

}  // namespace

PHX_TEST("an extension is a name and its parameters, with values or without") {
  expect(parse_extension(" A ; b ;C= d;e=\"f\" ") ==
             Extension{"A", {{"b", {}}, {"C", "d"}, {"e", "f"}}},
         "names and values as they came, the values out of their quotes");
  for (const char* bad :
       {"", ";", "a;", "a;;b", "a b", "a;=1", "a;b=", "a;b=\"", "a;b=c d", "a=b"}) {
    expect(!parse_extension(bad), bad);
  }
}

PHX_TEST("a browser's offer is answered as by Cowboy") {
  expect_eq(answer("permessage-deflate; client_max_window_bits"),
            std::string("; client_max_window_bits=15"));
  expect_eq(answer("permessage-deflate"), std::string());
}

PHX_TEST("other parameters are agreed on and repeated, in Cowboy's order") {
  expect_eq(answer("permessage-deflate; client_max_window_bits=10"),
            std::string("; client_max_window_bits=10"));
  expect_eq(answer("permessage-deflate; client_no_context_takeover; server_max_window_bits=9; "
                   "server_no_context_takeover; client_max_window_bits"),
            std::string("; server_no_context_takeover; client_no_context_takeover"
                        "; client_max_window_bits=15; server_max_window_bits=9"));
}

PHX_TEST("the client's parameters for our side are applied") {
  expect(agreed("permessage-deflate").client_takes_over, "unless it says so");
  expect(!agreed("permessage-deflate; client_no_context_takeover").client_takes_over, "it says so");
  expect_eq(agreed("permessage-deflate").server_window_bits, 15);
  expect_eq(agreed("permessage-deflate; server_max_window_bits=9").server_window_bits, 9);
}

PHX_TEST("an offer that we can't honour is declined") {
  for (const char* parameters :
       {"unknown", "server_max_window_bits", "server_max_window_bits=7",
        "server_max_window_bits=16", "server_max_window_bits=09", "client_max_window_bits=x",
        "client_no_context_takeover=1", "client_max_window_bits; client_max_window_bits",
        "client_max_window_bits=9; client_max_window_bits=10"}) {
    expect_eq(answer(std::string("permessage-deflate; ") + parameters), std::string("declined"));
  }
  expect_eq(answer("x-webkit-deflate-frame"), std::string("declined"));
  expect_eq(answer("Permessage-Deflate"), std::string("declined"));
}
