/// A shim for the library's own client: it reads commands, drives phx::Client, and reports what the
/// client tells its user. docs/client-contract.md says which lines go each way.
///
///     phx-conformance client -- build/plain/phx-shim

#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/base64.h"
#include "client/client.h"
#include "client/presence_list.h"
#include "version.h"

namespace phx::shim {
namespace {

/// Callbacks come on the client's thread, commands on the main one: a line is never broken.
void report(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

/// A response or a payload as it came; bytes in base64.
std::string data(const std::string& member, const Payload& payload) {
  if (payload.is_binary()) return ",\"binary\":\"" + base64::encode(payload.view()) + "\"";
  return "," + quoted(member) + ":" + std::string(payload.view());
}

/// `{"on":"joined","channel":"a"` and so on, with what follows.
void about(const char* what, const std::string& channel, const std::string& more = "") {
  report("{\"on\":\"" + std::string(what) + "\",\"channel\":" + quoted(channel) + more + "}");
}

std::vector<Millis> waits(const Json& list) {
  std::vector<Millis> all;
  for (std::size_t i = 0; i < list.size(); ++i) all.emplace_back(list[i].integer_or(0));
  return all;
}

void set(Millis& option, const Json& value) {
  if (value.is_integer()) option = Millis{value.integer_or(0)};
}

ClientOptions options_of(const Json& params, const Json& wanted) {
  ClientOptions options;
  const bool count = wanted["count_tries"] == Json(true);
  options.params = [params, count, tries = 0]() mutable {
    Json all = params.is_object() ? params : Json::object();
    if (count) all.set("try", ++tries);
    return all;
  };
  set(options.heartbeat, wanted["heartbeat_ms"]);
  set(options.timeout, wanted["timeout_ms"]);
  if (wanted["reconnect_ms"].size() > 0) options.reconnect_after = waits(wanted["reconnect_ms"]);
  if (wanted["rejoin_ms"].size() > 0) options.rejoin_after = waits(wanted["rejoin_ms"]);
  if (const Json token = wanted["token"]; token.is_string()) {
    options.token = [token] { return token.string_or(""); };
  }
  if (const Json fallback = wanted["fallback_ms"]; fallback.is_integer()) {
    options.longpoll_fallback = Millis{fallback.integer_or(0)};
  }
  return options;
}

/// One run. Neither copied nor moved.
class Shim {
 public:
  void obey(const Json& command) {
    const std::string what = command["do"].string_or("");
    if (what == "connect") connect(command);
    if (what == "join") join(command);
    if (what == "push") push(command);
    if (what == "leave") leave(command);
    if (what == "disconnect") client_->disconnect();
  }

 private:
  void connect(const Json& command) {
    client_.emplace(command["url"].string_or(""),
                    options_of(command["params"], command["options"]));
    client_->on_open([] { report(R"({"on":"open"})"); });
    client_->on_close([](const ClientClosed&) { report(R"({"on":"closed"})"); });
    client_->on_error([](const std::string& error) {
      report("{\"on\":\"error\",\"reason\":" + quoted(error) + "}");
    });
    client_->connect();
  }

  void join(const Json& command) {
    const std::string id = command["channel"].string_or("");
    const Json params = command.has("payload") ? command["payload"] : Json::object();
    Topic topic = client_->topic(command["topic"].string_or(""), Payload(params));
    topics_.insert_or_assign(id, topic);
    for (std::size_t i = 0; i < command["events"].size(); ++i) {
      const std::string event = command["events"][i].string_or("");
      topic.on(event, [id, event](const Payload& payload) {
        about("message", id, ",\"event\":" + quoted(event) + data("payload", payload));
      });
    }
    if (command["presence"] == Json(true)) follow(id, topic);
    topic.on_error([id](const Payload&) { about("error", id); });
    topic.on_close([id](const Payload&) { about("closed", id); });
    topic.join().then([id](const Answer& answer) {
      if (answer.status == "timeout") return about("timeout", id);
      about(answer.ok() ? "joined" : "refused", id, data("response", answer.response));
    });
  }

  static void follow(const std::string& id, Topic& topic) {
    PresenceList present(topic);
    present.on_sync([id, present] {
      Json list = Json::object();
      for (const auto& [key, presence] : present.list()) list.set(key, presence["metas"]);
      about("presence", id, ",\"list\":" + list.dump());
    });
  }

  void push(const Json& command) {
    const std::string id = quoted(command["id"].string_or(""));
    const Payload payload =
        command.has("binary")
            ? Payload::binary(base64::decode(command["binary"].string_or("")).value_or(""))
            : Payload(command["payload"]);
    topics_.at(command["channel"].string_or(""))
        .push(command["event"].string_or(""), payload)
        .then([id](const Answer& answer) {
          if (answer.status == "timeout") return report("{\"on\":\"timeout\",\"id\":" + id + "}");
          report("{\"on\":\"reply\",\"id\":" + id + ",\"status\":" + quoted(answer.status) +
                 data("response", answer.response) + "}");
        });
  }

  void leave(const Json& command) {
    const std::string id = command["channel"].string_or("");
    topics_.at(id).leave().then([id](const Answer&) { about("left", id); });
  }

  std::optional<Client> client_;
  std::map<std::string, Topic> topics_;
};

}  // namespace
}  // namespace phx::shim

int main() {
  using namespace phx::shim;
  report("{\"on\":\"ready\",\"client\":\"phx::Client\",\"version\":" +
         quoted(phx::library_version) + ",\"lacks\":{},\"fixed\":{}}");
  Shim shim;
  for (std::string line; std::getline(std::cin, line);) shim.obey(phx::Json::parse(line));
}
