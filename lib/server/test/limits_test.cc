/// Limits as a client meets them: above one it is refused or disconnected, with a line in the log
/// and an event; other clients do not notice.

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include "endpoint/endpoint.h"
#include "server/server.h"
#include "telemetry/limits.h"
#include "testing/case.h"
#include "testing/client_frame.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

std::atomic<bool> blocked{false};

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
  bool blocking(std::string_view event, const Payload&) const override { return event == "block"; }
  Result handle_in(std::string_view event, Payload payload, Socket&) override {
    while (event == "block" && blocked) std::this_thread::yield();
    const auto size = static_cast<std::size_t>(payload["size"].integer_or(0));
    return Reply::ok(Json::object({{"text", std::string(size, 'x')}}));
  }
};
struct Users final : UserSocket {
  Users() { channel<Room>("room:*"); }
};

/// What was published and logged, on any thread.
struct Heard {
  std::mutex mutex;
  std::string events;
  std::string lines;
};

/// A plain server; story() stops it and reads its log.
class Running {
 public:
  explicit Running(ServerOptions options,
                   transport::Mount mount = {"/socket", std::make_shared<Users>()})
      : server_((fill(endpoint_, std::move(mount), heard_), endpoint_), local(std::move(options)),
                Log::to(Level::warn, [this](Level, const std::string& line) {
                  const std::lock_guard lock(heard_.mutex);
                  heard_.lines += line + "\n";
                })) {
    server_.start();
  }
  ~Running() { stop(); }

  std::uint16_t port() const { return server_.port(); }
  /// The events, each as `message_rate 20`.
  std::string events() {
    stop();
    return heard_.events;
  }
  const std::string& lines() {
    stop();
    return heard_.lines;
  }
  /// Whether a matching line is written in time.
  bool writes(const std::string& line) {
    const auto began = Clock::now();
    for (; Clock::now() - began < Millis{20'000}; std::this_thread::yield()) {
      const std::lock_guard lock(heard_.mutex);
      if (heard_.lines.find(line) != std::string::npos) return true;
    }
    return false;
  }
  /// Whether a line of the log names this limit and the client.
  bool wrote(const std::string& limit) {
    stop();
    return heard_.lines.find("limit=" + limit) != std::string::npos &&
           heard_.lines.find("peer=127.0.0.1") != std::string::npos;
  }

 private:
  static ServerOptions local(ServerOptions options) {
    options.port = 0;
    options.shards = std::max<std::size_t>(options.shards, 1);
    return options;
  }
  static void fill(Endpoint& endpoint, transport::Mount mount, Heard& heard) {
    endpoint.socket(std::move(mount));
    endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
    endpoint.get("/large", [](const auto&) {
      return http::Response{200, std::string(50'000'000, 'x')};  // more than a kernel takes
    });
    endpoint.telemetry().attach(
        "ear", {telemetry::on<telemetry::LimitReached>([&heard](const auto& reached) {
          const std::lock_guard lock(heard.mutex);
          heard.events +=
              std::string(to_string(reached.limit)) + " " + std::to_string(reached.allowed) + "\n";
        })});
  }
  void stop() { server_.stop(); }

  Heard heard_;
  Endpoint endpoint_;
  Server server_;
};

const std::string upgrade =
    get("/socket/websocket?vsn=2.0.0",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
const std::string heartbeat = frame(R"([null,"1","phoenix","heartbeat",{}])");

/// Everything that a client receives after these bytes, up to the end of its connection.
std::string told(const Running& server, const std::string& bytes) {
  const TcpClient client(server.port());
  client.write(bytes);
  return client.rest();
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}
/// A close frame of the server's.
std::string close_frame(unsigned code) {
  return {'\x88', '\x02', static_cast<char>(code >> 8), static_cast<char>(code)};
}
const std::string last_request = get("/", "Connection: close\r\n");

}  // namespace

PHX_TEST("an address has a limit of connections, and room again when one ends") {
  Running server({.max_connections_per_address = 1});
  {
    const TcpClient first(server.port());
    first.write(upgrade);
    expect_eq(told(server, ""), std::string());
    expect_eq(told(server, ""), std::string());
    first.finish();
    first.rest();
  }
  // The first one's place is free once the server has seen its end; until then the next are closed.
  std::string answer;
  for (int i = 0; i < 1'000 && answer.empty(); ++i) {
    try {
      answer = told(server, last_request);
    } catch (const Failure&) {
    }
  }
  expect(has(answer, "hello"), "there is room again: " + answer);
  expect(server.events().starts_with("address_connections 1\naddress_connections 1\n"), "events");
  expect(server.wrote("address_connections"), "a line");
}

PHX_TEST("a client that sends too many messages a second is closed with 1008, and no other is") {
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.message_rate = {.per_second = 1, .burst = 3};
  Running server({}, mount);
  const std::string answer = told(server, upgrade + heartbeat + heartbeat + heartbeat + heartbeat);
  expect(answer.ends_with(close_frame(1008)), "closed with 1008");
  expect(has(told(server, last_request), "hello"), "the next is served");
  expect_eq(server.events(), std::string("message_rate 1\n"));
  expect(server.wrote("message_rate"), "a line");
}

PHX_TEST("a message above its limit is closed with 1009") {
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.websocket->max_frame_size = 100;
  Running server({}, mount);
  expect(told(server, upgrade + frame(std::string(101, ' '))).ends_with(close_frame(1009)), "1009");
  expect_eq(server.events(), std::string("message_size 100\n"));
  expect(server.wrote("message_size"), "a line");
}

PHX_TEST("heads and bodies have limits") {
  Running server({.http = {.head = 200, .body = 10, .skipped = 5}});
  expect(has(told(server, get("/", "X: " + std::string(200, 'y') + "\r\n")), " 431 "), "431");
  expect(has(told(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n"), " 400 "),
         "400");
  told(server,
       "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 11\r\n\r\nhello world");
  expect_eq(server.events(), std::string("request_head 200\nrequest_body 10\nrequest_body 10\n"));
  expect(server.wrote("request_head") && server.wrote("request_body"), "lines");
}

PHX_TEST(
    "half a request times out with 408; a client that sends nothing is closed without an answer") {
  Running server({.http = {.patience = Millis{30}}});
  expect_eq(told(server, "GET / HT"), std::string());
  expect_eq(told(server, ""), std::string());
  expect_eq(server.events(), std::string("request_time 30\n"));
  expect(server.wrote("request_time"), "a line");
}

PHX_TEST("a client that drips its request, head or body, gets no more time") {
  const std::string head = "GET / HTTP/1.1\r\nX-Long: ";
  const std::string body = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n";
  for (const std::string& beginning : {head, body}) {
    Running server({.http = {.patience = Millis{300}}});
    const TcpClient client(server.port());
    client.write(beginning);
    const auto began = Clock::now();
    pollfd end{client.socket(), POLLIN, 0};
    while (::poll(&end, 1, 10) < 1) client.write("y");  // thirty of them, each in time
    expect_eq(client.rest(), std::string());
    expect(Clock::now() - began < Millis{10'000}, "the bytes gave it no more time");
    expect_eq(server.events(), std::string("request_time 300\n"));
  }
}

PHX_TEST("a client that does not take its answer is dropped after the server's farewell") {
  Running server({.farewell = Millis{30}});
  const TcpClient client(server.port(), 4'096);
  client.write(get("/large"));
  expect_eq(client.read(1), std::string("H"));  // so the answer is under way
  expect_eq(server.events(), std::string("farewell 30\n"));
  expect(has(server.lines(), "some connections did not close in time left=1"), server.lines());
}

namespace {

const std::string joining = frame(R"(["1","1","room:1","phx_join",{}])");
std::string asking_for(std::size_t bytes) {
  return frame(R"(["1","2","room:1","give",{"size":)" + std::to_string(bytes) + "}]");
}

/// A client that reads the beginning of an answer, and nothing more; its window is small.
std::unique_ptr<TcpClient> deaf(const Running& server, std::size_t bytes) {
  auto client = std::make_unique<TcpClient>(server.port(), 4'096);
  client->write(upgrade + joining + asking_for(bytes));
  std::string read;
  while (!has(read, "text")) {
    const std::string more = client->read(100);
    expect(!more.empty(), "expected an answer, got " + read);
    read += more;
  }
  return client;
}

/// Whether a new client is accepted.
bool lets_in(const Running& server, std::vector<std::unique_ptr<TcpClient>>& newcomers) {
  auto client = std::make_unique<TcpClient>(server.port());
  client->write(upgrade);
  try {
    if (client->read(1).empty()) return false;
  } catch (const Failure&) {
    return false;
  }
  newcomers.push_back(std::move(client));
  return true;
}

}  // namespace

PHX_TEST(
    "a client that does not read is dropped, however much the kernel has taken of its answer") {
  // From some size on the kernel takes everything but has no room for more, and from a larger one
  // not everything.
  constexpr std::size_t step = 250'000;
  constexpr std::size_t clients = 20;
  Running server({.max_connections = clients, .farewell = Millis{1'000}});
  std::vector<std::unique_ptr<TcpClient>> all, newcomers;
  for (std::size_t i = 1; i <= clients; ++i) {
    all.push_back(deaf(server, i * step));
    all.back()->write(frame("rubbish"));
  }
  const auto began = Clock::now();
  while (newcomers.size() < clients) {  // each dropped client leaves room for another
    lets_in(server, newcomers);
    expect(Clock::now() - began < Millis{20'000},
           "room for all: got it for " + std::to_string(newcomers.size()));
  }
}

PHX_TEST("bytes that libwebsockets holds for a client count as unsent too") {
  constexpr std::size_t more_than_a_kernel_takes = 5'000'000;
  Running server({.outbox_limit = more_than_a_kernel_takes + 100'000});
  const auto client = deaf(server, more_than_a_kernel_takes);
  client->write(asking_for(more_than_a_kernel_takes));
  expect(server.writes("a client reads too slowly and is closed unsent_bytes="), "a line");
}

PHX_TEST("a new client is accepted by any shard with room") {
  Running server({.shards = 2, .max_connections = 6});
  std::vector<std::unique_ptr<TcpClient>> clients;
  while (clients.size() < 6) expect(lets_in(server, clients), "there is room for six");
  for (std::size_t i = 0; i < 6; i += 2) {  // all of one shard, because shards take turns
    clients[i]->finish();
    clients[i]->rest();
  }
  while (clients.size() < 9) expect(lets_in(server, clients), "there is room for three again");
}

PHX_TEST("a client that takes none of its waiting bytes is dropped, although it sends pings") {
  Running server({.write_patience = Millis{200}});
  const auto client = deaf(server, 10'000'000);
  const std::string ping = client_frame(websocket::Opcode::ping, "");
  std::atomic<bool> ended = false;
  std::thread pinging([&] {
    while (!ended) {
      if (::send(client->socket(), ping.data(), ping.size(), MSG_NOSIGNAL) < 0) return;
      std::this_thread::sleep_for(Millis{20});
    }
  });
  const bool told = server.writes("limit=write_time allowed=200");
  ended = true;
  pinging.join();
  expect(told, "a line");
}

PHX_TEST("a message that comes a byte at a time has a time limit, which pings do not extend") {
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.websocket->message_patience = Millis{200};
  Running server({}, std::move(mount));
  TcpClient client(server.port());
  client.write(upgrade + heartbeat.substr(0, 10));
  const std::string read = client.rest();
  expect(has(read, "101 Switching"), "it was accepted");
  expect(read.ends_with(close_frame(1008)), "and closed with 1008");
  expect(server.wrote("message_time"), "a line");
}

PHX_TEST(
    "a client that sends faster than its byte rate is read more slowly, and gets every answer") {
  transport::Mount mount{"/socket", std::make_shared<Users>()};
  mount.byte_rate = {500'000, 20'000};
  Running server({}, std::move(mount));
  TcpClient client(server.port());
  std::string beats;
  constexpr std::size_t count = 4'000;
  for (std::size_t i = 0; i < count; ++i) beats += heartbeat;
  const auto began = Clock::now();
  client.write(upgrade + beats +
               client_frame(websocket::Opcode::close, websocket::close_payload(1000)));
  const std::string read = client.rest();
  std::size_t answers = 0;
  for (std::size_t at = read.find("phx_reply"); at != std::string::npos; ++answers) {
    at = read.find("phx_reply", at + 1);
  }
  expect_eq(answers, count);
  const auto least = Millis{(beats.size() - 65'536 - 20'000) / 500};
  expect(Clock::now() - began >= least, "in its time");
  expect_eq(server.events(), std::string("byte_rate 500000\n"));
}

PHX_TEST(
    "the mail of a client's channels counts together, and too much disconnects it and no other") {
  blocked = true;
  Running server({.client_memory = 1'000'000});
  TcpClient greedy(server.port());
  greedy.write(upgrade);
  for (int topic = 0; topic < 4; ++topic) {
    const std::string name = "room:" + std::to_string(topic);
    greedy.write(frame(R"(["1","1",")" + name + R"(","phx_join",{}])"));
    greedy.write(frame(R"(["1","2",")" + name + R"(","block",{}])"));
    greedy.write(frame(R"(["1","3",")" + name + R"(","more",{"x":")" + std::string(300'000, 'x') +
                       R"("}])"));
  }
  const bool noted = server.writes("limit=client_memory allowed=1000000");
  const std::string answer = told(server, last_request);
  blocked = false;
  expect(noted, "a line");
  expect(has(answer, "hello"), "another is served: " + answer);
  greedy.rest();
}

PHX_TEST("a server started without descriptors 0 to 2 gives their numbers to no client") {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {0, 1, 2}) ::close(number);
    const Endpoint endpoint;
    const Server server(endpoint, {.port = 0}, Log::silent());
    char name[64] = "";
    bool taken = true;
    for (const int number : {0, 1, 2}) {
      const std::string link = "/proc/self/fd/" + std::to_string(number);
      const auto size = ::readlink(link.c_str(), name, sizeof name);
      taken = taken && size > 0 && std::string(name, static_cast<std::size_t>(size)) == "/dev/null";
    }
    ::_exit(taken ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  expect_eq(status, 0);
}
