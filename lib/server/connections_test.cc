/// A connection from its first byte to its last, over a stream that the test controls.

#include "server/connections.h"

#include <thread>

#include "testing/case.h"
#include "testing/client_frame.h"
#include "testing/echo_room.h"
#include "testing/fake_stream.h"
#include "testing/test_shard.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;
using phx::websocket::Opcode;

namespace {

constexpr std::size_t large = 100'000;
constexpr Millis farewell{200};

/// One shard without a network. A turn does what the loop does after reading.
struct Shard {
  explicit Shard(std::size_t limit = 50'000) : outbox_limit(limit) {
    transport::Mount mount{"/socket", std::make_shared<EchoSocket>()};
    mount.websocket->max_frame_size = 1'000;
    endpoint.socket(std::move(mount));
    endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
    endpoint.get("/large", [](const auto&) {
      return http::Response{200, std::string(large, 'x')};
    });
  }

  void connect(const net::Peer& peer = {.address = "127.0.0.1"}) {
    connections.welcome(std::make_unique<FakeStream>(network, peer), {.peer = peer});
  }
  void turn() {
    shard.settle();
    connections.flush();
  }
  /// The bytes that the client gets for these.
  std::string told(const std::string& bytes) {
    network.user->received(bytes);
    turn();
    return network.taken();
  }
  /// Runs the loop until `done`. Asks every millisecond; false: 20,000 times.
  bool run_until(const std::function<bool()>& done) {
    int left = 20'000;
    net::Timer looks(loop, [&] {
      if (done() || --left == 0) loop.stop();
    });
    looks.every(Millis{1});
    loop.run();
    return left > 0;
  }

  const std::size_t outbox_limit;
  Endpoint endpoint;
  net::Loop loop;  // outlives the processes' timers, as in a shard
  TestShard shard;
  FakeNetwork network;
  server::Connections connections{
      endpoint,
      loop,
      shard.scheduler,
      shard.pubsub,
      {.max_connections = 1, .outbox_limit = outbox_limit, .farewell = farewell}};
};

const std::string upgrade =
    get("/socket/websocket?vsn=2.0.0",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
std::string text(const std::string& frame) { return client_frame(Opcode::text, frame); }
const std::string heartbeat = text(R"([null,"1","phoenix","heartbeat",{}])");
const std::string heartbeat_answered =
    R"([null,"1","phoenix","phx_reply",{"response":{},"status":"ok"}])";

/// An unmasked frame, as the server sends it.
std::string from_server(Opcode opcode, const std::string& payload) {
  std::string frame;
  websocket::append_head(frame, 0, opcode, payload.size());
  return frame + payload;
}
std::string close_of(unsigned code) {
  return from_server(Opcode::close, websocket::close_payload(code));
}

/// An open websocket whose handshake's answer has been read.
struct Open : Shard {
  explicit Open(std::size_t limit = 50'000, bool secure = false) : Shard(limit) {
    connect({.address = "127.0.0.1", .secure = secure});
    told(upgrade);
  }
};

}  // namespace

PHX_TEST("many requests that come together take turns with other connections'") {
  Shard shard;
  shard.connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get("/");
  const auto answers = [](const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find("hello"); at != text.npos; at = text.find("hello", at + 1)) ++count;
    return count;
  };
  std::size_t so_far = answers(shard.told(requests));
  expect_eq(so_far, 16u);
  expect_eq(answers(shard.told(get("/"))), 0u);  // it waits after the others
  const auto all = [&] { return (so_far += answers(shard.network.taken())) == 101; };
  expect(shard.run_until(all), "every answer comes, and once");
}

PHX_TEST("a large request that comes while the connection waits for its turn is read whole") {
  Shard shard;
  shard.connect();
  std::string sixteen;
  for (int i = 0; i < 16; ++i) sixteen += get("/");
  shard.told(sixteen);
  const std::string half(large, 'x');  // more than the server keeps for a waiting connection
  shard.told("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(2 * large) +
             "\r\n\r\n" + half);
  expect(shard.network.paused, "the rest of it waits in the network");
  expect(shard.run_until([&] { return !shard.network.paused; }), "and is read in its turn");
  const std::string answer = shard.told(half);
  expect(answer.starts_with("HTTP/1.1 405"), "an answer, and got: " + answer);
}

PHX_TEST("no more is read while requests wait that came together, however many are answered") {
  Shard shard;
  shard.connect();
  std::string requests;
  while (requests.size() < 2 * large) requests += get("/");
  shard.told(requests);
  shard.told(get("/"));
  expect(shard.network.paused, "more requests wait than the server keeps for a connection");
  const auto answered = [&] { return !shard.network.taken().empty(); };
  expect(shard.run_until(answered), "the next ones are answered");
  expect(shard.network.paused, "the others wait, and nothing more is read");
}

PHX_TEST("a request in two pieces is answered once it is whole, and the next one after it") {
  Shard shard;
  shard.connect();
  const std::string request = get("/");
  expect_eq(shard.told(request.substr(0, 10)), std::string());
  expect(shard.told(request.substr(10)).ends_with("\r\n\r\nhello"), "the page");
  const std::string two = shard.told(request + request);
  expect_eq(two.find("hello") != two.rfind("hello"), true);
  expect_eq(shard.connections.http(), 1u);
}

PHX_TEST("an answer that the client takes slowly comes whole, and nothing is read until then") {
  Shard shard;
  shard.connect();
  shard.network.room = 1'000;
  std::string answer = shard.told(get("/large") + get("/", "Connection: close\r\n"));
  expect_eq(answer.size(), 1'000u);
  expect(shard.network.paused, "the stream is not read");
  while (shard.network.paused) {
    shard.network.make_room(9'999);
    answer += shard.network.taken();
  }
  shard.network.make_room();
  answer += shard.network.taken();
  expect(answer.find(std::string(large, 'x') + "HTTP/1.1 200 OK") != std::string::npos, "both");
  expect(answer.ends_with("hello") && shard.network.finished, "and then its end");
}

PHX_TEST("the handshake is answered in Cowboy's spelling, with the accept key") {
  Shard shard;
  shard.connect();
  const std::string answer = shard.told(upgrade);
  for (const char* line : {"HTTP/1.1 101 Switching Protocols\r\n", "\r\nupgrade: websocket\r\n",
                           "\r\nconnection: Upgrade\r\n", "\r\ndate: ",
                           "\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"}) {
    expect(answer.find(line) != std::string::npos, answer);
  }
  expect(answer.ends_with("\r\n\r\n"), "and nothing else");
  expect_eq(shard.connections.websockets(), 1u);
}

PHX_TEST("a frame that comes with the upgrade is answered after the handshake") {
  Shard shard;
  shard.connect();
  const std::string answer = shard.told(upgrade + heartbeat);
  expect(answer.ends_with("\r\n\r\n" + from_server(Opcode::text, heartbeat_answered)), answer);
}

PHX_TEST("a server may stop in a turn that frames beside the upgrade have caused") {
  Shard shard;
  shard.connect();
  std::thread([&] { shard.shard.scheduler.post([&] { shard.connections.stop(); }); }).join();
  std::string frames;
  for (int i = 0; i < 20; ++i) frames += heartbeat;  // enough to be handled before all are read
  const std::string answer = shard.told(upgrade + frames);
  expect(answer.ends_with(from_server(Opcode::text, heartbeat_answered)), answer);
  expect_eq(shard.connections.size(), 1u);
}

PHX_TEST("each ping is answered, even two hundred at once, or one between fragments") {
  Open shard;
  std::string pings, pongs;
  for (int i = 0; i < 200; ++i) {
    pings += client_frame(Opcode::ping, std::to_string(i));
    pongs += from_server(Opcode::pong, std::to_string(i));
  }
  expect_eq(shard.told(pings), pongs);
  const std::string beginning = R"([null,"1","phoenix",)";
  expect_eq(shard.told(client_frame(Opcode::text, beginning, {.final = false}) +
                       client_frame(Opcode::ping, "p") +
                       client_frame(Opcode::continuation, R"("heartbeat",{}])")),
            from_server(Opcode::pong, "p") + from_server(Opcode::text, heartbeat_answered));
}

PHX_TEST("answers to a burst are written before the turn ends, to a few messages at its end") {
  Open shard;
  shard.network.user->received(heartbeat);
  expect_eq(shard.network.taken(), std::string());
  shard.turn();
  expect_eq(shard.network.taken(), from_server(Opcode::text, heartbeat_answered));
  std::string frames, answers;
  for (int i = 0; i < 16; ++i) {
    frames += heartbeat;
    answers += from_server(Opcode::text, heartbeat_answered);
  }
  shard.network.user->received(frames);
  expect_eq(shard.network.taken(), answers);
  shard.turn();
  expect_eq(shard.network.taken(), std::string());
}

PHX_TEST("frames before a close in the same bytes are answered first; those after it are not") {
  Open shard;
  expect_eq(shard.told(client_frame(Opcode::ping, "p") + heartbeat +
                       client_frame(Opcode::close, websocket::close_payload(1000)) + heartbeat),
            from_server(Opcode::pong, "p") + from_server(Opcode::text, heartbeat_answered) +
                close_of(1000));
  expect(shard.network.finished, "and the connection ends");
}

PHX_TEST("a client that breaks the protocol is closed with 1002 and no reason, at once") {
  Open shard;
  expect_eq(shard.told("\x81\x02hi"), close_of(1002));
  expect(shard.network.finished, "without waiting for the client's own close");
  expect_eq(shard.told(heartbeat), std::string());
}

PHX_TEST("pings and messages are answered in the order in which they came") {
  Open shard;
  const std::string answer = from_server(Opcode::text, heartbeat_answered);
  const auto ping = [](const char* p) { return client_frame(Opcode::ping, p); };
  const auto pong = [](const char* p) { return from_server(Opcode::pong, p); };
  expect_eq(shard.told(ping("1") + heartbeat + ping("2") + ping("3") + heartbeat),
            pong("1") + answer + pong("2") + pong("3") + answer);
}

PHX_TEST("a flood of pings is answered, however many come at once") {
  Open shard(5'000'000);
  std::string pings, pongs;
  for (int i = 0; i < 20'000; ++i) {
    pings += client_frame(Opcode::ping, "");
    pongs += from_server(Opcode::pong, "");
  }
  expect_eq(shard.told(pings), pongs);
}

PHX_TEST("frames before a protocol error, or a limit, are answered before the close") {
  const std::vector<std::pair<std::string, unsigned>> breaches{
      {"\x81\x02hi", 1002},
      {client_frame(Opcode::close, websocket::close_payload(1005)), 1002},
      {client_frame(Opcode::close, websocket::close_payload(1000) + "\xff"), 1007},
      {client_frame(Opcode::text, std::string(1'001, 'x')), 1009},
      {client_frame(Opcode::text, "\xff", {.final = false}), 1007},
  };
  for (const auto& [bytes, code] : breaches) {
    Open shard;
    expect_eq(shard.told(heartbeat + client_frame(Opcode::ping, "p") + bytes + heartbeat),
              from_server(Opcode::text, heartbeat_answered) + from_server(Opcode::pong, "p") +
                  close_of(code));
    expect(shard.network.finished, "and the connection ends");
  }
}

PHX_TEST("a message over max_frame_size is closed with 1009 when its head has come") {
  Open shard;
  expect_eq(shard.told(client_frame(Opcode::text, std::string(1'001, 'x')).substr(0, 8)),
            close_of(1009));
}

PHX_TEST("a client that does not read is dropped when its outbox exceeds its limit") {
  Open shard;
  shard.told(text(R"(["1","1","room:1","phx_join",{}])"));
  shard.network.room = 0;
  const std::string push =
      text(R"(["1","2","room:1","echo",{"text":")" + std::string(900, 'x') + "\"}]");
  for (int i = 0; i < 100 && !shard.network.dropped; ++i) shard.told(push);
  expect(shard.network.dropped, "dropped");
  shard.network.user->closed();
  shard.turn();
  expect_eq(shard.connections.size(), 0u);
  expect_eq(shard.shard.scheduler.population(), 0u);
}

PHX_TEST("so is one that pings and does not read: a pong's memory counts") {
  Open shard;
  shard.network.room = 0;
  const std::string ping = client_frame(Opcode::ping, "");
  for (int i = 0; i < 5'000 && !shard.network.dropped; ++i) shard.told(ping);
  expect(shard.network.dropped, "dropped after a few kilobytes of empty pongs");
}

PHX_TEST("a client that reads again gets everything that waited, in order") {
  Open shard;
  shard.network.room = 10;
  std::string sent;
  for (int i = 0; i < 20; ++i) sent += shard.told(heartbeat);
  for (int i = 0; i < 200; ++i) {
    shard.network.make_room(10);
    shard.turn();
    sent += shard.network.taken();
  }
  std::string expected;
  for (int i = 0; i < 20; ++i) expected += from_server(Opcode::text, heartbeat_answered);
  expect_eq(sent, expected);
}

PHX_TEST("a connection's end ends its processes, and makes room") {
  Open shard;
  shard.told(text(R"(["1","1","room:1","phx_join",{}])"));
  expect_eq(shard.shard.scheduler.population(), 2u);
  shard.network.user->closed();
  shard.turn();
  expect_eq(shard.connections.size() + shard.shard.scheduler.population(), 0u);
  expect(shard.network.destroyed, "the stream is released");
}

PHX_TEST("a server that stops closes a connection that is idle between two requests") {
  Shard shard;
  shard.connect();
  shard.told(get("/"));
  shard.connections.stop();
  expect(shard.network.finished, "closed");
}

PHX_TEST("a server that stops waits longer for a websocket's end than for a page's") {
  Shard page;
  page.connect();
  page.told(get("/"));
  page.connections.stop();
  expect(page.network.finished && page.network.linger == Millis{100}, "a page has been read");
  Open socket;
  socket.connections.stop();
  socket.told("\x81\x02hi");  // not masked
  expect(socket.network.finished, "the failure is answered, and our side ends");
  expect(socket.network.linger == farewell, "the answer may take a slow link's round trip");
}

PHX_TEST("a connection ends as soon as both sides have closed") {
  Open shard;
  expect(shard.told(client_frame(Opcode::close, "\x03\xe8")).ends_with(close_of(1000)), "same");
  expect(shard.network.destroyed, "it does not wait for the client's end");
  expect_eq(shard.connections.size() + shard.shard.scheduler.population(), 0u);
}

PHX_TEST("nothing is written to a connection that has ended, even before its process knows it") {
  Open shard;
  shard.network.user->closed();
  shard.connections.flush();
  shard.network.user->writable();
  shard.turn();
  expect(shard.network.destroyed && !shard.network.finished, "nothing is left of it");
}

PHX_TEST("a close that its process can't answer yet has the farewell, and no more") {
  Open shard;
  shard.network.user->received(client_frame(Opcode::close, "\x03\xe8"));
  shard.connections.flush();  // before the process has a turn
  expect(shard.run_until([&] { return shard.network.dropped; }), "dropped, as no answer came");
}

PHX_TEST("a client that still sends after its close has time to take the answer") {
  Open shard;
  const std::string close = client_frame(Opcode::close, "\x03\xe8");
  expect(shard.told(close + text("late")).ends_with(close_of(1000)), "answered");
  expect(shard.network.finished && !shard.network.destroyed, "a reset would destroy the answer");
}

PHX_TEST("TLS ends with an answer of its own, after the websocket's") {
  Open shard(50'000, true);
  shard.told(client_frame(Opcode::close, "\x03\xe8"));
  expect(shard.network.finished && !shard.network.destroyed, "its close_notify is awaited");
}

PHX_TEST("a server that stops still serves a client whose first request is on its way") {
  Shard shard;
  shard.connect();
  shard.connections.stop();
  expect(shard.connections.awaits_newcomers() && !shard.network.finished, "it is waited for");
  const std::string answer = shard.told(get("/"));
  expect(answer.starts_with("HTTP/1.1 200 OK"), answer);
  expect(answer.find("connection: close") != std::string::npos, answer);
  expect(shard.network.finished && !shard.connections.awaits_newcomers(), "closed");
}

PHX_TEST("so is a client that connects while the server stops, until it refuses new ones") {
  Shard shard;
  shard.connections.stop();
  shard.connect();
  expect(shard.connections.awaits_newcomers() && !shard.network.finished, "it is waited for");
  shard.connections.refuse_newcomers();
  expect(shard.network.finished && !shard.connections.awaits_newcomers(), "not for long");
}

PHX_TEST("a large frame is written in parts, so that others get their turns, and comes whole") {
  constexpr std::size_t per_connection = server::WebsocketConnection::Budget::per_connection;
  Open shard(32 * 1'048'576);
  shard.told(text(R"(["1","1","room:a","phx_join",{}])"));
  const std::string large_text = R"({"a":")" + std::string(6 * per_connection, 'x') + R"("})";
  channel::broadcast(shard.shard.pubsub, "room:a", "said", Payload::own_text(large_text));
  std::string sent;
  std::size_t turns = 0;
  for (bool more = true; more; ++turns) {
    shard.shard.settle();
    more = shard.connections.flush();
    const std::string part = shard.network.taken();
    expect(part.size() <= 2 * per_connection + 100, "a part, and one more if no other writes");
    sent += part;
  }
  expect(turns >= 4, "a turn for each");
  expect(sent == from_server(Opcode::text, R"([null,null,"room:a","said",)" + large_text + "]"),
         "all of it");
}

PHX_TEST("a client that leaves without taking its last bytes is disconnected for its memory") {
  Open shard;
  shard.network.room = 100;
  shard.told(text(R"(["1","1","room:1","phx_join",{}])") +
             text(R"(["1","2","room:1","say",{"x":")" + std::string(900, 'x') + R"("}])"));
  shard.told(client_frame(Opcode::close, websocket::close_payload(1000)));
  const auto holder = shard.connections.largest_holder();
  expect(holder.bytes > 800, "it holds " + std::to_string(holder.bytes));
  holder.evict({telemetry::Limit::memory, 1});
  expect(shard.network.dropped, "dropped");
  expect(shard.connections.largest_holder().bytes < 800, "and its frames are freed");
}
