/// The cost of parsing a client's frames, compared with a memcpy of the same bytes.
///
/// `make bench-reader`. The frames are masked text with payloads of 100 bytes, 1 kB and 1 MB. They
/// are fed 64 kB at a time, like the loop's reads, or 100 bytes at a time.

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "testing/client_frame.h"
#include "websocket/reader.h"

namespace phx::websocket {
namespace {

constexpr std::size_t a_read = 65'536;

std::string frames_of(std::size_t size) {
  const std::string one = testing::client_frame(Opcode::text, std::string(size, 'x'));
  std::string all;
  do all += one;
  while (all.size() + one.size() <= a_read);
  return all;
}

void count(benchmark::State& state, const std::string& bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}

std::string bytes_for(const benchmark::State& state) {
  return frames_of(static_cast<std::size_t>(state.range(0)));
}

/// Feeds `piece` bytes at a time.
void feed(benchmark::State& state, std::size_t piece) {
  const std::string bytes = bytes_for(state);
  Reader reader({.max_message = 8'000'000});
  for (auto _ : state) {
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      std::string_view rest = std::string_view(bytes).substr(at, piece);
      while (true) {
        const Event event = reader.next(rest);
        if (std::holds_alternative<NeedMore>(event)) break;
        benchmark::DoNotOptimize(std::get<serializer::Frame>(event).bytes.data());
      }
    }
  }
  count(state, bytes);
}

void read(benchmark::State& state) { feed(state, a_read); }
void read_in_pieces(benchmark::State& state) { feed(state, 100); }

void copy(benchmark::State& state) {
  const std::string bytes = bytes_for(state);
  std::vector<char> space(bytes.size());
  for (auto _ : state) {
    std::memcpy(space.data(), bytes.data(), bytes.size());
    benchmark::DoNotOptimize(space.data());
    benchmark::ClobberMemory();
  }
  count(state, bytes);
}

void sizes(benchmark::internal::Benchmark* each) { each->Arg(100)->Arg(1'000)->Arg(1'000'000); }

BENCHMARK(copy)->Apply(sizes);
BENCHMARK(read)->Apply(sizes);
BENCHMARK(read_in_pieces)->Apply(sizes);

}  // namespace
}  // namespace phx::websocket

BENCHMARK_MAIN();
