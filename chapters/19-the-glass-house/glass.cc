/// The page's channel: hops out, as they are recorded; sources, when one is asked for.

#include "glass.h"

#include <atomic>

#include "../01-the-101/files.h"
#include "bench.h"
#include "sources.h"

namespace glass {
namespace {

using phx::Json;
using phx::telemetry::RecordedHop;
using phx::telemetry::Traces;

constexpr std::size_t hops_a_push = 200;
constexpr phx::Millis pause{20};  // between two pushes: a frame makes forty hops in one of them

/// Hops were recorded: sent once, until the channel has looked.
struct Changed {};
struct Look {};
/// While the page holds the server, it looks once a second whether that is over.
struct Tick {};
constexpr phx::Millis a_tick{1'000};

Json shown(const RecordedHop& hop) {
  Json json = phx::telemetry::as_json(hop);
  json.set("function", short_name(hop.function));
  return json;
}

Json shown(const Place& place) {
  Json code = Json::array();
  for (const std::string& line : place.lines) code.append(line);
  return Json::object({{"file", place.file},
                       {"line", place.line},
                       {"first", place.first},
                       {"function", place.function},
                       {"code", code}});
}

Json shown(const Chapter& chapter) {
  return Json::object({{"page", chapter.page}, {"title", chapter.title}, {"why", chapter.why}});
}

class GlassChannel final : public phx::Channel {
 public:
  GlassChannel(std::shared_ptr<Traces> traces, std::shared_ptr<const Sources> sources)
      : traces_(std::move(traces)), sources_(std::move(sources)) {}

  /// A traced page would hold itself.
  phx::JoinResult join(std::string_view, phx::Payload, phx::Socket& socket) override {
    window_ = socket.assign("window").string_or("");
    if (phx::process::traced()) return phx::Refused{{{"reason", "the page must not be traced"}}};
    auto* scheduler = socket.context().scheduler;
    watch_ = std::make_unique<Traces::Watch>(*traces_,
                                             [scheduler, self = socket.channel(), told = told_] {
                                               if (!told->exchange(true))
                                                 scheduler->send(self, Changed{});
                                             });
    socket.send_self(Changed{});
    return phx::Joined{};
  }
  phx::Result handle_in(std::string_view event, phx::Payload payload,
                        phx::Socket& socket) override {
    if (event == "source") return source(payload.json());
    if (event == "hold") return hold(socket);
    if (event == "step") {
      if (hold_) hold_->step();
    } else if (event == "release") {
      release(socket);
    } else if (event == "clear") {
      traces_->clear();
    } else {
      return unhandled(event);
    }
    return phx::Reply::ok();
  }
  phx::Result handle_info(phx::Message message, phx::Socket& socket) override {
    if (message.holds<Changed>()) socket.send_self_after(pause, Look{});
    if (message.holds<Look>()) look(socket);
    if (message.holds<Tick>()) tick(socket);
    return phx::NoReply{};
  }
  phx::Level log_join() const override { return phx::Level::off; }
  phx::Level log_handle_in() const override { return phx::Level::off; }

 private:
  void look(phx::Socket& socket);
  phx::Result source(const Json& asked) const;
  phx::Result hold(phx::Socket& socket);
  void release(phx::Socket& socket);
  void tick(phx::Socket& socket);
  void push_held(phx::Socket& socket) const;

  const std::shared_ptr<Traces> traces_;
  const std::shared_ptr<const Sources> sources_;
  const std::shared_ptr<std::atomic<bool>> told_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<Traces::Watch> watch_;
  std::string window_;                  ///< Of the page's own clients.
  std::uint64_t last_ = 0;              ///< The newest hop that was pushed.
  std::unique_ptr<Traces::Hold> hold_;  ///< Ends with the page.
};

/// Asks for news first: what is recorded while it looks gets another turn.
void GlassChannel::look(phx::Socket& socket) {
  told_->store(false);
  if (hold_) push_held(socket);
  const auto found = traces_->since(last_, hops_a_push);
  if (found.empty()) return;
  last_ = found.back().number;
  Json hops = Json::array();
  for (const RecordedHop& hop : found) hops.append(shown(hop));
  socket.push("hops", {{"hops", hops}});
  if (found.size() == hops_a_push) socket.send_self(Look{});
}

/// The function that made the hop, the application's that it calls, and their chapter.
phx::Result GlassChannel::source(const Json& asked) const {
  const auto place = sources_->around(asked["file"].string_or(""),
                                      static_cast<unsigned>(asked["line"].integer_or(0)),
                                      asked["function"].string_or(""));
  if (!place) {
    return phx::Reply::error({{"reason", "the sources changed since this program was built"}});
  }
  Json answer = Json::object({{"place", shown(*place)}});
  const auto yours = sources_->definition_of(asked["callee"].string_or(""));
  if (yours) answer.set("callee", shown(*yours));
  if (const auto chapter = sources_->chapter_of(*place)) answer.set("chapter", shown(*chapter));
  return phx::Reply::ok(answer);
}

// --- Slow motion --------------------------------------------------------------------------------

phx::Result GlassChannel::hold(phx::Socket& socket) {
  if (hold_) return phx::Reply::ok();
  if (window_.empty()) return phx::Reply::error({{"reason", "the page has not named its window"}});
  auto* scheduler = socket.context().scheduler;
  hold_ = traces_->hold(window_, [scheduler](phx::Pid pid) { scheduler->wake(pid); });
  if (!hold_) return phx::Reply::error({{"reason", "too many windows hold their clients"}});
  socket.send_self_after(a_tick, Tick{});
  return phx::Reply::ok();
}

void GlassChannel::release(phx::Socket& socket) {
  hold_.reset();
  socket.push("held", {{"over", true}, {"waiting", Json::array()}});
}

void GlassChannel::tick(phx::Socket& socket) {
  if (!hold_) return;
  if (hold_->over()) return release(socket);
  socket.send_self_after(a_tick, Tick{});
}

/// The processes that wait, the next one first.
void GlassChannel::push_held(phx::Socket& socket) const {
  Json waiting = Json::array();
  for (const auto& [pid, trace, after] : hold_->waiting()) {
    waiting.append(Json::object({{"pid", to_string(pid)}, {"trace", trace}, {"after", after}}));
  }
  socket.push("held", {{"over", false}, {"waiting", waiting}});
}

/// Takes clients that know the token, under either of its names; it may name a window.
class TokenSocket : public phx::UserSocket {
 public:
  explicit TokenSocket(std::shared_ptr<Traces> traces) : traces_(std::move(traces)) {}
  phx::ConnectResult connect(phx::Connect connect, phx::Socket& socket) const override {
    for (const char* name : {"token", "glass_token"}) {
      const std::string shown = connect.params[name].string_or("");
      const auto window = traces_->window_in(shown);
      if (!window) continue;
      socket.assigns["window"] = *window;
      return phx::Accepted{};
    }
    return phx::Rejected{};
  }
  phx::Level log() const override { return phx::Level::off; }

 protected:
  const std::shared_ptr<Traces> traces_;
};

struct GlassSocket final : TokenSocket {
  GlassSocket(const std::shared_ptr<Traces>& traces, std::shared_ptr<const Sources> sources)
      : TokenSocket(traces) {
    channel("glass", [traces, sources] { return std::make_unique<GlassChannel>(traces, sources); });
  }
};

struct BenchSocket final : TokenSocket {
  explicit BenchSocket(std::shared_ptr<Traces> traces) : TokenSocket(std::move(traces)) {
    channel<Bench>("bench:*");
  }
};

}  // namespace

void open(phx::Endpoint& endpoint, std::shared_ptr<Traces> traces,
          const std::filesystem::path& root) {
  const auto sources = std::make_shared<const Sources>(root);
  endpoint.socket({"/glass/socket", std::make_shared<GlassSocket>(traces, sources)});
  phx::Mount bench{"/glass/bench", std::make_shared<BenchSocket>(std::move(traces))};
  bench.longpoll = phx::LongpollOptions{};
  endpoint.socket(std::move(bench));
  chat::Files files(endpoint);
  const auto page = root / "chapters/19-the-glass-house/page";
  files.serve("/glass", page / "index.html");
  for (const char* part :
       {"glass.css", "glass.js", "hops.js", "house.js", "hand.js", "prepared.js", "export.js"}) {
    files.serve(std::string("/glass/") + part, page / part);
  }
}

}  // namespace glass
