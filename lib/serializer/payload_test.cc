/// A payload with many readers: the members of a broadcast share one, each on its own thread.

#include "serializer/payload.h"

#include <array>
#include <atomic>
#include <thread>

#include "serializer/message.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using serializer::Payload;

namespace {

/// Runs `work` on two threads that start as nearly at the same time as possible.
template <class Work>
void on_two_threads(Work work) {
  std::atomic<int> ready = 0;
  const auto run = [&](int number) {
    ++ready;
    while (ready < 2) std::this_thread::yield();
    work(number);
  };
  std::thread other(run, 1);
  run(0);
  other.join();
}

}  // namespace

PHX_TEST("two threads read the tree of one broadcast, and each changes its own copy") {
  for (int round = 0; round < 200; ++round) {
    const auto broadcast = std::make_shared<const serializer::Broadcast>(
        "room:a", "said", Payload::own_text(R"({"by":"ann","n":[1,2,3]})"));
    std::array<const json_t*, 2> trees{};
    std::array<std::string, 2> changed;
    on_two_threads([&](int number) {
      const auto at = static_cast<std::size_t>(number);
      const Payload& payload = broadcast->payload;
      trees[at] = payload.json().get();
      expect_eq(payload["by"].string_or(""), "ann");
      const Payload copy = payload;
      Json mine = copy.json();
      mine.set("seen", number);
      changed[at] = mine.dump();
    });
    expect(trees[0] == trees[1], "both read the same tree");
    expect_eq(changed[0], R"({"by":"ann","n":[1,2,3],"seen":0})");
    expect_eq(changed[1], R"({"by":"ann","n":[1,2,3],"seen":1})");
    expect_eq(broadcast->payload.json().dump(), R"({"by":"ann","n":[1,2,3]})");
  }
}

PHX_TEST("a copy shares a payload's tree, and a move takes it") {
  Payload first = Payload::own_text(R"({"n":1})");
  const json_t* tree = first.json().get();
  Payload second = first;
  expect(second.json().get() == tree, "a copy shares the tree");
  Payload third = std::move(first);
  expect(third.json().get() == tree, "a move takes the tree");
  second = Payload::own_text(R"({"n":2})");
  expect_eq(second["n"].integer_or(0), 2);
  third = second;
  expect(third.json().get() == second.json().get(), "an assignment brings its own tree");
}

PHX_TEST("reading an unreadable payload throws each time") {
  const Payload deep = Payload::own_text(std::string(3'000, '[') + std::string(3'000, ']'));
  for (int i = 0; i < 2; ++i) expect_throw<JsonError>([&] { deep.json(); });
}

PHX_TEST("a payload is written as a list of its members") {
  const Payload payload = {{"x", 1}, {"y", "z"}, {"of", {{"kind", "object"}}}};
  expect_eq(payload.view(), R"({"of":{"kind":"object"},"x":1,"y":"z"})");
  const Payload one = {{"y", "z"}};
  expect_eq(one.view(), R"({"y":"z"})");
}

PHX_TEST("a payload over its limit can be passed on, but neither it nor its copies can be read") {
  Payload payload = Payload::own_text(R"({"a":1})");
  payload.limit_reading(7);
  expect_eq(payload["a"].integer_or(0), 1);
  Payload larger = Payload::own_text(R"({"a":12})");
  larger.limit_reading(7);
  const Payload copy = larger;
  for (const Payload* each : {&copy, static_cast<const Payload*>(&larger)}) {
    const std::string said = expect_throw<JsonError>([&] { each->json(); });
    expect_eq(said, std::string("expected at most 7 bytes of JSON to read, got 8"));
    expect_eq(each->view(), std::string_view(R"({"a":12})"));
  }
}

PHX_TEST("a payload of many small values has a limit for its tree") {
  std::string dense = "[";
  while (dense.size() < 300'000) dense += "{},";
  Payload payload = Payload::own_text(dense + "{}]");
  payload.limit_reading(1'000'000);
  expect(payload.json().is_array(), "26 MB are within 32 MB");
  Payload other = Payload::own_text(dense + "{}]");
  other.limit_reading(500'000);
  other.read_ahead();
  const std::string said = expect_throw<JsonError>([&] { other.json(); });
  expect(said.starts_with("expected JSON to read whose values take at most 16000000 bytes, got 26"),
         said);
  Payload text = Payload::own_text("[\"" + std::string(400'000, '{') + "\"]");
  text.limit_reading(500'000);
  expect(text.json().is_array(), "a string is a single value");
}

PHX_TEST("reading ahead an unreadable payload does nothing, and does not throw") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  Payload::own_text(deep).read_ahead();
  Payload large = Payload::own_text("[" + std::string(100'000, '1') + "]");
  large.limit_reading(1'000);
  large.read_ahead();
  expect_throw<JsonError>([&] { large.json(); });
}
