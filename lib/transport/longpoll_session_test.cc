/// A session by itself: what it tells the polls that ask it.

#include "transport/longpoll_session.h"

#include "testing/actors.h"
#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::transport;

namespace {

/// A poll that writes down what it is told, and asks again when there is something.
std::unique_ptr<Actor> poll_of(Pid session, Journal& journal) {
  auto poll = std::make_unique<Actor>();
  poll->on_init = [session](Actor& a) { a.scheduler().send(session, Flush{a.self()}); };
  poll->on_message = [session, &journal](Actor& a, Message message) {
    if (message.holds<Subscribed>()) journal.push_back("waits");
    if (message.holds<NowAvailable>()) a.scheduler().send(session, Flush{a.self()});
    if (const auto* got = message.get_if<Frames>()) {
      for (const auto& frame : got->frames) journal.push_back(frame->bytes);
    }
  };
  return poll;
}

}  // namespace

TEST("what one poll gives back is told to the next, though that one waits already") {
  TestHouse house;
  Mount mount{"/socket", std::make_shared<UserSocket>()};
  mount.longpoll = LongpollOptions{};
  Socket socket(house.house(), *serializer::negotiate(mount.socket->serializers(), "2.0.0"));
  const Pid session =
      house.scheduler.spawn(std::make_unique<LongpollSession>(mount, std::move(socket), nullptr));
  Journal journal;
  house.scheduler.spawn(poll_of(session, journal));
  house.settle();
  const auto frame =
      std::make_shared<const serializer::Frame>(serializer::Frame{serializer::Frame::text, "[1]"});
  house.scheduler.send(session, GiveBack{{frame}});
  house.settle();
  expect_eq(journal, Journal{"waits", "[1]"});
}
