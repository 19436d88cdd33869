/// What a simulated network does to bytes, and how connections end.

#include "conformance/simulation/machine/network.h"

#include "conformance/simulation/machine/machine.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::simulation;
using namespace phx::testing;

namespace {

struct Ear final : net::DialUser {
  void opened() override { is_open = true; }
  void received(std::string_view bytes) override {
    heard += bytes;
    ++reads;
  }
  void writable() override { ++invitations; }
  void closed() override { ended = true; }

  std::string heard;
  int reads = 0;
  int invitations = 0;
  bool is_open = false;
  bool ended = false;
};

/// A client, and the server's end of its connection.
struct Two {
  explicit Two(std::uint64_t seed = 1) : machine(seed) {
    access.owner = "ann";
    machine.network.listen("server", there, [this](int socket, net::Peer) {
      server = machine.network.adopt(socket, there);
      server->set_user(at_server);
    });
  }
  void dial() { client = machine.network.dial(here, access, {.host = "server"}, at_client); }
  void pass(Millis time) {
    const auto until = machine.agenda.now() + time;
    while (machine.agenda.step(until)) {
    }
  }
  void connect() {
    dial();
    pass(Millis{1'000});
  }

  Machine machine;
  Access access;
  Host here{"here", 1};
  Host there{"there", 1};
  Ear at_client;
  Ear at_server;
  std::unique_ptr<net::DialedStream> client;
  std::unique_ptr<net::Stream> server;
};

}  // namespace

PHX_TEST("bytes come whole and in order, however they are cut") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Two two(seed);
    two.access.short_reads = two.access.short_writes = 80;
    two.connect();
    std::string said;
    for (int i = 0; i < 50; ++i) {
      const std::string part = std::to_string(i) + ",";
      said += part.substr(0, two.client->write(part));
    }
    two.pass(Millis{1'000});
    expect_eq(two.at_server.heard, said);
    expect(two.at_server.reads > 1, "in several reads");
  }
}

PHX_TEST("a full window takes nothing more until the reader has read") {
  Two two;
  two.access.window = 100;
  two.connect();
  two.server->pause();
  expect_eq(two.client->write(std::string(150, 'x')), 100u);
  two.pass(Millis{10'000});
  expect_eq(two.client->write("y"), 0u);
  expect_eq(two.at_client.invitations, 0);
  two.server->resume();
  two.pass(Millis{1'000});
  expect_eq(two.at_client.invitations, 1);
  expect_eq(two.at_server.heard.size(), 100u);
}

PHX_TEST("what was written before the end arrives before the end") {
  Two two;
  two.connect();
  two.server->write("goodbye");
  two.server->finish(Millis{1'000});
  two.pass(Millis{500});
  expect_eq(two.at_client.heard, std::string("goodbye"));
  expect(two.at_client.ended, "the client's end has ended");
  expect_eq(two.client->failure(), std::string());
}

PHX_TEST("a port without a server refuses") {
  Two two;
  two.machine.network.close_port("server");
  two.connect();
  expect(two.at_client.ended && !two.at_client.is_open, "it was refused");
}

PHX_TEST("a silent network says nothing until the client's time is up") {
  Two two;
  two.access.silent = true;
  two.dial();
  two.pass(Millis{9'000});
  expect(!two.at_client.ended, "nobody has answered");
  two.pass(Millis{2'000});
  expect(two.at_client.ended, "it has given up");
}

PHX_TEST("a cut is heard at both ends") {
  Two two;
  two.connect();
  two.machine.network.cut(two.access);
  two.pass(Millis{100});
  expect(two.at_client.ended && two.at_server.ended, "both");
}

PHX_TEST("an end that was reset before anyone took it over is reported to its user") {
  Two two;
  two.machine.network.listen("server", two.there, [&](int socket, net::Peer) {
    two.server = two.machine.network.adopt(socket, two.there);
  });
  two.connect();
  two.machine.network.cut(two.access);
  two.pass(Millis{100});
  two.server->set_user(two.at_server);
  expect(!two.at_server.ended, "not within the call");
  two.pass(Millis{100});
  expect(two.at_server.ended, "soon after it");
}

PHX_TEST("bytes that wait while the network is silent come when it is not") {
  Two two;
  two.connect();
  two.access.silent = true;
  two.client->write("late");
  two.pass(Millis{20'000});
  expect_eq(two.at_server.heard, std::string());
  two.access.silent = false;
  two.machine.network.changed(two.access);
  two.pass(Millis{100});
  expect_eq(two.at_server.heard, std::string("late"));
}

PHX_TEST("a connection is forgotten when both ends are gone") {
  Two two;
  two.connect();
  expect_eq(two.machine.network.living(), 1u);
  two.client.reset();
  two.pass(Millis{100});
  two.server.reset();
  two.pass(Millis{100});
  expect_eq(two.machine.network.living(), 0u);
  expect_eq(two.machine.agenda.size(), 0u);
}

PHX_TEST("a machine that is woken does at once what was put off, without its clock going back") {
  Machine machine(1);
  Host sleeper{"sleeper", 1};
  int woken = 0, cancelled = 0;
  const auto put = [&](int& count) {
    return std::optional(machine.agenda.after(Millis{5}, sleeper, "test", [&count] { ++count; }));
  };
  sleeper.frozen_until = machine.agenda.now() + Millis{1'000};
  put(woken);
  auto entry = put(cancelled);
  const auto begun = machine.agenda.now();
  while (machine.agenda.step(begun + Millis{100})) {
  }
  expect_eq(woken, 0);
  machine.agenda.cancel(entry);
  machine.agenda.thaw(sleeper);
  expect(machine.agenda.step(begun + Millis{100}), "there is something to do");
  expect_eq(woken, 1);
  expect(machine.agenda.now() == begun + Millis{100}, "time has not gone back");
  while (machine.agenda.step(begun + Millis{2'000})) {
  }
  expect_eq(woken, 1);
  expect_eq(cancelled, 0);
}
