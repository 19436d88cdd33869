/// The examples in comments and on pages, each in the context that it needs: the test is that this
/// file compiles. examples.awk extracts them, and names those that are missing here.

#include <cstdio>

#include "chapters/01-the-101/room.h"
#include "chapters/07-the-serializer/exercise-messagepack/messagepack.h"
#include "chapters/13-shaping-a-channel/exercise/rate_limited.h"
#include "chapters/17-live-view/board.h"
#include "chapters/18-more-than-one-machine/exercise/merge.h"
#include "chapters/19-the-glass-house/glass.h"
#include "chapters/workshop/play.h"
#include "client/await.h"
#include "client/client.h"
#include "client/presence_list.h"
#include "conformance/proof/mutants/mutant.h"
#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/core/live_page.h"
#include "conformance/suite/core/rule.h"
#include "conformance/suite/core/trial.h"
#include "etf/reader.h"
#include "etf/writer.h"
#include "options/command_line.h"
#include "phoenix.h"
#include "presence/state.h"
#include "testing/live_view_test.h"
#include "testing/page_tree.h"
#include "websocket/reader.h"

// --- README.md: a program -----------------------------------------------------------------------

#include "examples/README.md.1"
#include "examples/README.md.2"

// --- A log, and a process -----------------------------------------------------------------------

namespace beneath {

void logs() {
#include "examples/lib/base/log.h.1"
}

void counts(phx::process::Scheduler& scheduler) {
#include "examples/lib/process/process.h.1"
}

}  // namespace beneath

namespace phx::beneath {

void report(const serializer::Frame& frame) {
#include "examples/lib/process/hop.h.1"
}

}  // namespace phx::beneath

// --- A client -----------------------------------------------------------------------------------

namespace a_client {

void show(const char* text) { std::puts(text); }
void show(const std::string& text) { show(text.c_str()); }
void show(const phx::Json& value) { show(value.dump()); }

#include "examples/lib/client/await.h.1"

void chats() {
#include "examples/lib/client/client.h.1"
  {
#include "examples/lib/client/topic.h.1"

#include "examples/lib/client/presence_list.h.1"
  }
}

void awaits(phx::Client& client) {
#include "examples/docs/embedding.md.2"
}

}  // namespace a_client

// --- Live pages
// ------------------------------------------------------------------------------

namespace pages {

using namespace phx;

void store(const std::string&, const std::string&) {}
struct Item {
  int id;
  std::string name;
};

#include "examples/lib/live_view/live_view.h.1"

struct Shown : LiveView {
  Assign<int> count = 0;
  Assign<std::vector<std::string>> names;
#include "examples/lib/live_view/html.h.1"
};

#include "examples/lib/live_view/component.h.1"

struct Parts : LiveView {
  Html render() override {
    {
#include "examples/lib/live_view/assign.h.1"
    } {
#include "examples/lib/live_view/stream.h.1"
    } {
#include "examples/lib/live_view/form.h.1"
    }
#include "examples/lib/live_view/upload.h.1"
    return {};
  }
};

void serve(phx::Endpoint& endpoint, const std::string& secret) {
#include "examples/lib/live_view/live.h.1"
}

void share(phx::Endpoint& endpoint, const std::string& secret_key_base) {
#include "examples/chapters/17-live-view/board.h.1"
}

}  // namespace pages

// --- The server: what an application includes and writes ----------------------------------------

namespace application {

#include "examples/lib/channel/channel.h.1"

#include "examples/lib/socket/user_socket.h.1"

struct Lobby : phx::UserSocket {
  Lobby() {
#include "examples/lib/socket/user_socket.h.2"
  }
};

class Present final : public phx::Channel {
  phx::JoinResult join(std::string_view, phx::Payload, phx::Socket&) override { return {}; }
#include "examples/lib/presence/presence.h.1"

  phx::Presence& presence_;
  const std::string user_id_;

 public:
  explicit Present(phx::Presence& presence) : presence_(presence) {}
};

void say(const phx::Socket& socket) {
#include "examples/lib/channel/socket.h.1"
}

void pass_on(const phx::Socket& socket, phx::Payload payload) {
#include "examples/lib/serializer/payload.h.1"
}

void issue(const std::string& secret_key_base, const std::string& user_id) {
#include "examples/lib/tokens/token.h.1"
}

void fill() {
#include "examples/lib/endpoint/endpoint.h.1"
}

struct Clock : phx::Process {
  explicit Clock(const phx::Context&) {}
  void handle(phx::Message) override {}
};
using ClockProcess = Clock;

struct Visitors : phx::UserSocket {};

struct ChatSocket : phx::UserSocket {
  explicit ChatSocket(int) {}
};

void limit(const phx::ProgramOptions& options, int login) {
  phx::Mount mount{"/socket", nullptr};
#include "examples/lib/options/limited.h.1"
}

namespace a_scoreboard {
#include "examples/docs/embedding.md.1"
}
namespace a_chat {
#include "examples/lib/options/command_line.h.1"
}

void meet_other_nodes() {
#include "examples/lib/net/redis_pubsub.h.1"
}

void meet_nodes_of_phoenix() {
#include "examples/docs/cluster.md.1"
}

void start_a_child(phx::Endpoint& endpoint) {
#include "examples/chapters/09-processes/README.md.1"
#include "examples/lib/endpoint/endpoint.h.2"
}

void have_one_list(phx::Endpoint& endpoint) {
#include "examples/lib/endpoint/endpoint.h.3"
}

void have_one_list_as_phoenix(phx::Endpoint& endpoint) {
#include "examples/docs/cluster.md.2"
}

void broadcast_from_outside(const phx::Endpoint& endpoint) {
#include "examples/lib/endpoint/endpoint.h.4"
}

void say_to_oneself(phx::Message& message, phx::Socket& socket) {
#include "examples/lib/process/message.h.1"
}

void open_the_api(const phx::Endpoint& endpoint, const phx::Presence& presence,
                  const std::string& token) {
#include "examples/lib/server/admin_api.h.1"
}

void look_inside(phx::Endpoint& endpoint, const phx::Presence& presence, const std::string& token) {
#include "examples/lib/dashboard/dashboard.h.1"
}

void count() {
#include "examples/lib/metrics/metrics.h.1"
}

void start_and_stop(const phx::Endpoint& endpoint) {
#include "examples/lib/server/server.h.1"
}

}  // namespace application

// --- The server: what its values look like ------------------------------------------------------

namespace phx {

Json next() {
#include "examples/lib/json/json.h.1"
  return reply;
}

namespace etf {
std::string beat() {
#include "examples/lib/etf/term.h.1"
  return encode(same);
}
std::string wrapped(std::string_view bytes) {
#include "examples/lib/etf/writer.h.1"
  return written;
}
}  // namespace etf

Reply answer(int seats) {
#include "examples/lib/channel/socket.h.2"
}

void handle(const websocket::Event& event);
void read(std::string_view bytes) {
#include "examples/lib/websocket/reader.h.1"
}

namespace serializer {
void offer() {
#include "examples/lib/serializer/serializer.h.1"
  static_cast<void>(offer);
}
}  // namespace serializer

namespace transport {
void allow(Mount& mount) {
#include "examples/lib/transport/origin.h.1"
}
}  // namespace transport

void speak(transport::Mount& mount) {
#include "examples/chapters/07-the-serializer/exercise-messagepack/messagepack.h.1"
}

}  // namespace phx

namespace shop {

#include "examples/lib/telemetry/telemetry.h.1"

void assign(phx::Socket& socket) {
#include "examples/lib/channel/assigns.h.1"
}

void listen(phx::telemetry::Telemetry& telemetry) {
#include "examples/lib/telemetry/telemetry.h.2"
}

void order(const phx::telemetry::Telemetry& telemetry, const std::string& customer) {
#include "examples/lib/telemetry/telemetry.h.3"
}

struct OrderPacked {
  static constexpr std::string_view name = "shop.order_packed";
  phx::telemetry::Duration duration;
};
void pack() {}

void measure(const phx::telemetry::Telemetry& telemetry) {
#include "examples/lib/telemetry/telemetry.h.4"
}

void trace(const std::string& secret) {
#include "examples/lib/telemetry/traces.h.1"
}

void watch(phx::Endpoint& endpoint, phx::ProgramOptions& options, const std::string& token,
           const std::filesystem::path& root) {
#include "examples/chapters/19-the-glass-house/glass.h.1"
}

}  // namespace shop

// --- Tests, and exercises -----------------------------------------------------------------------

namespace phx::testing {

const std::shared_ptr<const chat::Login> login;

#include "examples/lib/testing/channel_test.h.1"

void more(ChannelTest& test, const JoinedChannel& room, const Json& here) {
#include "examples/lib/testing/channel_test.h.2"
}

const LiveOptions options;
struct Todo : LiveView {
  Html render() override { return {}; }
};

#include "examples/lib/testing/live_view_test.h.1"

void follows(const TestView& page) {
#include "examples/lib/testing/live_view_test.h.2"
}

void looks() {
  {
#include "examples/lib/testing/page.h.1"
  }
#include "examples/lib/testing/page_tree.h.1"
}

}  // namespace phx::testing

namespace phx::exercise {

using application::Room;

Merged merged(const State& ours, const State& theirs) {
#include "examples/chapters/18-more-than-one-machine/exercise/merge.h.1"
  return {state, joins, leaves};
}

template <class Seen>
std::string text_of(const Seen& seen);

void play(Sequence& steps) {
#include "examples/chapters/workshop/play.h.1"

#include "examples/chapters/workshop/README.md.1"
}

struct Limited : UserSocket {
  Limited() {
#include "examples/chapters/13-shaping-a-channel/exercise/rate_limited.h.1"
  }
};

}  // namespace phx::exercise

// --- The suite ----------------------------------------------------------------------------------

namespace phx::conformance {

#include "examples/conformance/README.md.1"
#include "examples/conformance/README.md.2"
#include "examples/conformance/README.md.3"
#include "examples/conformance/proof/mutants/mutant.h.1"
#include "examples/conformance/suite/core/rule.h.1"

void clicks(Trial& t) {
#include "examples/conformance/suite/core/live_page.h.1"
}

}  // namespace phx::conformance
