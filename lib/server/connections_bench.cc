/// The cost of one message between the read from a socket and the write to it: reader, transport
/// process, channel process, serializer and outbox, without network and kernel.
///
/// `make bench-house`. A hundred connections have joined a topic. Each receives its messages in one
/// read; then the loop's turn ends.

#include <benchmark/benchmark.h>

#include <vector>

#include "server/connections.h"
#include "testing/client_frame.h"
#include "testing/fake_stream.h"
#include "testing/test_shard.h"
#include "testing/tls.h"

namespace phx::server {
namespace {

using testing::client_frame;
using testing::FakeNetwork;
using websocket::Opcode;

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  Result handle_in(std::string_view event, Payload payload, Socket& socket) override {
    if (event == "echo") return Reply::ok(std::move(payload));
    socket.broadcast(event, std::move(payload));
    return NoReply{};
  }
};
struct Users final : UserSocket {
  Users() { channel<Room>("conformance:*"); }
};

const std::string upgrade =
    testing::get("/socket/websocket?vsn=2.0.0",
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");

std::string text(std::string_view frame) { return client_frame(Opcode::text, std::string(frame)); }

/// A push frame of `size` bytes, with `number` as its ref.
std::string push(const char* event, std::size_t size, std::size_t number) {
  std::string frame = R"(["1",")" + std::to_string(number) + R"(","conformance:bench",")" + event +
                      R"(",{"text":")";
  frame.append(size - frame.size() - 3, 'x');
  return text(frame + "\"}]");
}

/// One shard, whose clients are on networks of their own.
class House {
 public:
  explicit House(std::size_t clients) : networks_(clients) {
    transport::Mount mount{"/socket", std::make_shared<Users>()};
    // Rates that are checked and never reached.
    mount.message_rate = {1'000'000'000, 1'000'000'000};
    mount.byte_rate = {1'000'000'000'000, 1'000'000'000'000};
    endpoint_.socket(std::move(mount));
    for (FakeNetwork& network : networks_) connect(network);
  }

  void connect(FakeNetwork& network) {
    connections_.welcome(std::make_unique<testing::FakeStream>(network),
                         {.peer = {.address = "127.0.0.1"}});
    network.user->received(upgrade);
    turn();
    network.user->received(text(R"(["1","1","conformance:bench","phx_join",{}])"));
    turn();
    network.written.clear();
  }
  void turn() {
    house_.settle();
    connections_.flush();
  }
  std::vector<FakeNetwork>& networks() { return networks_; }

 private:
  Endpoint endpoint_;
  std::vector<FakeNetwork> networks_;
  testing::TestShard house_;
  net::Loop loop_;
  Connections connections_{endpoint_, loop_, house_.scheduler, house_.pubsub, {}};
};

void count(benchmark::State& state, std::size_t a_turn) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * a_turn));
  state.counters["ns_a_message"] =
      benchmark::Counter(static_cast<double>(state.iterations() * a_turn) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Arguments: bytes in a message, messages in a read.
void echo(benchmark::State& state) {
  House house(100);
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto at_once = static_cast<std::size_t>(state.range(1));
  std::string bytes;
  for (std::size_t i = 0; i < at_once; ++i) bytes += push("echo", size, 1'000 + i);
  for (auto _ : state) {
    for (FakeNetwork& network : house.networks()) network.user->received(bytes);
    house.turn();
    for (FakeNetwork& network : house.networks()) network.written.clear();
  }
  count(state, at_once * house.networks().size());
}

/// One broadcast to a thousand members; each delivery counts.
void fan_out(benchmark::State& state) {
  House house(1'000);
  const std::string bytes = push("said", 100, 1'000);
  for (auto _ : state) {
    house.networks().front().user->received(bytes);
    house.turn();
    for (FakeNetwork& network : house.networks()) network.written.clear();
  }
  count(state, house.networks().size());
}

/// A client comes, upgrades, joins and goes.
void come_and_go(benchmark::State& state) {
  House house(0);
  for (auto _ : state) {
    FakeNetwork network;
    house.connect(network);
    network.user->closed();
    house.turn();
  }
  count(state, 1);
}

BENCHMARK(echo)->Args({100, 1})->Args({100, 16})->Args({1'000, 4});
BENCHMARK(fan_out);
BENCHMARK(come_and_go);

}  // namespace
}  // namespace phx::server

BENCHMARK_MAIN();
