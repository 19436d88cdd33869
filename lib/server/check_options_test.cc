/// Options that can't work are refused before the port is bound.

#include "server/check_options.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::string refused(const ServerOptions& options) {
  const Endpoint endpoint;
  return expect_throw<OptionError>([&] { Server(endpoint, options, Log::silent()); });
}

}  // namespace

PHX_TEST("a limit of nothing is refused by its option's name") {
  expect_eq(refused({.port = 0, .max_connections = 0}),
            std::string("expected at least 1, got 0: set ServerOptions::max_connections"));
  expect_eq(refused({.port = 0, .worker_threads = 0}),
            std::string("expected at least 1, got 0: set ServerOptions::worker_threads"));
}

PHX_TEST("a time that is already over is refused by its option's name") {
  expect_eq(refused({.port = 0, .write_patience = Millis{0}}),
            std::string("expected at least 1 ms, got 0: set ServerOptions::write_patience"));
  expect_eq(refused({.port = 0, .farewell = Millis{-1}}),
            std::string("expected 0 ms or more, got -1: set ServerOptions::farewell"));
}

PHX_TEST("the defaults, the smallest values, and no time for a farewell are accepted") {
  server::check_options({});
  server::check_options({.max_connections = 1,
                         .outbox_limit = 1,
                         .write_patience = Millis{1},
                         .worker_threads = 1,
                         .farewell = Millis{0}});
}
