/// The cost of a frame before a handler reads it: the scanner and the serializer, compared with
/// Jansson.
///
/// `make bench-serializer`. Each frame is a push `[join_ref, ref, topic, event, payload]` of about
/// the given size, and its payload an object with strings, numbers and a list, as applications send
/// it.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "json/json.h"
#include "serializer/scanner.h"
#include "serializer/serializer.h"

namespace phx::serializer {
namespace {

/// A payload of `size` bytes, at least 50: one half short, distinct entries, one half a single
/// text.
std::string payload_of(std::size_t size) {
  std::string json = R"({"items":[)";
  for (int i = 0; json.size() + 50 < size / 2; ++i)
    json += fmt::format(R"({}{{"id":{},"name":"café \u00e9 {}","price":{}.5,"new":{}}})",
                        i == 0 ? "" : ",", i, i * 7, i * 3, i % 2 == 0);
  json += R"(],"text":")";
  return json.append(size - json.size() - 2, 'x') + "\"}";
}

std::string frame_of(std::size_t size) {
  const std::string envelope = R"(["1","42","room:lobby","new_msg",)";
  return envelope + payload_of(size - envelope.size() - 1) + "]";
}

/// ns a frame is what the library prints as "Time"; bytes a second make sizes comparable.
void count(benchmark::State& state, std::size_t frame_size) {
  const auto frames = static_cast<std::int64_t>(state.iterations());
  state.SetBytesProcessed(frames * static_cast<std::int64_t>(frame_size));
  state.counters["frame_bytes"] = static_cast<double>(frame_size);
}

std::string frame_for(const benchmark::State& state) {
  return frame_of(static_cast<std::size_t>(state.range(0)));
}

/// Grammar, UTF-8 and positions, without a tree: every incoming frame costs this.
void scan(benchmark::State& state) {
  const auto frame = frame_for(state);
  for (auto _ : state) {
    Scanner scanner(frame);
    benchmark::DoNotOptimize(scanner.value());
    scanner.end();
  }
  count(state, frame.size());
}

/// Frame to message; the copy stands for the bytes that a connection read.
void decode(benchmark::State& state) {
  const auto frame = frame_for(state);
  for (auto _ : state) benchmark::DoNotOptimize(v2_json().decode({Frame::text, frame}));
  count(state, frame.size());
}

/// Reply to frame, with the payload that came, as in an echo.
void encode(benchmark::State& state) {
  const auto frame = frame_for(state);
  const auto message = v2_json().decode({Frame::text, frame});
  const SocketReply reply{message.join_ref, message.ref, message.topic, Status::ok,
                          message.payload};
  for (auto _ : state) benchmark::DoNotOptimize(v2_json().encode(reply));
  count(state, frame.size());
}

/// Both ways: an echo's cost in the serializer.
void echo(benchmark::State& state) {
  const auto frame = frame_for(state);
  for (auto _ : state) {
    auto message = v2_json().decode({Frame::text, frame});
    const SocketReply reply{message.join_ref, message.ref, message.topic, Status::ok,
                            std::move(message.payload)};
    benchmark::DoNotOptimize(v2_json().encode(reply));
  }
  count(state, frame.size());
}

/// The same frame to a tree, by Jansson: the cost that the scanner saves if no handler reads the
/// payload.
void jansson_parse(benchmark::State& state) {
  const auto frame = frame_for(state);
  for (auto _ : state) benchmark::DoNotOptimize(Json::parse(frame));
  count(state, frame.size());
}

/// Tree and back to text: an echo without the scanner.
void jansson_echo(benchmark::State& state) {
  const auto frame = frame_for(state);
  for (auto _ : state) benchmark::DoNotOptimize(Json::parse(frame).dump());
  count(state, frame.size());
}

void sizes(benchmark::internal::Benchmark* each) { each->Arg(100)->Arg(1'000)->Arg(1'000'000); }

BENCHMARK(scan)->Apply(sizes);
BENCHMARK(decode)->Apply(sizes);
BENCHMARK(encode)->Apply(sizes);
BENCHMARK(echo)->Apply(sizes);
BENCHMARK(jansson_parse)->Apply(sizes);
BENCHMARK(jansson_echo)->Apply(sizes);

}  // namespace
}  // namespace phx::serializer

BENCHMARK_MAIN();
