/// What one step of each view costs a shard with 10,000 processes and 1,000 topics, counted in
/// processes, topics and bytes. Time is not measured: `make bench-dashboard` does that.

#include <cstdlib>
#include <new>

#include "dashboard/dashboard.h"
#include "testing/case.h"
#include "testing/test_shard.h"

using namespace phx;
using namespace phx::testing;

// --- What is counted
// ------------------------------------------------------------------------------

namespace {
std::size_t allocated = 0;  // bytes, since the last reset
std::size_t visited = 0;    // processes
}  // namespace

void* operator new(std::size_t size) {
  allocated += size;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

constexpr std::size_t processes = 10'000;
constexpr std::size_t topics = 1'000;

/// Each visit of a look asks for its children, once.
struct Idle final : process::Process {
  std::string_view kind() const override { return "channel"; }
  std::string_view topic() const override { return "room:of some length, as topics are"; }
  std::vector<process::Pid> children() const override {
    ++visited;
    return {};
  }

 protected:
  void handle(process::Message) override {}
};

/// Has its turn in each run, whatever the dashboard does.
struct Honest final : process::Process {
  explicit Honest(std::size_t& count) : turns(count) {}
  std::size_t& turns;

 protected:
  void handle(process::Message) override { ++turns; }
};

struct Answer final : http::Responder {
  bool gone() const override { return false; }
  std::optional<http::Response> response;

 private:
  void send(http::Response given) override { response = std::move(given); }
};

/// The largest step, and what came of all.
struct Cost {
  std::size_t runs = 0;
  std::size_t visited = 0;
  std::size_t bytes = 0;
  std::size_t body = 0;
};

/// A crowded shard, its dashboard, and an honest client.
class Crowd {
 public:
  Crowd() {
    for (std::size_t i = 0; i < processes; ++i) {
      pids_.push_back(shard_.scheduler.spawn(std::make_unique<Idle>()));
    }
    for (std::size_t i = 0; i < processes; ++i) {
      subscriptions_.push_back(
          shard_.pubsub.subscribe("room:" + std::to_string(i % topics), pids_[i]));
    }
    for (std::size_t i = 0; i < 2 * LogTail::max_lines; ++i) {
      tail_->add(Level::info, "a line of the log that is about as long as most of them are");
    }
    honest_ = shard_.scheduler.spawn(std::make_unique<Honest>(turns_));
    for (auto& child : endpoint_.children(shard_.context())) shard_.scheduler.spawn(child.start());
    shard_.settle();
  }
  ~Crowd() {
    subscriptions_.clear();
    shard_.scheduler.clear();
  }

  const std::vector<process::Pid>& pids() const { return pids_; }

  /// Asks, and runs the shard until the answer is there; the honest client is sent a message before
  /// each run.
  Cost look(const std::string& path) {
    const http::Request request{"GET", std::string(Dashboard::prefix) + path};
    const auto client = std::make_shared<Answer>();
    Cost cost;
    allocated = visited = 0;
    auto outcome = dashboard_.answer(request);
    if (auto* later = std::get_if<http::Deferred>(&outcome)) {
      later->begin(client);
    } else {
      client->respond(std::move(std::get<http::Response>(outcome)));
    }
    note(cost);
    while (!client->response && cost.runs < processes) {
      const std::size_t before = turns_;
      shard_.scheduler.send(honest_, 1);
      allocated = visited = 0;
      shard_.scheduler.run(shard_.scheduler.now());
      note(cost);
      ++cost.runs;
      expect_eq(turns_, before + 1);
    }
    expect(client->response.has_value(), path + " is answered");
    expect_eq(client->response->status, 200);
    cost.body = client->response->body.size();
    return cost;
  }

 private:
  static void note(Cost& cost) {
    cost.visited = std::max(cost.visited, visited);
    cost.bytes = std::max(cost.bytes, allocated);
  }

  TestShard shard_;
  Endpoint endpoint_;
  std::shared_ptr<LogTail> tail_ = std::make_shared<LogTail>();
  Dashboard dashboard_{endpoint_, {.log = tail_}};
  std::vector<process::Pid> pids_;
  std::vector<std::unique_ptr<pubsub::Subscription>> subscriptions_;
  std::size_t turns_ = 0;
  process::Pid honest_;
};

void expect_small(Crowd& crowd, const std::string& path) {
  constexpr std::size_t bucket = 16;            // what the last bucket of a step may add
  constexpr std::size_t max_bytes = 2'097'152;  // all 500 rows, merged and as an answer
  const Cost cost = crowd.look(path);
  std::printf("  %s: %zu runs; in one of them at most %zu processes and %zu bytes; answer of %zu\n",
              path.c_str(), cost.runs, cost.visited, cost.bytes, cost.body);
  expect(cost.visited <= BucketWalk::items_a_step + bucket,
         path + " visits " + std::to_string(cost.visited) + " processes in one run");
  expect(cost.bytes <= max_bytes, path + " takes " + std::to_string(cost.bytes) + " bytes");
  expect(cost.body <= max_bytes, path + " answers " + std::to_string(cost.body) + " bytes");
}

}  // namespace

PHX_TEST("each of the six views is gathered in small steps, in which a client has its turn") {
  Crowd crowd;
  for (const char* path : {"overview", "processes?sort=age&top=500", "processes?text=room&top=500",
                           "topics?sort=members&top=500", "nodes", "limits", "log"}) {
    expect_small(crowd, path);
  }
}

PHX_TEST("views that go through all processes take a run for each step") {
  Crowd crowd;
  for (const char* path : {"overview", "processes", "limits"}) {
    expect(crowd.look(path).runs >= processes / BucketWalk::items_a_step, path);
  }
  expect(crowd.look("topics").runs >= topics / BucketWalk::items_a_step, "topics");
}

PHX_TEST("the details of one process are found without a look at the others") {
  Crowd crowd;
  const process::Pid pid = crowd.pids()[processes / 2];
  const Cost cost = crowd.look("processes/" + to_string(pid));
  expect(cost.visited <= 2, std::to_string(cost.visited) + " processes");
}
