/// What a click costs: from the client's frame to the frame that answers it, without the kernel; by
/// the size of the page, and by the size of the change. And a mounted view's memory.

#include <benchmark/benchmark.h>

#include "live_view/live.h"
#include "testing/fakes.h"
#include "transport/longpoll.h"

// jemalloc's, with which the benchmarks are linked.
extern "C" int mallctl(const char* name, void* old, std::size_t* old_size, void* fresh,
                       std::size_t fresh_size);

namespace phx::testing {
namespace {

std::size_t allocated() {
  std::uint64_t epoch = 1;
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
  std::size_t bytes = 0, size = sizeof bytes;
  mallctl("stats.allocated", &bytes, &size, nullptr, 0);
  return bytes;
}

std::size_t rows = 0, changed = 0;  // of the pages that are mounted next

/// A counter over a list; each row has a template of its own, and its name.
class Listing : public LiveView {
 public:
  void mount(const Json&, const Json&) override {
    std::vector<std::string> names(rows);
    for (std::size_t i = 0; i < rows; ++i) names[i] = "row " + std::to_string(i);
    names_ = std::move(names);
  }
  Html render() override {
    return html(R"(<h1>{}</h1><button phx-click="inc">+</button><ul>{}</ul>)", count_,
                each(names_, [](const std::string& name) {
                  return html(R"(<li class="row"><b>{}</b></li>)", name);
                }));
  }
  Result handle_event(std::string_view, const Json&) override {
    count_ += 1;
    if (changed == 0) return NoReply{};
    names_.change([&](std::vector<std::string>& names) {
      for (std::size_t i = 0; i < changed; ++i) names[i] = "row " + std::to_string(count_ + i);
    });
    return NoReply{};
  }

 private:
  Assign<int> count_ = 0;
  Assign<std::vector<std::string>> names_;
};

struct Site {
  Site() { live.view<Listing>("/list"); }
  Live live{{.secret_key_base = transport::random_secret(),
             .root = [](const RootPage& page) { return html("{}", page.content); }}};
  transport::Mount mount = live.mount();
  TestShard shard;
};

std::string between(const std::string& text, const std::string& before) {
  const std::size_t begin = text.find(before) + before.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

/// A client whose view is mounted.
struct Visitor {
  explicit Visitor(Site& site) : client(site.shard, *site.mount.socket, socket(site)) {
    const std::string page = site.live.page({.method = "GET", .target = "/list"}).body;
    topic = "lv:" + between(page, " id=\"");
    const Json params = Json::object({{"url", "http://here/list"},
                                      {"session", between(page, "data-phx-session=\"")},
                                      {"params", Json::object({{"_mounts", 0}})}});
    client.send(R"(["1","1",")" + topic + R"(","phx_join",)" + params.dump() + "]");
    joined = client.heard().at(0).size();
  }
  static Socket socket(Site& site) {
    Socket made(site.shard.context(),
                *serializer::negotiate(site.mount.socket->serializers(), "2.0.0"));
    made.assigns["live_session"] = Json::object();
    return made;
  }
  std::size_t click() {
    client.send(R"(["1","2",")" + topic +
                R"(","event",{"type":"click","event":"inc","value":{"value":""}}])");
    return client.heard().at(0).size();
  }
  FakeClient client;
  std::string topic;
  std::size_t joined = 0;
};

void click(benchmark::State& state) {
  rows = static_cast<std::size_t>(state.range(0));
  changed = static_cast<std::size_t>(state.range(1));
  Site site;
  Visitor visitor(site);
  std::size_t bytes = 0;
  for (auto _ : state) bytes = visitor.click();
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["join_bytes"] = static_cast<double>(visitor.joined);
}

void mounted(benchmark::State& state) {
  rows = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t views = 200;
  for (auto _ : state) {
    Site site;
    std::vector<std::unique_ptr<Visitor>> all;
    all.push_back(std::make_unique<Visitor>(site));
    const std::size_t before = allocated();
    for (std::size_t i = 0; i < views; ++i) all.push_back(std::make_unique<Visitor>(site));
    state.counters["bytes_a_view"] =
        static_cast<double>(allocated() - before) / static_cast<double>(views);
  }
}

BENCHMARK(click)
    ->ArgNames({"rows", "changed"})
    ->Args({0, 0})
    ->Args({10, 0})
    ->Args({100, 0})
    ->Args({1'000, 0})
    ->Args({10'000, 0})
    ->Args({1'000, 1})
    ->Args({1'000, 10})
    ->Args({1'000, 100})
    ->Args({1'000, 1'000})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(mounted)->ArgName("rows")->Arg(0)->Arg(10)->Arg(100)->Arg(1'000)->Iterations(1);

}  // namespace
}  // namespace phx::testing

BENCHMARK_MAIN();
