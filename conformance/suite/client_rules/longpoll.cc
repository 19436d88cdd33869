/// A client that finds no websocket, and polls.

#include <fmt/format.h>

#include "conformance/suite/clients/client_trial.h"

namespace phx::conformance {
namespace {

Response answered(const std::string& body) {
  return {.status = 200, .headers = {{"content-type", "application/json"}}, .body = body};
}

std::vector<std::string> lines_of(const std::string& body) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    if (end > at) lines.push_back(body.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// A long-poll session: the connection of the poll that is held, and what was posted.
class Session {
 public:
  explicit Session(ClientTrial& t) : t_(t) {}

  /// Serves requests until `done`.
  void serve(const std::function<bool()>& done, const std::string& expected) {
    t_.until(
        [&] {
          for (Guest& guest : t_.guests()) {
            if (guest.request() && !guest.upgraded() && !is_held(guest)) take(guest);
          }
          return done();
        },
        expected);
  }
  void send(const std::string& text) {
    waiting_.push_back(text);
    flush();
  }

  std::vector<Message> posted;
  std::vector<Request> posts;
  std::vector<Request> polls;

 private:
  bool is_held(const Guest& guest) const { return held_ == &guest; }

  void take(Guest& guest) {
    const Request request = *guest.request();
    if (request.target.find("/longpoll") == std::string::npos) return;  // the deaf websocket
    if (request.method == "POST") {
      posts.push_back(request);
      for (const std::string& line : lines_of(request.body)) {
        if (const auto message = read_message(line)) posted.push_back(*message);
      }
      return guest.answer(answered(R"({"status":200})"));
    }
    polls.push_back(request);
    if (request.target.find("token=polls") == std::string::npos) {
      return guest.answer(answered(R"({"status":410,"token":"polls"})"));
    }
    held_ = &guest;
    flush();
  }

  void flush() {
    if (!held_ || waiting_.empty()) return;
    std::string list;
    for (const std::string& text : waiting_) list += (list.empty() ? "" : ",") + as_json(text);
    waiting_.clear();
    std::exchange(held_, nullptr)
        ->answer(answered(R"({"status":200,"token":"polls","messages":[)" + list + "]}"));
  }

  ClientTrial& t_;
  Guest* held_ = nullptr;
  std::vector<std::string> waiting_;
};

CLIENT_RULE(
    "C-35", may, 'P',
    "falls back to long-polling when the websocket does not open in time: batches as NDJSON, "
    "the token in a header",
    "longpoll.js") {
  t.need("fallback");
  t.door(Door::deaf);
  const bool has_token = t.has("token");
  t.dial(has_token ? R"("fallback_ms":300,"token":"secret")" : R"("fallback_ms":300)");
  Session session(t);
  session.serve([&session] { return session.polls.size() >= 2; }, "a long-poll session");
  t.expect(R"({"on":"open"})");
  t.join("a", "room:1");
  session.serve([&session] { return !session.posted.empty(); }, "a join by POST");
  const Message join = session.posted.front();
  t.expect_same("the first message", "phx_join", join.event);
  session.send(
      Message{join.join_ref, join.ref, join.topic, "phx_reply", R"({"status":"ok","response":{}})"}
          .text());
  const auto joined = [&t] { return t.count(R"({"on":"joined","channel":"a"})") > 0; };
  session.serve(joined, R"(a report {"on":"joined","channel":"a"})");
  for (const char* id : {"1", "2", "3"}) t.push(id, "say");
  session.serve([&session] { return session.posted.size() >= 4; }, "three pushes by POST");
  for (const Request& post : session.posts) {
    const std::string type = post.header("content-type").value_or("");
    if (type.find("application/x-ndjson") == type.npos) {
      t.violated("batches as application/x-ndjson", type);
    }
  }
  if (has_token && session.polls.front().header("x-phoenix-authtoken") != "secret") {
    t.violated("the token in the header X-Phoenix-AuthToken",
               session.polls.front().header("x-phoenix-authtoken").value_or("no such header"));
  }
  session.send(R"([null,null,"room:1","said",{"n":1}])");
  const auto heard = [&t] { return t.count(R"({"on":"message","event":"said"})") > 0; };
  session.serve(heard, "a message by poll");
}

}  // namespace
}  // namespace phx::conformance
