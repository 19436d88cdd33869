/// Visits by clients with options that people do not have, to our servers and to false ones.

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "base/option_error.h"
#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {
namespace {

using Texts = std::vector<std::string>;

const std::string in_hall = R"(join: ok {"kind":"public","params":)";

/// Each kind of message that a client sends, and what comes of it.
void talk(Visitor& visitor) {
  Topic hall = visitor.topic("hall", {{"n", 1}});
  visitor.listen(hall);
  hall.join().then(visitor.answers("join"));
  hall.push("echo", {{"a", Json()}}).then(visitor.answers("echo"));
  hall.push("refuse", {{"b", "\"\n"}}).receive("error", [&visitor](const Payload& why) {
    visitor.note("refused " + std::string(why.view()));
  });
  hall.push("tell", {{"c", 1}}).receive("ok", [&visitor](const Payload&) {
    visitor.note("wrong");
  });
  hall.push("push", {{"d", 1}});
  hall.push("nothing", {}, Millis{500}).then(visitor.answers("nothing"));
  visitor.later(Millis{8'000},
                [&visitor, hall]() mutable { hall.leave().then(visitor.answers("leave")); });
  visitor.later(Millis{20'000}, [&visitor, hall]() mutable {
    hall.push("echo").then(visitor.answers("too late"));
    hall.on("told", [](const Payload&) {});
    hall.on_message([](const std::string&, const Payload&) {});
    hall.on_close([](const Payload&) {});
    hall.on_error([](const Payload&) {});
  });
}
const Texts talked{"open",
                   in_hall + R"({"n":1},"query":null,"token":""})",
                   R"(echo: ok {"a":null})",
                   R"(refused {"b":"\"\n"})",
                   R"(told {"c":1})",
                   R"(pushed {"d":1})",
                   "nothing: timeout {}",
                   R"(left {"reason":"leave","source":"client"})",
                   "leave: ok*",
                   "too late: error*"};

Texts with(Texts texts, const Texts& more) {
  texts.insert(texts.end(), more.begin(), more.end());
  return texts;
}

// NOLINTNEXTLINE(readability-function-size): one table
void add_ways(std::vector<Visit>& all) {
  const auto talks = [&](const char* name, const char* mount, auto change) {
    all.push_back({name,
                   [mount, change](Visitor& visitor) {
                     change(visitor.options);
                     visitor.connect(mount);
                     talk(visitor);
                   },
                   talked});
  };
  talks("a talk", "/free", [](ClientOptions&) {});
  talks("a talk by version 1", "/guest", [](ClientOptions& options) { options.vsn = "1.0.0"; });
  talks("a talk that is compressed", "/guest", [](ClientOptions& options) {
    options.deflate = true;
    options.headers = {{"x-one", "1"}};
  });
  talks("a talk with compression that is not offered", "/free",
        [](ClientOptions& options) { options.deflate = true; });
  talks("a talk by polling", "/polls", [](ClientOptions& options) {
    options.transport = ClientTransport::longpoll;
    options.headers = {{"x-one", "1"}};
  });
  talks("a talk by polling and version 1", "/polls", [](ClientOptions& options) {
    options.transport = ClientTransport::longpoll;
    options.vsn = "1.0.0";
  });
  talks("a talk with patience", "/free",
        [](ClientOptions& options) { options.longpoll_fallback = Millis{5'000}; });
  talks("a talk by an address with a slash", "/free//websocket/?asked=no#here",
        [](ClientOptions&) {});
  all.push_back({"a talk by polling, after the websocket was refused",
                 [](Visitor& visitor) {
                   visitor.options.longpoll_fallback = Millis{2'500};
                   visitor.options.fallback_memory = std::make_shared<FallbackMemory>();
                   visitor.connect("/polls");
                   talk(visitor);
                 },
                 with(talked, {"closed 1006", "error *", "broken *"})});
  all.push_back({"a talk by polling, as the client remembers",
                 [](Visitor& visitor) {
                   const auto memory = std::make_shared<FallbackMemory>();
                   for (const char* server : {"server", "server2", "server3"}) {
                     memory->remember(std::string("ws://") + server + "/free");
                   }
                   for (int i = 0; i < 1'000; ++i) {  // more than it keeps
                     memory->remember("ws://other" + std::to_string(i));
                   }
                   visitor.options.longpoll_fallback = Millis{2'500};
                   visitor.options.fallback_memory = memory;
                   visitor.connect("/free");
                   talk(visitor);
                 },
                 talked});
  all.push_back({"a websocket that is slow to open",
                 [](Visitor& visitor) {
                   visitor.access.min_delay = visitor.access.max_delay = Micros{300'000};
                   visitor.options.longpoll_fallback = Millis{200};
                   visitor.connect("/free");
                 },
                 {"closed 1006", "error the websocket did not open in time; going over*", "open"}});
  all.push_back({"a websocket that is slow to pass anything on",
                 [](Visitor& visitor) {
                   visitor.serve(
                       {"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n"
                        "connection: upgrade\r\nsec-websocket-accept: {accept}\r\n\r\n",
                        "HTTP/1.1 200 OK\r\ncontent-length: 42\r\n\r\n"
                        R"({"status":410,"messages":[],"token":"abc"})"});
                   visitor.options.longpoll_fallback = Millis{1'000};
                   visitor.options.fallback_memory = std::make_shared<FallbackMemory>();
                   visitor.options.reconnect_after = {Millis{1'000'000}};
                   visitor.connect_to("ws://" + visitor.address());
                 },
                 {"open", "closed 1006", "error the websocket opened and passed nothing on*",
                  "open", "closed 1005", "error a poll was not answered in time"}});
}

void add_bytes(std::vector<Visit>& all) {
  const auto bytes = [](Visitor& visitor) {
    Topic hall = visitor.topic();
    visitor.listen(hall);
    hall.join();
    hall.push("echo", Payload::binary("?!")).then(visitor.answers("echo"));
    hall.push("push", Payload::binary("?!"));
    hall.push("tell", Payload::binary("?!"));
    hall.push(std::string(300, 'x'), Payload::binary("?!")).then(visitor.answers("long"));
  };
  const Texts due{"open", "echo: ok ?!", "pushed ?!", "told ?!", "long: error *"};
  all.push_back({"bytes",
                 [bytes](Visitor& visitor) {
                   visitor.connect("/free");
                   bytes(visitor);
                 },
                 due});
  all.push_back({"bytes by version 1",
                 [](Visitor& visitor) {
                   visitor.options.vsn = "1.0.0";
                   visitor.connect("/free");
                   Topic hall = visitor.topic();
                   hall.join();
                   hall.push("echo", Payload::binary("?!")).then(visitor.answers("echo"));
                 },
                 {"open", "echo: error *"}});
  all.push_back(
      {"bytes by polling",
       [](Visitor& visitor) {
         visitor.options.transport = ClientTransport::longpoll;
         visitor.options.token = [] { return std::string("secret"); };
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         hall.join().then(visitor.answers("join"));
         hall.push("nothing", Payload::binary("?!"), Millis{500}).then(visitor.answers("nothing"));
       },
       {"open", in_hall + R"({},"query":null,"token":"secret"})", "nothing: timeout {}"}});
}

/// The text of a query is what connect gets.
// NOLINTNEXTLINE(readability-function-size): one table
void add_parameters(std::vector<Visit>& all) {
  all.push_back(
      {"parameters in parameters",
       [](Visitor& visitor) {
         visitor.options.params = [] {
           return Json::object(
               {{"asks", Json::object({{"list", Json::parse(R"(["a","b c",3,null])")},
                                       {"text", "a~b_c.d-e&f=g/\xc3\xa9Z9"},
                                       {"yes", true}})}});
         };
         visitor.options.token = [] { return std::string("se cret?"); };
         visitor.connect("/guest");
         visitor.topic().join().then(visitor.answers("join"));
       },
       {"open", in_hall + R"({},"query":{"list":["a","b c","3",""],"text":"a~b_c.d-e&f=g/)"
                          "\xc3\xa9"
                          R"(Z9","yes":"true"},"token":"se cret?"})"}});
  all.push_back({"parameters that throw once",
                 [](Visitor& visitor) {
                   const auto tries = std::make_shared<int>(0);
                   visitor.options.reconnect_after = {};
                   visitor.options.params = [tries]() -> Json {
                     if (++*tries == 1) throw std::runtime_error("not yet");
                     return Json::object();
                   };
                   visitor.connect("/guest");
                 },
                 {"error the parameters of a connection: not yet", "open"}});
  const auto refused = [&](const std::string& url) {
    all.push_back({"the address " + url,
                   [url](Visitor& visitor) {
                     try {
                       visitor.connect_to(url);
                     } catch (const OptionError&) {
                       visitor.note("refused");
                     }
                   },
                   {"refused"}});
  };
  for (const char* url : {"server/socket", "://server", "ftp://server", "ws://", "ws://a b/c",
                          "ws://server:0", "ws://server:70000", "ws://server:40x", "ws://a\x7f",
                          "ws://server:x]", "wss://[::1:80", "ws://user@server:x"}) {
    refused(url);
  }
  for (const char* url : {"ws://nobody:4000", "wss://nobody/socket", "https://nobody:444",
                          "http://nobody/socket", "http://[::1]:80/socket", "http://[::1]/socket",
                          "http://nobody:/socket", "ws://user@nobody/socket"}) {
    all.push_back({std::string("nobody at ") + url,
                   [url](Visitor& visitor) {
                     visitor.options.reconnect_after = {Millis{1'000'000}};
                     visitor.connect_to(url);
                   },
                   {"closed 1006", "error *"}});
  }
  all.push_back({"a version that no client speaks",
                 [](Visitor& visitor) {
                   visitor.options.vsn = "3.0.0";
                   try {
                     visitor.connect("/guest");
                   } catch (const OptionError&) {
                     visitor.note("refused");
                   }
                 },
                 {"refused"}});
}

constexpr int rounds = 10;
constexpr Millis brief{300}, longer{1'500};

/// However a push ends, another may then wait in its place.
void push_on_and_on(Visitor& visitor) {
  static constexpr Millis round{4'000}, soon{600}, later{1'600};
  visitor.options.max_waiting_pushes = 6;
  visitor.connect("/guest");
  for (int i = 0; i < rounds; ++i) {
    visitor.later(round * i, [&visitor, i] {
      Topic hall = visitor.client().topic(visitor.topic_name() + std::to_string(i));
      hall.push("echo", {}, brief).then(visitor.answers("not sent"));
      visitor.later(soon, [&visitor, hall, i]() mutable {
        hall.join();
        hall.push("nothing", {}, longer).then(visitor.answers("nothing"));
        if (i % 3 == 1) hall.push("stop_badly", {}, longer);
        if (i % 3 == 2) hall.push("stop", {}, longer);
      });
      visitor.later(later, [&visitor, hall]() mutable {
        hall.push("echo", {{"a", 1}}).then(visitor.answers("echo"));
        hall.leave();
      });
    });
  }
}
Texts pushed_on_and_on() {
  Texts due{"open"};
  for (int i = 0; i < rounds; ++i) {
    due.insert(due.end(), {"not sent: timeout *", "nothing: timeout *", "echo: *"});
  }
  return due;
}

void add_limits(std::vector<Visit>& all) {
  const auto push_three = [](Visitor& visitor) {
    Topic hall = visitor.topic();
    for (int i = 0; i < 3; ++i) {
      hall.push("echo", {{"n", i}}).then(visitor.answers("echo"));
    }
    visitor.note(visitor.client().waiting_bytes() > 0 ? "some wait" : "none waits");
    hall.join();
  };
  const auto too_many = [&](const std::string& what, std::size_t ClientOptions::*limit,
                            std::size_t most) {
    all.push_back({"more " + what + " than may wait",
                   [=](Visitor& visitor) {
                     visitor.options.*limit = most;
                     visitor.connect("/guest");
                     push_three(visitor);
                   },
                   {"some wait", R"(echo: error {"reason":"too many )" + what + R"( wait"})",
                    "open", R"(echo: ok {"n":0})", R"(echo: ok {"n":1})"}});
  };
  too_many("pushes", &ClientOptions::max_waiting_pushes, 2);
  too_many("bytes", &ClientOptions::max_waiting_bytes, 25);
  all.push_back({"many pushes, and few at a time", push_on_and_on, pushed_on_and_on()});
  all.push_back(
      {"a push that is larger than may wait",
       [](Visitor& visitor) {
         visitor.options.max_waiting_bytes = 100;
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         hall.join().receive("ok", [&visitor, hall](const Payload&) mutable {
           hall.push("echo", {{"a", std::string(200, 'x')}}).then(visitor.answers("echo"));
         });
       },
       {"open", R"(echo: error {"reason":"too many bytes wait"})"}});
  for (const bool polls : {false, true}) {
    all.push_back({polls ? "a message over its limit, by polling" : "a message over its limit",
                   [polls](Visitor& visitor) {
                     visitor.options.max_message = 1'000;
                     visitor.options.reconnect_after = {Millis{1'000'000}};
                     if (polls) visitor.options.transport = ClientTransport::longpoll;
                     visitor.connect("/guest");
                     Topic hall = visitor.topic();
                     hall.join();
                     hall.push("echo", {{"a", std::string(2'000, 'x')}});
                   },
                   {"open", polls ? "closed 1011" : "closed 1006", "error *"}});
  }
}

}  // namespace

const std::vector<Visit>& visits() {
  static const std::vector<Visit> all = [] {
    std::vector<Visit> visits;
    add_ways(visits);
    add_bytes(visits);
    add_parameters(visits);
    add_limits(visits);
    add_topics(visits);
    add_frauds(visits);
    add_presences(visits);
    return visits;
  }();
  return all;
}

}  // namespace phx::simulation
