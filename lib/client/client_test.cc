/// A client and a server of ours, whole, in one process: over a real network, killed and restarted.

#include "client/client.h"

#include "testing/callers_loop.h"
#include "testing/case.h"
#include "testing/client_server.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("a client joins, pushes, hears its answers and broadcasts, and leaves") {
  const Running running;
  Heard heard;
  phx::Client client(running.url(), {.params = [] { return named("Ann"); }});
  listen(client, heard);
  client.connect();
  Topic room = client.topic("room:a", {{"n", 1}});
  room.on("said",
          [&](const Payload& payload) { heard.add("said " + std::string(payload.view())); });
  listen(room.join(), heard, "join");
  listen(room.push("echo", {{"text", "Zoë \U0001F600"}}), heard, "echo");
  listen(room.push("no", {{"why", nullptr}}), heard, "no");
  room.push("say", {{"n", 2}});
  heard.wait_for(R"(join ok {"n":1})");                     // C-04
  heard.wait_for("echo ok {\"text\":\"Zoë \U0001F600\"}");  // C-36
  heard.wait_for(R"(no error {"why":null})");               // C-08
  heard.wait_for(R"(said {"n":2})");
  listen(room.leave(), heard, "leave");
  heard.wait_for("leave ok {}");
  expect(room.status() == TopicStatus::closed, "closed");
}

PHX_TEST("C-10: two hundred pushes from another thread get two hundred replies") {
  const Running running;
  Heard heard;
  phx::Client client(running.url());
  client.connect();
  Topic room = client.topic("room:a");
  room.join();
  for (int i = 0; i < 200; ++i) {
    Push push = room.push("echo", {{"n", i}});
    push.receive("ok", [&](const Payload&) { heard.add("ok"); });
  }
  heard.wait_for("ok", 200);
}

PHX_TEST(
    "C-12, C-16, C-19: a server killed and restarted: back, joined again, each push sent once") {
  auto running = std::make_unique<Running>();
  const std::uint16_t port = running->server.port();
  Heard heard;
  phx::Client client(running->url());
  listen(client, heard);
  client.connect();
  Topic room = client.topic("room:a");
  room.on("said",
          [&](const Payload& payload) { heard.add("said " + std::string(payload.view())); });
  room.on_error([&](const Payload&) { heard.add("lost"); });
  listen(room.join(), heard, "join");
  heard.wait_for("join ok {}");
  running.reset();
  heard.wait_for("lost");
  for (int i = 0; i < 10; ++i) room.push("say", {{"n", i}});
  running = std::make_unique<Running>(port);
  heard.wait_for("join ok {}", 2);
  Lines expected;
  for (int i = 0; i < 10; ++i) expected.push_back("said {\"n\":" + std::to_string(i) + "}");
  heard.wait_for(expected.back());
  room.push("say", {{"n", "end"}});
  heard.wait_for(R"(said {"n":"end"})");
  Lines said = heard.lines();
  std::erase_if(said, [](const std::string& line) { return !line.starts_with("said"); });
  expected.push_back(R"(said {"n":"end"})");
  expect_eq(said, expected);
}

PHX_TEST("waiting_bytes() counts what waits for a join, and is 0 once it has gone out") {
  const Running running;
  Heard heard;
  phx::Client client(running.url());
  Topic room = client.topic("room:a");
  room.join();
  const std::string text(100'000, 'x');
  for (int i = 0; i < 10; ++i) listen(room.push("echo", {{"text", text}}), heard, "echo");
  expect(client.waiting_bytes() >= 10 * text.size(), std::to_string(client.waiting_bytes()));
  client.connect();
  heard.wait_for("echo ok {\"text\":\"" + text + "\"}", 10);
  expect_eq(client.waiting_bytes(), 0u);
}

PHX_TEST("answers are heard while another thread pushes without a pause") {
  const Running running;
  std::atomic<int> answers = 0;
  phx::Client client(running.url());
  client.connect();
  Topic room = client.topic("room:a");
  room.join();
  const std::string text(300, 'x');
  constexpr int enough = 60'000;  // more than the kernel's buffers hold
  int pushed = 0;
  while (answers == 0 && pushed < enough) {
    if (client.waiting_bytes() > 1'000'000) continue;
    ++pushed;
    room.push("echo", {{"text", text}}).receive("ok", [&](const Payload&) { ++answers; });
  }
  expect(answers > 0, "one of " + std::to_string(pushed) + " pushes is answered by now");
}

PHX_TEST("a topic's parameters are none, an object, or a function of either kind") {
  phx::Client client("ws://127.0.0.1:1/socket");
  const std::function<Payload()> made = [] { return Payload{{"n", 1}}; };
  for (const Topic& topic : {client.topic("room:a", {}), client.topic("room:a", {{"n", 1}}),
                             client.topic("room:a",
                                          [] {
                                            return Json{{"n", 1}};
                                          }),
                             client.topic("room:a", made)}) {
    expect_eq(topic.name(), std::string("room:a"));
  }
}

PHX_TEST("C-31: a refused connection is reported, with 403, and tried again") {
  const Running running;
  Heard heard;
  phx::Client client(running.url(), {.params = [] { return named("nobody"); }});
  listen(client, heard);
  client.connect();
  heard.wait_for("error expected 101 Switching Protocols, got 403 Forbidden", 3);
}

PHX_TEST("C-17: a port that nobody listens on is reported, and tried again") {
  const std::string url = Running().url();
  Heard heard;
  phx::Client client(url);
  listen(client, heard);
  client.connect();
  heard.wait_for("close", 3);
  expect(heard.lines().at(0).ends_with("Connection refused"), heard.lines().at(0));
}

PHX_TEST("V1, binary, compression: each is answered") {
  const Running running;
  for (const bool deflate : {false, true}) {
    for (const char* vsn : {"1.0.0", "2.0.0"}) {
      Heard heard;
      phx::Client client(running.url(), {.vsn = vsn, .deflate = deflate});
      listen(client, heard);
      client.connect();
      Topic room = client.topic("room:a");
      room.join();
      const std::string text(100'000, 'x');
      listen(room.push("echo", {{"text", text}}), heard, "echo");
      listen(room.push("echo", Payload::binary("\x01\x02")), heard, "bytes");
      heard.wait_for("echo ok {\"text\":\"" + text + "\"}");
      heard.wait_for(vsn[0] == '2'
                         ? "bytes ok \x01\x02"
                         : R"(bytes error {"reason":"expected JSON in a V1 message, got bytes"})");
    }
  }
}

PHX_TEST(
    "TLS: a certificate that is trusted opens; one that is not, or another host's, is reported") {
  const testing::Certificate certificate;
  const Running running(0, TlsOptions{certificate.cert(), certificate.key()});
  const std::string url = "wss" + running.server.url().substr(5) + "/socket";
  Heard heard;
  phx::Client client(url, {.tls = {.ca_file = certificate.cert()}});
  listen(client, heard);
  client.connect();
  Topic room = client.topic("room:a");
  listen(room.join(), heard, "join");
  const std::string text(300'000, 'x');
  listen(room.push("echo", {{"text", text}}), heard, "echo");
  heard.wait_for("echo ok {\"text\":\"" + text + "\"}");

  Heard strict;
  phx::Client stranger(url);  // trusts the system's certificates
  listen(stranger, strict);
  stranger.connect();
  strict.wait_for("close");
  expect(strict.lines().at(0).find("certificate verify failed") != std::string::npos,
         strict.lines().at(0));

  const Running impostor(0, TlsOptions{certificate.cert(), certificate.key()}, "127.0.0.2");
  Heard other;
  phx::Client elsewhere("wss" + impostor.server.url().substr(5) + "/socket",
                        {.tls = {.ca_file = certificate.cert()}});
  listen(elsewhere, other);
  elsewhere.connect();
  other.wait_for("close");
  expect(other.lines().at(0).find("address mismatch") != std::string::npos, other.lines().at(0));

  Heard blind;
  phx::Client trusting(url, {.tls = {.verify = false}});
  listen(trusting, blind);
  trusting.connect();
  blind.wait_for("open");
}

PHX_TEST(
    "on the caller's loop nothing happens but while that runs, and the loop is free afterwards") {
  const Running running;
  CallersLoop loop;
  {
    phx::Client client(running.url(), {}, loop.get());
    client.connect();
    Topic room = client.topic("room:a");
    std::string got;
    room.join();
    room.push("echo", {{"n", 1}}).receive("ok", [&](const Payload& payload) {
      got = payload.view();
      loop.stop();
    });
    loop.run_until_stopped();
    expect_eq(got, R"({"n":1})");
  }
  expect(loop.close(), "the client has left the loop");
}

PHX_TEST("a client may end at any moment, with topics and pushes left over") {
  const Running running;
  for (int i = 0; i < 20; ++i) {
    auto client = std::make_unique<phx::Client>(running.url());
    client->connect();
    Topic room = client->topic("room:a");
    Push join = room.join();
    room.on("said", [room](const Payload&) {});
    room.push("echo");
    client.reset();
    room.push("echo").receive("ok", [](const Payload&) {});
    join.receive("ok", [](const Payload&) {});
    room.leave();
  }
}

PHX_TEST("C-35: where no websocket opens, long-polling carries all of it") {
  transport::Mount no_websocket = Running::mount();
  no_websocket.websocket.reset();
  for (const char* vsn : {"1.0.0", "2.0.0"}) {
    const Running running(0, {}, "127.0.0.1", no_websocket);
    Heard heard;
    phx::Client client(running.url(), {.longpoll_fallback = Millis{2'500}, .vsn = vsn});
    listen(client, heard);
    client.connect();
    Topic room = client.topic("room:a");
    room.on("said", [&](const Payload& said) { heard.add(std::string(said.view())); });
    listen(room.join(), heard, "join");
    for (int i = 0; i < 250; ++i) room.push("say", {{"n", i}});
    listen(room.push("echo", {{"text", "Zoë"}}), heard, "echo");
    heard.wait_for("join ok {}");
    heard.wait_for("echo ok {\"text\":\"Zoë\"}");
    Lines expected;
    for (int i = 0; i < 250; ++i) expected.push_back("{\"n\":" + std::to_string(i) + "}");
    heard.wait_for(expected.back());
    Lines said = heard.lines();
    std::erase_if(said, [](const std::string& line) { return !line.starts_with("{"); });
    expect_eq(said, expected);
    listen(room.leave(), heard, "leave");
    heard.wait_for("leave ok {}");
  }
}

PHX_TEST("C-16, C-19, C-35: long-polling comes back after a restart, and joins again") {
  auto running = std::make_unique<Running>();
  const std::uint16_t port = running->server.port();
  Heard heard;
  phx::Client client(running->url(), {.transport = ClientTransport::longpoll});
  listen(client, heard);
  client.connect();
  Topic room = client.topic("room:a");
  listen(room.join(), heard, "join");
  heard.wait_for("join ok {}");
  running.reset();
  heard.wait_for("close");
  running = std::make_unique<Running>(port);
  heard.wait_for("join ok {}", 2);
  room.on("said", [&](const Payload& said) { heard.add(std::string(said.view())); });
  room.push("say", {{"n", 1}});
  heard.wait_for(R"({"n":1})");
}
