/// The cost of a transfer of many presences: writing, reading, and merging it into the list.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "etf/reader.h"
#include "presence/replica.h"
#include "presence/wire.h"

namespace phx::presence {
namespace {

constexpr int topics = 100;

/// A node with `size` presences, and its answer to a node that has none of them.
struct Full {
  explicit Full(int size) : replica({"a", 1}, list, TrackerOptions{}) {
    for (int i = 0; i < size; ++i) {
      const std::string topic = fmt::format("room:{}", i % topics);
      const process::Pid pid{0, static_cast<std::uint64_t>(i + 1)};
      const Json said = Json::object({{"name", "a name"}, {"online_at", "1700000000"}});
      replica.record(topic, list.track(topic, fmt::format("user-{}", i),
                                       {pid, fmt::format("ref-{:012}", i), said}));
      if (i % 50 == 49) replica.tick({});
    }
  }
  TrackerMessage transfer() {
    const ReplicaRef b("b", 1);
    return replica.receive({}, TransferRequest{1, b, {b, {{b, 0}, {replica.self(), 0}}}})
        .send.at(0)
        .message;
  }

  State list;
  Replica replica;
};

const PidSpace pids{{"a@phx"}, 1};

void extract(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(a.transfer());
}
void write(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  const TrackerMessage transfer = a.transfer();
  std::size_t bytes = 0;
  for (auto _ : state) bytes = encode(transfer, pids).size();
  state.counters["bytes"] = static_cast<double>(bytes);
}
constexpr etf::Limits many{.terms = std::size_t{1} << 26};
void read_term(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  const std::string bytes = encode(a.transfer(), pids);
  for (auto _ : state) benchmark::DoNotOptimize(etf::decode_whole(bytes, many));
}
void read_message(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  const etf::Term term = etf::decode_whole(encode(a.transfer(), pids), many);
  for (auto _ : state) benchmark::DoNotOptimize(decode(term));
}
void merge(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  const TrackerMessage transfer =
      decode(etf::decode_whole(encode(a.transfer(), pids), many)).message;
  for (auto _ : state) {
    state.PauseTiming();
    auto list = std::make_unique<State>();
    auto b = std::make_unique<Replica>(ReplicaRef("b", 1), *list, TrackerOptions{});
    b->receive({}, Heartbeat{a.replica.self(), {}, {a.replica.self(), {{a.replica.self(), 0}}}});
    state.ResumeTiming();
    benchmark::DoNotOptimize(b->receive({}, transfer));
    state.PauseTiming();
    b.reset();
    list.reset();
    state.ResumeTiming();
  }
}
void down_and_up(benchmark::State& state) {
  Full a(static_cast<int>(state.range(0)));
  const TrackerMessage transfer =
      decode(etf::decode_whole(encode(a.transfer(), pids), many)).message;
  State list;
  Replica b({"b", 1}, list, TrackerOptions{});
  const Heartbeat beat{a.replica.self(), {}, {a.replica.self(), {{a.replica.self(), 0}}}};
  Clock::time_point now{};
  b.receive(now, beat);
  b.receive(now, transfer);
  for (auto _ : state) {
    now += Millis{31'000};
    benchmark::DoNotOptimize(b.tick(now));
    while (b.lags()) benchmark::DoNotOptimize(b.go_on());
    benchmark::DoNotOptimize(b.receive(now, beat));
    while (b.lags()) benchmark::DoNotOptimize(b.go_on());
  }
}

void sizes(benchmark::internal::Benchmark* of) {
  of->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
}
BENCHMARK(extract)->Apply(sizes);
BENCHMARK(write)->Apply(sizes);
BENCHMARK(read_term)->Apply(sizes);
BENCHMARK(read_message)->Apply(sizes);
BENCHMARK(merge)->Apply(sizes);
BENCHMARK(down_and_up)->Apply(sizes);

}  // namespace
}  // namespace phx::presence

BENCHMARK_MAIN();
