/// J: joining a joined topic again while the old channel or the socket is busy.

#include <fmt/format.h>

#include "conformance/suite/core/trial.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

RULE("J-21", must, contract, "a joined topic can be joined again even with a hundred topics joined",
     "Phoenix.Socket.handle_in phx_join (delete_channel, then map_size)") {
  constexpr int most = 100;
  Client& client = t.connect();
  std::vector<std::string> joins;
  for (int n = 1; n <= most; ++n) {
    joins.push_back(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_join",{{}}])", n));
  }
  client.send_together(joins);
  for (int n = 1; n <= most; ++n) {
    client.expect(fmt::format(R"(["{0}","{0}","{{topic}}:{0}","phx_reply",{{ok}}])", n));
  }
  for (const char* topic : {"{topic}:1", "{topic}:100"}) {
    const char* number = topic + std::string_view("{topic}:").size();
    client.send(fmt::format(R"(["new","new","{}","phx_join",{{}}])", topic));
    client.expect(fmt::format(R"(["new","new","{}","phx_reply",{{ok}}])", topic));
    client.expect(fmt::format(R"(["{0}","{0}","{1}","phx_close",{{any}}])", number, topic));
  }
}

RULE("J-22", must, contract, "a second join does not wait for the first channel's work",
     "Phoenix.Socket.shutdown_duplicate_channel (Process.exit)") {
  constexpr Millis busy{1'000};
  constexpr Millis beginning{50};  // by then the channel is busy with it
  Client& client = t.join();
  Client& publisher = t.join();
  const auto began = Clock::now();
  client.send(fmt::format(R"(["1","2","{{topic}}","slow",{{"ms":{}}}])", busy.count()));
  client.send(R"(["1","3","{topic}","push",{"event":"late","payload":{}}])");
  t.wait(beginning);
  client.send(R"(["4","4","{topic}","phx_join",{}])");
  client.expect_in_any_order(
      {R"(["4","4","{topic}","phx_reply",{ok}])", R"([{any},{any},"{topic}","phx_close",{any}])"});
  if (Clock::now() - began >= busy) {
    throw SeenTooLate({"the new join's reply at once", "it came when the old channel was through"});
  }
  // The old channel's handler may still run, but it is no longer a member.
  t.wait(beginning);
  publisher.send(R"(["1","2","{topic}","broadcast_from",{"n":1}])");
  publisher.expect(R"(["1","2","{topic}","phx_reply",{ok}])");
  client.expect(R"([{any},{any},"{topic}","broadcasted",{"n":1}])");
  client.expect_silence();
  t.wait(std::chrono::duration_cast<Millis>(began + busy + beginning - Clock::now()));
  client.expect_silence();  // and none of its messages come
}

RULE("J-23", must, contract,
     "a topic whose channel ends while its socket waits for another join can be joined again",
     "Phoenix.Socket.delete_channel (demonitor, flush)") {
  Client& client = t.join();
  client.send(R"(["2","2","{other}","phx_join",{}])");
  client.expect(R"(["2","2","{other}","phx_reply",{ok}])");
  client.send_together({R"(["1","3","{topic}","crash",{}])", R"(["2","4","{other}","stop",{}])",
                        R"(["5","5","{topic}:slow","phx_join",{"join":"slow","ms":100}])",
                        R"(["6","6","{topic}","phx_join",{}])",
                        R"(["7","7","{other}","phx_join",{}])", R"(["6","8","{topic}","count",{}])",
                        R"(["7","9","{other}","count",{}])"});
  client.expect(R"(["5","5","{topic}:slow","phx_reply",{ok}])");
  client.expect_in_any_order({
      R"(["6","6","{topic}","phx_reply",{ok}])",
      R"(["1",{any},"{topic}","phx_close",{any}])",
      R"(["7","7","{other}","phx_reply",{ok}])",
      R"(["2",{any},"{other}","phx_close",{any}])",
      R"(["6","8","{topic}","phx_reply",{"status":"ok","response":{"count":1}}])",
      R"(["7","9","{other}","phx_reply",{"status":"ok","response":{"count":1}}])",
  });
  client.expect_silence();
}

}  // namespace
}  // namespace phx::conformance
