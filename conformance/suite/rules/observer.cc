/// Joins the topic on which channels report that they terminate.

#include "conformance/suite/rules/observer.h"

#include <fmt/format.h>

#include "conformance/suite/core/violation.h"

namespace phx::conformance {

Client& observe(Trial& t, const std::string& word) {
  Client& observer = t.connect();
  observer.heed_only("conformance:observer", t.word(word));
  observer.send(R"(["obs","obs","conformance:observer","phx_join",{}])");
  observer.expect(R"(["obs","obs","conformance:observer","phx_reply",{ok}])");
  return observer;
}

std::string observed_reason(Client& observer, const std::string& word) {
  const Json frame = observer.expect(fmt::format(
      R"([{{any}},{{any}},"conformance:observer","terminated",{{"topic":"{{{}}}","reason":{{any}}}}])",
      word));
  return frame[4]["reason"].text();
}

std::string expect_observed_reason(Client& observer, const std::string& reason) {
  std::string came = observed_reason(observer);
  if (came.find(reason) != std::string::npos) return came;
  throw Violation(fmt::format("a reason with the word \"{}\"", reason), "\"" + came + "\"");
}

}  // namespace phx::conformance
