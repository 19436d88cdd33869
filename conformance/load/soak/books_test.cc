/// A node's counts are compared with its clients' messages, and must include each loss.

#include "conformance/load/soak/books.h"

#include "testing/case.h"

using namespace phx::soak;
using namespace phx::testing;

namespace {

/// Two nodes whose clients broadcast 100 each, and whose channels end with 20 and 30 last words. Of
/// the first's, ten were lost, five broken off, of which two arrived. Of the second's, three came
/// while the first was not subscribed.
struct Two {
  std::vector<Books> books{
      {.published = 105, .receivers = 210, .lost = 10, .broken = 5, .heard = 127},
      {.published = 130, .receivers = 257, .heard = 107}};
  std::vector<Truth> truths{{.said = 100, .heard = 98, .missed = 2, .observed = 49},
                            {.said = 100, .heard = 90, .missed = 10, .observed = 47}};
  std::uint64_t unsure = 0;

  std::size_t wrong() const {
    Findings findings;
    audit(books, truths, unsure, findings);
    expect_eq(findings.count(), findings.count(Wrong::miscounted));
    return findings.count();
  }
};

}  // namespace

PHX_TEST("true counts pass") {
  expect_eq(Two{}.wrong(), 0u);
  expect(complete(Two{}.books, Two{}.truths), "all is answered");
}

PHX_TEST("a node that does not count all of its clients' broadcasts is found") {
  Two two;
  --two.books[0].published;
  expect(two.wrong() > 0, "found");
  expect(!complete(two.books, two.truths), "or not answered yet");
}

PHX_TEST("a node that received more or fewer than its clients is found") {
  Two two;
  ++two.books[1].heard;
  expect_eq(two.wrong(), 1u);
}

PHX_TEST(
    "a message that was missed and not counted as lost is found, unless Redis was killed with it") {
  Two two;
  two.books[1].receivers = 260;
  two.books[0].broken = 0;
  two.books[0].published = 110;
  two.books[0].receivers = 220;
  expect_eq(two.wrong(), 1u);
  two.unsure = 6;
  expect_eq(two.wrong(), 0u);
}

PHX_TEST("a message that was counted as lost and not missed is found") {
  Two two;
  two.books[0].published -= 20;
  two.books[0].receivers -= 40;
  two.books[0].lost += 20;
  expect_eq(two.wrong(), 1u);
}

PHX_TEST("the page of Prometheus is read by kind and reason") {
  const Books books = books_in(R"(# HELP phoenix_redis_published_total Messages that Redis accepted.
phoenix_redis_published_total{kind="broadcast"} 1234
phoenix_redis_published_total{kind="presence"} 7
phoenix_redis_receivers_total{kind="broadcast"} 2468
phoenix_redis_messages_lost_total{kind="broadcast",why="away"} 1
phoenix_redis_messages_lost_total{kind="broadcast",why="broken"} 2
phoenix_redis_messages_lost_total{kind="broadcast",why="overflow"} 3
phoenix_redis_messages_lost_total{kind="presence",why="away"} 100
phoenix_redis_connects_total{role="publisher"} 4
phoenix_redis_connects_total{role="subscriber"} 5
phoenix_cluster_broadcasts_heard_total 6
)");
  expect_eq(books.published, 1234u);
  expect_eq(books.receivers, 2468u);
  expect_eq(books.lost, 4u);
  expect_eq(books.broken, 2u);
  expect_eq(books.connected, 4u);
  expect_eq(books.subscribed, 5u);
  expect_eq(books.heard, 6u);
}
