/// Visits that show themselves, in every way in which a meta can be written.

#include "conformance/simulation/world/visitor.h"

namespace phx::simulation {

/// A list of those present, with metas of every kind of value.
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
