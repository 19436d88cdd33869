/// Visits that show themselves, in every way in which a meta can be written.

#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {

/// A list of those present, with metas of every kind of value.
// NOLINTNEXTLINE(readability-function-size): one table
void add_presences(std::vector<Visit>& all) {
  all.push_back(
      {"a list of presences",
       [](Visitor& visitor) {
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         PresenceList& list = visitor.keep(PresenceList(hall));
         list.on_join([&visitor](const std::string& key, const auto&, const Json&) {
           visitor.note("came " + key);
         });
         list.on_leave([&visitor](const std::string& key, const auto&, const Json&) {
           visitor.note("went " + key);
         });
         hall.join();
         const Json meta =
             Json::parse(R"({"a":[1,[],{}],"b":1.5,"c":true,"d":false,"e":null,"f":{"g":"h"},)"
                         R"("i":123456789012345678901234567890})");
         const auto show = [&](const char* key, bool again, Json what) {
           hall.push("show", {{"key", key}, {"again", again}, {"meta", std::move(what)}})
               .then(visitor.answers("show"));
         };
         show("ann", false, meta);
         show("ann", false, meta);
         show("bob", true, meta);
         show("ann", true, Json::object({{"a", 2}}));
         hall.push("hide", {{"key", "nobody"}}).then(visitor.answers("hide"));
         hall.push("hide", {{"key", "ann"}}).then(visitor.answers("hide"));
       },
       {"open", R"(show: ok {"count":1,"tracked":true})", R"(show: ok {"count":1,"tracked":false})",
        R"(show: ok {"count":1,"tracked":false})", R"(show: ok {"count":1,"tracked":true})",
        R"(hide: ok {"there":null})", R"(hide: ok {"there":null})"}});
  all.push_back(
      {"a meta of every kind of value",
       [](Visitor& visitor) {
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         hall.join();
         const Json meta =
             Json::parse(R"({"a":[1,[],{}],"b":1.5,"c":true,"d":false,"e":null,"f":{"g":"h"},)"
                         R"("i":123456789012345678901234567890})");
         hall.push("show", {{"key", "ann"}, {"meta", meta}}).then(visitor.answers("show"));
       },
       {"open", R"(show: ok {"count":1,"tracked":true})"}});
  all.push_back(
      {"presences of two channels",
       [](Visitor& visitor) {
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         const auto ask = [&visitor](Topic topic, const char* what, const char* key, bool again) {
           topic.push(what, {{"key", key}, {"again", again}, {"meta", Json::object()}})
               .then(visitor.answers(what));
         };
         hall.join();
         ask(hall, "hide", "ann", false);
         ask(hall, "show", "ann", true);
         ask(hall, "show", "ann", false);
         ask(hall, "show", "bob", false);
         ask(hall, "look", "bob", false);
         ask(hall, "hide", "bob", false);
         visitor.later(Millis{8'000}, [&visitor, ask] {
           Topic there = visitor.another("/guest").topic(visitor.topic_name());
           there.join();
           ask(there, "show", "ann", true);
           ask(there, "hide", "ann", false);
         });
       },
       {"open", R"(hide: ok {"there":null})", R"(show: ok {"count":0,"tracked":false})",
        R"(show: ok {"count":1,"tracked":true})", R"(show: ok {"count":2,"tracked":true})",
        R"(look: ok {"there":{"metas":[{"phx_ref":*)", R"(hide: ok {"there":null})",
        R"(show: ok {"count":1,"tracked":false})", R"(hide: ok {"there":{"metas":[{"phx_ref":*)"}});
  all.push_back(
      {"more changes than can wait",
       [](Visitor& visitor) {
         constexpr int too_many = 10'002;
         visitor.options.rejoin_after = {Millis{1'000'000}};
         visitor.connect("/guest");
         Topic hall = visitor.topic();
         visitor.listen(hall);
         hall.join();
         const auto show = [&hall](int times) {
           return hall.push(
               "show",
               {{"key", "ann"}, {"again", times > 0}, {"times", times}, {"meta", Json::object()}});
         };
         show(0).then(visitor.answers("show"));
         show(too_many);
       },
       {"open", R"(show: ok {"count":1,"tracked":true})", R"(broken {"reason":"channel_crash"})",
        "presence_diff **"}});
  all.push_back({"metas that are too much",
                 [](Visitor& visitor) {
                   visitor.options.rejoin_after = {Millis{1'000'000}};
                   visitor.connect("/guest");
                   Topic hall = visitor.topic();
                   visitor.listen(hall);
                   hall.join();
                   hall.push("show", {{"key", "ann"},
                                      {"meta", Json::object({{"a", std::string(70'000, 'x')}})}});
                 },
                 {"open", R"(broken {"reason":"channel_crash"})"}});
}

}  // namespace phx::simulation
