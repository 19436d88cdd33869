/// Between nodes a number may be lost only while Redis is away, and then for all of a node's
/// subscribers.

#include "conformance/load/soak/feed.h"

#include "testing/case.h"

using namespace phx::soak;
using namespace phx::testing;

namespace {

/// Two subscribers at the second of two nodes; the herald is at the first.
struct Apart {
  Findings findings;
  Feed feed{"room:a", 0, 2};
  Ear ann = ear();
  Ear ben = ear();

  Ear ear() { return Ear(feed, feed.reception(1, "broadcasted")); }
  /// Broadcasts this many, and both receive them.
  void hear(int numbers) {
    for (int i = 0; i < numbers; ++i) {
      const auto n = feed.say();
      ann.hears(n);
      ben.hears(n);
      feed.reception(1, "intercepted")->heard.add(n);
    }
  }
  void lose(int numbers) {
    for (int i = 0; i < numbers; ++i) feed.say();
  }
  void expect_found(const std::string& words) {
    feed.audit(findings);
    expect(!findings.sentences().empty(), "something is found");
    expect(findings.sentences()[0].find(words) != std::string::npos, findings.sentences()[0]);
  }
};

}  // namespace

PHX_TEST(
    "at the herald's own node nothing may be lost; at others each event is counted separately") {
  Feed feed("room:a", 1, 3);
  expect(feed.reception(1, "broadcasted") == nullptr, "at home");
  expect(feed.reception(0, "broadcasted") != feed.reception(2, "broadcasted"), "by node");
  expect(feed.reception(0, "broadcasted") != feed.reception(0, "intercepted"), "by event");
}

PHX_TEST("numbers sent in trouble may be lost, and are counted, and so are those on their way") {
  Apart a;
  a.hear(3);
  a.lose(2);  // on their way as Redis ends
  expect_eq(a.feed.trouble_begins(), 4u);
  a.lose(4);
  expect(!a.ann.lacks(9), "nothing is due");
  a.feed.trouble_ends();
  a.hear(1);
  a.feed.audit(a.findings);
  expect_eq(a.findings.count(), 0u);
  expect_eq(a.feed.unheard_at(1), 12u);
  expect_eq(a.feed.unheard_at(0), 0u);
}

PHX_TEST("a number lost without trouble is found") {
  Apart a;
  a.hear(3);
  a.lose(1);
  a.hear(1);
  a.expect_found("broadcast 3 was lost, and Redis was there");
}

PHX_TEST("trouble does not excuse earlier losses") {
  Apart a;
  a.hear(3);
  a.lose(1);
  a.hear(1);
  a.feed.trouble_begins();
  a.feed.trouble_ends();
  a.expect_found("broadcast 3 was lost");
}

PHX_TEST("numbers after the trouble must come") {
  Apart a;
  a.feed.trouble_begins();
  a.lose(2);
  a.feed.trouble_ends();
  expect(!a.ann.lacks(2), "that was lost");
  a.lose(1);
  expect(a.ann.lacks(3).has_value(), "this was not");
}

PHX_TEST("a number that one subscriber of a node gets must reach the others") {
  Apart a;
  a.feed.trouble_begins();
  a.ann.hears(a.feed.say());
  a.feed.trouble_ends();
  a.hear(1);
  a.expect_found("one heard broadcast 0, and another did not");
}

PHX_TEST("repeated or reordered numbers are reported at every node") {
  Apart a;
  a.hear(2);
  expect(a.ann.hears(1)->kind == Wrong::doubled, "again");
}

PHX_TEST("ranges grow together, and their gaps are what is not in them") {
  Numbers numbers;
  numbers.add(5, 7);
  numbers.add(1, 3);
  numbers.add(3, 3);
  expect_eq(numbers.count(), 4u);
  expect_eq(numbers.gaps(9).count(), 5u);
  expect_eq(numbers.gaps(6).count(), 3u);
  expect(!numbers.shares(numbers.gaps(9)), "nothing is in both");
  numbers.add(3, 5);
  numbers.add(6);
  expect_eq(numbers.count(), 6u);
  expect_eq(numbers.end(), 7u);
  expect_eq(numbers.gaps(9).count(), 3u);
  Numbers other;
  other.add(6, 20);
  expect_eq(numbers.shares(other).value_or(0), 6u);
}
