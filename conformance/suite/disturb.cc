/// Reads the proxy's options, and runs it.

#include "conformance/suite/disturb.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>

#include "conformance/proxy/disturber.h"
#include "conformance/proxy/proxy.h"
#include "conformance/proxy/upstream.h"
#include "conformance/suite/core/options.h"

namespace phx::conformance {
namespace {

constexpr char footer[] =
    "Point your application at the port of --listen. Without --frame or --every each message that\n"
    "fits is disturbed. Pings, pongs and closes pass, and so does all of HTTP, long-polling "
    "included.\n\n"
    "Examples:\n"
    "  phx-conformance disturb --url ws://localhost:4000/socket --cut --frame 10\n"
    "  phx-conformance disturb --url ws://localhost:4000/socket --drop --event phx_reply --every "
    "3\n"
    "  phx-conformance disturb --url ws://localhost:4000/socket --delay 2000 --from client\n"
    "  phx-conformance disturb --url ws://localhost:4000/socket --stop --frame 5\n\n"
    "Exit status: 0 after Ctrl-C, 2 usage, 4 the port is taken.";

struct Spelling {
  std::string url = "ws://127.0.0.1:4000/socket";
  int listen = 4001;
  std::string from = "server";
  bool drop = false, duplicate = false, cut = false, stop = false;
  int delay_ms = 0;
};

void describe(CLI::App& app, Spelling& spelled, Disturbing& chosen) {
  app.add_option("--url", spelled.url, "the server: ws://HOST:PORT/PATH")->capture_default_str();
  app.add_option("--listen", spelled.listen, "the port of 127.0.0.1 for your application")
      ->check(CLI::Range(1, 65'535))
      ->capture_default_str();
  const char* what = "What to do (one of them)";
  app.add_flag("--drop", spelled.drop, "the message does not arrive")->group(what);
  app.add_flag("--duplicate", spelled.duplicate, "it arrives twice")->group(what);
  app.add_option("--delay", spelled.delay_ms,
                 "it and what follows wait for this time, in milliseconds")
      ->check(CLI::Range(1, 3'600'000))
      ->group(what);
  app.add_flag("--cut", spelled.cut, "the connection ends in its place")->group(what);
  app.add_flag("--stop", spelled.stop, "nothing passes any more, and the connection stays open")
      ->group(what);
  const char* which = "To which messages";
  app.add_option("--from", spelled.from, "the messages of this side")
      ->check(CLI::IsMember({"server", "client"}))
      ->capture_default_str()
      ->group(which);
  auto* frame = app.add_option("--frame", chosen.frame, "only this one of each connection, from 1")
                    ->check(CLI::Range(1, 1'000'000'000))
                    ->group(which);
  app.add_option("--every", chosen.every, "only each Nth one")
      ->check(CLI::Range(1, 1'000'000'000))
      ->excludes(frame)
      ->group(which);
  app.add_option("--event", chosen.event, "count only messages with this event")->group(which);
  app.add_option("--topic", chosen.topic, "count only messages on this topic")->group(which);
  app.footer(footer);
}

/// The one disturbance that was asked for.
std::optional<Disturbance> wanted(const Spelling& spelled) {
  const std::pair<bool, Disturbance> all[] = {{spelled.drop, Disturbance::drop},
                                              {spelled.duplicate, Disturbance::duplicate},
                                              {spelled.delay_ms > 0, Disturbance::delay},
                                              {spelled.cut, Disturbance::cut},
                                              {spelled.stop, Disturbance::stop}};
  std::optional<Disturbance> found;
  for (const auto& [asked, what] : all) {
    if (!asked) continue;
    if (found) return std::nullopt;
    found = what;
  }
  return found;
}

int complain(const std::string& text) {
  fmt::print(stderr, "phx-conformance disturb: {}\n--help lists the options\n", text);
  return Exit::usage;
}

int run(const Url& url, int port, const Disturbing& chosen) {
  Disturber disturber(chosen, [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  });
  bool stopped = false;
  Upstream server{.connect = [&url] { return connect_to(url); },
                  .ended = [&stopped] { return stopped; },
                  .terminate =
                      [&stopped, &disturber] {
                        stopped = true;
                        disturber.end();
                      }};
  Tamper tamper = disturber.tamper();
  Proxy proxy(std::move(tamper), std::move(server), port);
  fmt::print("disturbing {} at ws://127.0.0.1:{}{}: Ctrl-C ends it\n", url.text(), port, url.path);
  std::fflush(stdout);
  proxy.run();
  return Exit::passed;
}

}  // namespace

int disturb(int argc, const char* const* argv) {
  Spelling spelled;
  Disturbing chosen;
  CLI::App app{"A proxy that breaks a connection at a chosen message.", "phx-conformance disturb"};
  describe(app, spelled, chosen);
  try {
    app.parse(std::vector<std::string>(std::make_reverse_iterator(argv + argc),
                                       std::make_reverse_iterator(argv + 2)));
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}\n", app.help());
    return Exit::passed;
  } catch (const CLI::ParseError& error) {
    return complain(error.what());
  }
  const auto url = parse_url(spelled.url);
  if (!url || url->secure) {
    return complain(
        fmt::format("--url {}: expected ws://HOST:PORT/PATH, without TLS", spelled.url));
  }
  const auto what = wanted(spelled);
  if (!what) return complain("expected one of --drop, --duplicate, --delay, --cut and --stop");
  chosen.what = *what;
  chosen.delay = Millis{spelled.delay_ms};
  chosen.from_client = spelled.from == "client";
  return run(*url, spelled.listen, chosen);
}

}  // namespace phx::conformance
