/// A shard's own processes: a child that ends is restarted; if it keeps ending, the supervisor
/// gives up and logs it, and the shard serves on.

#include <csignal>
#include <mutex>
#include <thread>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "telemetry/faults.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// Crashes at each of its first `times` starts, in the whole server.
class Fickle final : public process::Process {
 public:
  Fickle(std::atomic<int>& starts, int times) : starts_(starts), times_(times) {}

 protected:
  void init() override {
    if (++starts_ <= times_) throw std::runtime_error("boom");
  }
  void handle(process::Message) override {}

 private:
  std::atomic<int>& starts_;
  const int times_;
};

/// Lives until it is asked to end, and records that.
class Steady final : public process::Process {
 public:
  explicit Steady(std::atomic<int>& ended) : ended_(ended) {}

 protected:
  void handle(process::Message) override {}
  bool traps_exits() const override { return true; }
  void terminate(const process::ExitReason&) override { ++ended_; }

 private:
  std::atomic<int>& ended_;
};

struct Story {
  int starts = 0;        ///< Starts of the child that crashes.
  int steady_ended = 0;  ///< How often the other child was ended in order.
  std::vector<std::string> given_up = {};
  std::string lines = {};
  std::string page = {};  ///< The server's answer afterwards.
};

/// How a child fails.
enum class Fault { in_its_first_turn, not_made, null };

/// Runs a server of one shard whose child fails `times` times.
Story served(int times, Fault fault = Fault::in_its_first_turn) {
  Story story;
  std::mutex mutex;
  std::atomic<int> starts = 0, ended = 0;
  Endpoint endpoint;
  endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  endpoint.child({"steady", [&](const Context&) { return std::make_unique<Steady>(ended); }});
  endpoint.child({"fickle", [&](const Context&) -> std::unique_ptr<process::Process> {
                    if (fault == Fault::in_its_first_turn)
                      return std::make_unique<Fickle>(starts, times);
                    if (++starts > times) return std::make_unique<Fickle>(starts, 0);
                    if (fault == Fault::null) return nullptr;
                    throw std::runtime_error("no database");
                  }});
  endpoint.telemetry().attach("ear",
                              {telemetry::on<telemetry::SupervisorGaveUp>([&](const auto& gave_up) {
                                const std::lock_guard lock(mutex);
                                story.given_up.push_back(gave_up.child_id);
                              })});
  Server server(endpoint, {.port = 0, .shards = 1},
                Log::to(Level::warn, [&](Level, const std::string& line) {
                  const std::lock_guard lock(mutex);
                  story.lines += line + "\n";
                }));
  server.start();
  {
    // The children have had their first turns, and the supervisor may have given up, before a
    // connection is served.
    const TcpClient client(server.port());
    client.write(get("/", "Connection: close\r\n"));
    story.page = client.rest();
  }
  server.stop();
  story.starts = starts;
  story.steady_ended = ended;
  return story;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

PHX_TEST("a child that crashes is restarted, up to three times in five seconds") {
  const Story story = served(3);
  expect_eq(story.starts, 4);
  expect_eq(story.given_up, std::vector<std::string>{});
  expect(has(story.lines, R"(a child is restarted child=fickle ended="crash: boom")"), story.lines);
  expect(has(story.page, "hello"), "a page is served");
  expect_eq(story.steady_ended, 1);  // at the server's end
}

PHX_TEST("a child that can't be made counts as one that crashed, and its siblings stay") {
  const Story thrown = served(1, Fault::not_made);
  expect_eq(thrown.given_up, std::vector<std::string>{});
  expect(has(thrown.lines, R"(a process crashed process="child fickle" reason="no database")"),
         thrown.lines);
  expect(has(thrown.lines, R"(child=fickle ended="crash: no database")"), thrown.lines);
  expect_eq(thrown.steady_ended, 1);  // at the server's end
  const Story null = served(1'000, Fault::null);
  expect_eq(null.starts, 4);
  expect_eq(null.given_up, std::vector<std::string>{"fickle"});
  expect(has(null.lines, "expected a process from Child::start, got null"), null.lines);
  expect(has(null.page, "hello"), "a page is still served");
}

PHX_TEST("a child without a function that makes it is refused, by its name") {
  Endpoint endpoint;
  const std::string said = expect_throw<std::invalid_argument>([&] {
    endpoint.child({"clock", nullptr});
  });
  expect(has(said, "\"clock\"") && said.ends_with("set Child::start"), said);
}

PHX_TEST("a supervisor that gives up logs and reports it; its shard serves on and ends in order") {
  const Story story = served(1'000);
  expect_eq(story.starts, 4);  // once, and restarted up to the limit
  expect_eq(story.given_up, std::vector<std::string>{"fickle"});
  expect(has(story.lines, "a supervisor gives up: a child keeps ending"), story.lines);
  expect(has(story.lines, "child=fickle") && has(story.lines, "max_restarts=3"), story.lines);
  expect(has(story.page, "hello"), "a page is still served");
  expect_eq(story.steady_ended, 1);  // its sibling ended in order, and was not restarted
}
