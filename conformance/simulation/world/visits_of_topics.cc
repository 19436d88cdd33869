/// Visits to topics: callbacks of every kind, and joins that end in every way.

#include <memory>
#include <stdexcept>

#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {

// NOLINTNEXTLINE(readability-function-size): one table
void add_topics(std::vector<Visit>& all) {
  all.push_back({"callbacks of every kind",
                 [](Visitor& visitor) {
                   visitor.client().connect();
                   Topic hall = visitor.topic();
                   Push join = hall.join();
                   join.once(visitor.answers("once"));
                   join.receive("ok", [](const Payload&) { throw std::runtime_error("oops"); });
                   const auto named =
                       hall.on("told", [&](const Payload&) { visitor.note("wrong"); });
                   hall.off(named);
                   hall.on("told", [&visitor](const Payload& told) {
                     visitor.note("told " + std::string(told.view()));
                   });
                   visitor.client().on_error([](const std::string&) { throw 7; });
                   visitor.later(Millis{5'000}, [&visitor, join, hall]() mutable {
                     join.receive("ok", [&](const Payload&) { visitor.note("joined before"); });
                     join.receive("error", [&](const Payload&) { visitor.note("wrong"); });
                     join.once(visitor.answers("once more"));
                     Push push = hall.push("echo");
                     push.receive("ok", [](const Payload&) {});
                     hall.join().receive("error", [](const Payload&) {});
                     hall.push("tell", {{"a", 1}});
                   });
                 },
                 {"open", "once: ok *", "error a callback threw: oops", "joined before",
                  "once more: ok *", R"(told {"a":1})"}});
  all.back().run = [run = all.back().run](Visitor& visitor) {
    visitor.connect("/guest");
    run(visitor);
  };
  all.push_back({"a room of both versions",
                 [](Visitor& visitor) {
                   visitor.connect("/free");
                   visitor.options.vsn = "1.0.0";
                   Client& old = visitor.another("/guest");
                   Topic there = old.topic(visitor.topic_name());
                   there.on("told", [&visitor](const Payload& told) {
                     visitor.note("there " + std::string(told.view()));
                   });
                   there.join();
                   Topic hall = visitor.topic();
                   hall.on("told", [&visitor](const Payload& told) {
                     visitor.note("here " + std::string(told.view()));
                   });
                   hall.join();
                   visitor.later(Millis{5'000}, [hall]() mutable {
                     hall.push("tell", {{"a", 1}});
                     hall.push("tell_others", {{"a", 2}});
                   });
                 },
                 {"open", R"(here {"a":1})", R"(there {"a":1})", R"(there {"a":2})"}});
  all.push_back({"a topic twice",
                 [](Visitor& visitor) {
                   visitor.connect("/guest");
                   Topic first = visitor.topic();
                   first.on_close([&visitor](const Payload&) { visitor.note("first left"); });
                   first.join().then(visitor.answers("first"));
                   visitor.later(Millis{5'000}, [&visitor] {
                     Topic second = visitor.topic();
                     second.join().then(visitor.answers("second"));
                     visitor.keep(second);
                   });
                 },
                 {"open", "first: ok *", "first left", "second: ok *"}});
  all.push_back({"a topic that is left before it is joined",
                 [](Visitor& visitor) {
                   visitor.connect("/guest");
                   Topic hall = visitor.topic();
                   hall.join().once(visitor.answers("join"));
                   hall.push("echo").then(visitor.answers("echo"));
                   hall.leave().then(visitor.answers("leave"));
                 },
                 {"open", "join: error *", "leave: ok *", "echo: timeout {}"}});
  all.push_back(
      {"joins that are refused",
       [](Visitor& visitor) {
         visitor.options.rejoin_after = {Millis{1'000'000}};
         visitor.connect("/guest");
         visitor.topic("hall", {{"how", "refused"}}).join().then(visitor.answers("hall"));
         visitor.topic("cellar").join().then(visitor.answers("cellar"));
         visitor.client()
             .topic("hall:thrown", []() -> Payload { throw std::runtime_error("no"); })
             .join()
             .then(visitor.answers("thrown"));
       },
       {"open", R"(hall: error {"reason":"full"})", R"(cellar: error {"reason":"unmatched topic"})",
        R"(thrown: error {"reason":"no"})"}});
  all.push_back(
      {"a channel that ends",
       [](Visitor& visitor) {
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         visitor.listen(hall);
         hall.join().then(visitor.answers("join"));
         hall.push("stop_badly");
         visitor.later(Millis{6'000}, [hall]() mutable { hall.push("stop"); });
       },
       {"open", "join: ok *", R"(broken {"reason":"channel_crash"})", "join: ok *", "left {}"}});
  all.push_back({"a websocket that was good before, and breaks",
                 [](Visitor& visitor) {
                   visitor.options.longpoll_fallback = Millis{3'000};
                   visitor.options.fallback_memory = std::make_shared<FallbackMemory>();
                   visitor.connect("/free");
                   visitor.topic().join().then(visitor.answers("join"));
                   visitor.later(Millis{8'000}, [&visitor] { visitor.cut(); });
                 },
                 {"open", "join: ok *", "closed 1006", "error **", "open", "join: ok *"}});
  all.push_back({"a topic that is never joined",
                 [](Visitor& visitor) {
                   visitor.connect("/guest");
                   visitor.keep(visitor.topic());
                   visitor.later(Millis{3'000}, [&visitor] { visitor.cut(); });
                 },
                 {"open", "closed 1006", "error **", "open"}});
  all.push_back({"a goodbye at the first of several messages",
                 [](Visitor& visitor) {
                   visitor.options.transport = ClientTransport::longpoll;
                   visitor.connect("/polls");
                   Topic hall = visitor.topic();
                   hall.on("pushed", [&visitor](const Payload&) {
                     visitor.note("pushed");
                     visitor.client().disconnect();
                   });
                   hall.join();
                   hall.push("many", {{"count", 3}});
                 },
                 {"open", "pushed", "closed 1000"}});
  all.push_back({"more than a post holds",
                 [](Visitor& visitor) {
                   visitor.options.transport = ClientTransport::longpoll;
                   visitor.connect("/free");
                   Topic hall = visitor.topic();
                   hall.join();
                   for (int i = 0; i < 3; ++i) {
                     hall.push("nothing", {{"a", std::string(450'000, 'x')}});
                   }
                   hall.push("echo").then(visitor.answers("echo"));
                 },
                 {"open", "echo: ok {}"}});
  all.push_back({"a goodbye and another visit",
                 [](Visitor& visitor) {
                   visitor.connect("/guest");
                   visitor.topic().join().then(visitor.answers("join"));
                   visitor.later(Millis{3'000}, [&visitor] { visitor.client().disconnect(); });
                   visitor.later(Millis{4'000}, [&visitor] {
                     visitor.client().disconnect();
                     visitor.client().connect();
                   });
                 },
                 {"open", "join: ok *", "closed 1000", "open", "join: ok *"}});
}

}  // namespace phx::simulation
