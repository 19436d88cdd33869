/// What a channel's server owes the user's channel beyond its callbacks.

#include "channel/server.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// Keeps the socket that it was given, and speaks of it as it goes.
struct Talkative : Channel {
  explicit Talkative(const Log& log) : log_(log) {}
  Talkative(const Talkative&) = delete;
  ~Talkative() override { log_.info("gone", {{"seen", socket_->topic()}}); }

  JoinResult join(std::string_view, Payload, Socket& socket) override {
    socket_ = &socket;
    return Joined{};
  }

 private:
  const Log& log_;
  const Socket* socket_ = nullptr;
};

struct Users : UserSocket {
  explicit Users(const Log& log) {
    channel("room:*", [&log] { return std::make_unique<Talkative>(log); });
  }
};

}  // namespace

TEST("what a channel's destructor writes is about its topic, and its socket is there until then") {
  std::vector<std::string> lines;
  const Log log =
      Log::to(Level::info, [&](Level, const std::string& line) { lines.push_back(line); });
  const Users users(log);
  const std::string room = "room:with-a-name-that-is-no-short-string";
  const std::string join = R"(["1","1",")" + room + R"(","phx_join",{}])";
  const std::string gone = "gone seen=" + room + " topic=" + room + " user=users:ann";
  {
    TestHouse house({}, log);
    FakeClient ann(house, users, "2.0.0", "users:ann");
    ann.send(join);
    ann.send(R"(["1","2",")" + room + R"(","phx_leave",{}])");
    expect_eq(lines, std::vector<std::string>{gone});
    ann.send(join);
    ann.send(join);  // ends the one before it by an exit signal
    expect_eq(lines, std::vector<std::string>{gone, gone});
  }
  expect_eq(lines, std::vector<std::string>{gone, gone, gone});  // with the house
}
