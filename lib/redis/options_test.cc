/// Redis URLs, and the waits between attempts.

#include "redis/options.h"

#include "base/option_error.h"
#include "redis/link.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::redis;
using namespace phx::testing;

PHX_TEST("a URL has Redis's address and our login") {
  const Options all = options_of("redis://ann:s%40e:c@redis.example:6380/3");
  expect(all.addresses == std::vector<Address>{{"redis.example", 6380}}, "the address");
  expect_eq(all.user, std::string("ann"));
  expect_eq(all.password, std::string("s@e:c"));
  expect_eq(all.database, 3U);
  const Options least = options_of("redis://localhost");
  expect(least.addresses == std::vector<Address>{{"localhost", 6379}}, "the default port");
  expect(least.user.empty() && least.password.empty() && least.database == 0, "nothing else");
  expect_eq(options_of("redis://:secret@[::1]:7000").password, std::string("secret"));
  expect_eq(to_string(options_of("redis://:secret@[::1]:7000").addresses[0]),
            std::string("[::1]:7000"));
}

PHX_TEST("commas separate several addresses, or Sentinels") {
  const Options two = options_of("redis://one:1,two");
  expect(two.addresses == std::vector<Address>{{"one", 1}, {"two", 6379}}, "both");
  const Options sentinels = options_of("redis+sentinel://:pw@one,two:5/mymaster/2");
  expect(sentinels.addresses == std::vector<Address>{{"one", 26379}, {"two", 5}}, "both");
  expect_eq(sentinels.sentinel_master, std::string("mymaster"));
  expect_eq(sentinels.database, 2U);
}

PHX_TEST("an invalid URL is refused, and the error says what was expected") {
  for (const char* bad : {"", "localhost", "http://localhost", "redis://", "redis://h:x",
                          "redis://h:70000", "redis://h/x", "redis+sentinel://h", "redis://[::1"}) {
    expect_throw<OptionError>([bad] { options_of(bad); });
  }
  const std::string text = expect_throw<OptionError>([] { options_of("rediss://h"); });
  expect(text.find("no TLS") != std::string::npos, text);
}

PHX_TEST("the wait grows by half up to the maximum, and chance halves it at most") {
  const auto wait = [](unsigned attempt, double random) {
    return backoff(Millis{500}, Millis{30'000}, attempt, random).count();
  };
  expect_eq(wait(0, 1), 500);
  expect_eq(wait(0, 0), 250);
  expect_eq(wait(1, 1), 750);
  expect_eq(wait(2, 1), 1'125);
  expect_eq(wait(1'000'000, 1), 30'000);
}
