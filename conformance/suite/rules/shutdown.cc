/// D: connections that are ended: by a `disconnect`, by the client, by the end of the server.

#include <fmt/format.h>

#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/rules/observer.h"
#include "conformance/suite/wire/server_process.h"

namespace phx::conformance {
namespace {

/// The connection ends; another rule judges what comes before.
void expect_to_be_ended(Client& client) {
  client.forget();
  using Kind = Received::Kind;
  for (Kind kind = Kind::text; kind != Kind::close && kind != Kind::end;) {
    kind = client.take("the end of the connection").kind;
  }
}

constexpr Millis window{1'000};  // of the mount /short

/// A session whose poll has reached the server: a post after it has been handled.
Poller& held_poll(Trial& t, const Opening& opening = {}) {
  Poller& poller = t.poll(opening);
  poller.post(R"(["1","1","{topic}","phx_join",{}])");
  poller.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  poller.hold();
  poller.post(R"(["1","2","{topic}","noreply",{}])");
  return poller;
}

RULE("D-01", must, contract,
     "a disconnect broadcast closes every connection of the socket's id, and no other",
     "Phoenix.Socket.__info__ (disconnect)") {
  const std::string id = "user_id=" + t.word("topic");  // nobody else's
  Client& observer = observe(t);
  Client& sender = t.join({.query = id});
  Client& twin = t.connect({.query = id});
  Client& twin_in_v1 = t.connect({.query = id, .vsn = "1.0.0"});
  Client& other = t.join({.query = id + "-other"});
  Client& nobody = t.join();
  // Its window is ten seconds: it does not end by itself during the case.
  Poller* polling = t.has_longpoll() ? &t.poll({.query = id}) : nullptr;
  if (polling) polling->post(R"(["1","1","{topic}","phx_join",{}])");
  Poller* held = t.has_longpoll() ? &held_poll(t, {.mount = "/short", .query = id}) : nullptr;

  sender.send(R"(["1","2","{topic}","disconnect",{}])");
  for (Client* client : {&sender, &twin, &twin_in_v1}) expect_to_be_ended(*client);
  observed_reason(observer);
  for (Client* client : {&other, &nobody}) {
    client->send(R"(["1","3","{topic}","echo",{"still":"here"}])");
    client->expect(
        R"(["1","3","{topic}","phx_reply",{"status":"ok","response":{"still":"here"}}])");
  }
  if (!polling) return;
  polling->forget();
  for (int session = 0; session < 2; ++session) observed_reason(observer);
  t.expect_json(polling->request("POST", R"([null,"1","phoenix","heartbeat",{}])"),
                R"({"status":410})");
  t.expect_json(polling->request("GET"), R"({"status":410,"token":{any},"messages":[]})");
  // A poll that was held is answered: with no messages, or with the session's end.
  const Json ended = held->expect_poll(R"({"status":{any},"token":{any},"messages":[]})", window);
  held->forget();
  const std::string status = ended["status"].dump();
  if (status != "204" && status != "410") throw Violation("204 or 410", ended.dump());
}

RULE("D-02", must, contract, "it is closed with 1001, and no phx_close comes before",
     "Phoenix.Socket.__info__ (disconnect)") {
  const Codes codes = t.release() < closes_with_1001 ? Codes{1000} : Codes{1001};
  const Millis work = t.length("work", Millis{400});
  Client& client = t.join({.query = "user_id=" + t.word("topic")});
  client.send(R"(["1","2","{topic}","disconnect",{}])");
  client.expect_bare_close(codes);

  // So it is in version 1, at another mount, and whatever its channels are doing.
  const std::string id = "user_id=" + t.word("topic");
  Client& v1 = t.connect({.query = id, .vsn = "1.0.0"});
  Client& elsewhere = t.connect({.mount = "/tenant/acme/socket", .query = id});
  Client& busy = t.join({.query = id});
  busy.send(R"(["1","2","{topic}","slow",{"ms":{work}}])");
  const auto began = Clock::now();
  Client& sender = t.join({.query = id});
  sender.send(R"(["1","2","{topic}","disconnect",{}])");
  t.in_time(began, work, [&] {
    for (Client* each : {&v1, &elsewhere, &busy, &sender}) each->expect_bare_close(codes);
  });
}

RULE("D-05", must, contract, "a disconnect does not reach a connection without an id",
     "Phoenix.Socket.__init__ (id && subscribe)") {
  Client& sender = t.join();
  Client& unnamed = t.join();
  Client& named = t.join({.query = "user_id=" + t.word("topic")});
  sender.forget();  // its channel's fate is left open
  sender.send(R"(["1","2","{topic}","disconnect",{}])");
  sender.send(R"([null,"3","phoenix","heartbeat",{}])");
  sender.expect_mention_at_last("3");
  for (Client* client : {&unnamed, &named}) {
    client->send(R"(["1","2","{topic}","ack",{}])");
    client->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
    client->expect_silence();
  }
}

RULE("D-03", must, core, "a close from the client is answered, and its channels end",
     "Phoenix.Socket.__terminate__") {
  Client& client = t.join();
  client.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  client.expect_close({1000});
  if (t.core_only()) return;
  Client& observer = observe(t, "other");
  Client& member = t.connect();
  member.send(R"(["1","1","{other}","phx_join",{}])");
  member.expect(R"(["1","1","{other}","phx_reply",{ok}])");
  member.send_frame({.opcode = Opcode::close, .payload = close_payload(1000)});
  member.expect_close({1000});
  observed_reason(observer, "other");
}

RULE("D-07", should, core, "the end of TCP comes right after the server's close frame",
     "RFC 6455, 7.1.1") {
  constexpr Millis at_once{500};
  const auto close = encode({.opcode = Opcode::close, .payload = close_payload(1000)}, Mask{});
  const auto rubbish = encode({.payload = "this is no JSON"}, Mask{});
  for (const std::string& last : {close, rubbish}) {
    Connection& connection = t.dial("a client that leaves the server's close unanswered");
    const auto response = connection.ask(t.upgrade(), t.deadline());
    if (!response || response->status != 101) throw Violation("HTTP 101", "no upgrade");
    connection.leave_closes_unanswered();
    Client& client = t.adopt(connection);
    client.send_bytes(last);
    client.expect_any_end();
    const auto closed = Clock::now();
    if (!connection.ends_by(t.deadline())) {
      throw Violation("the end of the connection", "it stays open", t.name_of(connection));
    }
    const auto lasted = std::chrono::duration_cast<Millis>(Clock::now() - closed);
    if (lasted <= at_once) continue;
    throw SeenTooLate({"the end of the connection within 500 ms",
                       fmt::format("it ended after {} ms", lasted.count()), t.name_of(connection)});
  }
}

constexpr Millis start_patience{15'000};
constexpr Millis end_patience{15'000};  // the framework drains for about ten seconds
constexpr Millis between_looks{20};
constexpr Millis default_window{10'000};  // LongPoll.default_config

const std::string large(7'000'000, 'x');
const std::string large_reply =
    R"(["1","2","{other}","phx_reply",{"status":"ok","response":{"d":")" + large + R"("}}])";

/// A client that does not read for now, with a large reply under way.
Client& busy_client(Trial& t) {
  Client& witness = t.connect();
  Client& busy = t.connect();
  for (Client* client : {&witness, &busy}) {
    client->send(R"(["1","1","{other}","phx_join",{}])");
    client->expect(R"(["1","1","{other}","phx_reply",{ok}])");
  }
  busy.stop_reading();
  busy.send(R"(["1","2","{other}","echo",{"d":")" + large + R"("}])");
  busy.send(R"(["1","3","{other}","broadcast_from",{"n":1}])");
  witness.expect(R"([null,null,"{other}","broadcasted",{"n":1}])");
  witness.forget();
  return busy;
}

/// Judges this server from here on, as soon as it listens.
void turn_to(Trial& t, ServerProcess& server) {
  if (const auto why = server.wait_until_it_listens(start_patience)) {
    throw Skipped("a second server does not start: " + *why);
  }
  t.turn_to(server.port());
}

RULE("D-04", must, contract,
     "a server that stops accepts no connection, closes sockets with 1012, answers held polls, and "
     "exits",
     "Phoenix.Socket.PoolDrainer") {
  if (t.command().empty()) throw Skipped("the suite has to start the server itself: -- COMMAND");
  if (t.judged_as() < closes_with_1012) {
    throw Skipped("sockets were not closed with 1012 before 1.7.6");
  }
  ServerProcess server(t.command());  // another server, so that the one under test lives on
  turn_to(t, server);
  Client& v2 = t.join();
  Client& v1 = t.connect({.vsn = "1.0.0"});
  v1.send(R"({"topic":"{topic}","event":"phx_join","payload":{},"ref":"1","join_ref":"1"})");
  v1.expect(R"({"topic":"{topic}","event":"phx_reply","payload":{ok},"ref":"1"})");

  Poller* poller = t.has_longpoll() ? &held_poll(t) : nullptr;
  Client& busy = busy_client(t);

  server.terminate();
  v1.expect_bare_close({1012});
  v2.expect_bare_close({1012});
  // While clients are still being drained, no new one is accepted.
  const auto soon = Clock::now() + t.patience() / 5;
  while (server.accepts() && Clock::now() < soon) t.wait(between_looks);
  if (server.accepts()) throw Violation("new connections to be refused by now", "they are not");
  busy.read_on();
  busy.expect(large_reply);
  busy.expect(R"(["1","3","{other}","phx_reply",{ok}])");
  busy.expect_bare_close({1012});
  if (poller) {
    // At once, or when its window is over.
    poller->expect_poll(R"({"status":204,"messages":[],"token":{any}})", default_window);
    poller->forget();
  }
  const auto deadline = t.deadline(end_patience);
  while (!server.ended() && Clock::now() < deadline) t.wait(between_looks);
  if (!server.ended()) throw Violation("the server to exit", "it still runs");
}

void expect_body(Trial& t, Connection& connection, std::string_view body) {
  const auto response = connection.response(t.deadline());
  if (!response) throw Violation("an HTTP response", "none", t.name_of(connection));
  checked_body(*response, t.fill(body), t.name_of(connection));
}

RULE("D-06", must, contract, "another server's token is invalid, even if both share a secret",
     "LongPoll.server_ref (endpoint_id)") {
  if (t.command().empty()) throw Skipped("the suite has to start the server itself: -- COMMAND");
  Poller& poller = t.poll();
  poller.forget();
  Request post = poller.request("POST", R"([null,"1","phoenix","heartbeat",{}])");
  Request get = poller.request("GET");
  ServerProcess other(t.command());
  turn_to(t, other);
  for (Request* request : {&post, &get})
    *request = request->without("Host").with("Host", t.authority());
  // Both at once: a server may take a while to know that the session does not exist.
  Connection& posts = t.dial("a post with that token");
  Connection& polls = t.dial("a poll with that token");
  posts.begin(post);
  polls.begin(get);
  expect_body(t, posts, R"({"status":410})");
  expect_body(t, polls, R"({"status":410,"token":{any},"messages":[]})");
  other.kill();
}

}  // namespace
}  // namespace phx::conformance
