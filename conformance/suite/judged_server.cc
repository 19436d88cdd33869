/// Starts, watches and restarts the server, or waits for one that runs already.

#include "conformance/suite/judged_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/judge.h"

namespace phx::conformance {
namespace {

constexpr Millis server_patience{15'000};
constexpr Millis end_patience{1'000};     // a crash may take a while to write its core
constexpr Millis return_patience{5'000};  // a supervisor's restart
constexpr Millis between_looks{100};
constexpr int max_restarts = 25;

/// Advice that fits the fault.
std::string advice(const std::string& wrong, const Options& options) {
  const auto says = [&wrong](const char* text) { return wrong.find(text) != wrong.npos; };
  if (says("not an HTTP"))
    return "The program at this address does not speak HTTP. Is the port right?";
  if (says("got HTTP 404")) {
    return fmt::format(
        "There is an HTTP server, but no socket is mounted at {}. --url takes the same mount "
        "as phoenix.js, without /websocket.",
        options.url.path);
  }
  if (says("got HTTP 403") || says("got HTTP 401")) {
    return "The server refuses the connection. Pass what it asks for with --params and --header.";
  }
  if (says("got HTTP ")) return "There is an HTTP server, but it does not upgrade to a websocket.";
  if (says("unmatched topic")) {
    return fmt::format("The server has no topic {}. Name one that can be joined with --topic.",
                       options.topic);
  }
  if (says("that says \"ok\"")) {
    return "The server refuses the topic. Name another with --topic, or pass what it asks for with "
           "--join-params.";
  }
  if (says("nothing came")) return "If the server is just slow, try --timeout-scale 3.";
  if (says("ended without")) return "A program listens there, but hangs up. Is the port right?";
  if (says("refused") || says("Unable to connect")) {
    return "Nothing is listening there. Give the address with --url, or start the server with `-- "
           "COMMAND`.";
  }
  return "--url, --topic, --params, --header and --join-params say where and how to connect.";
}

}  // namespace

std::optional<std::string> JudgedServer::start() {
  others_.clear();
  options_.nodes.clear();
  if (auto why = start_one(process_)) return why;
  options_.url = options_.url.on_this_machine(process_->port());
  for (int n = 1; n < options_.copies; ++n) {
    if (auto why = start_one(others_.emplace_back())) return why;
    options_.nodes.push_back(options_.url.on_this_machine(others_.back()->port()));
  }
  return std::nullopt;
}

std::optional<std::string> JudgedServer::start_one(std::unique_ptr<ServerProcess>& process) {
  process = std::make_unique<ServerProcess>(options_.command);
  const auto patience =
      std::chrono::duration_cast<Millis>(server_patience * std::max(1.0, options_.timeout_scale));
  const auto why = process->wait_until_it_listens(patience);
  if (!why) return std::nullopt;
  return fmt::format("{}: {}\n{}", options_.command.front(), *why, process->last_words());
}

std::optional<std::string> JudgedServer::come_up() {
  if (!options_.command.empty()) {
    if (auto why = start()) return why;
  }
  const auto wrong = is_wrong();
  if (!wrong) {
    await_cluster(options_, network_);
    return std::nullopt;
  }
  const auto end = ended();
  return fmt::format(
      "Connecting to {}, joining {} and sending a heartbeat did not work:\n  {}{}\n{}",
      options_.url.text(), options_.topic, *wrong, end ? "  the server: " + *end + "\n" : "",
      advice(*wrong, options_));
}

std::optional<std::string> JudgedServer::is_wrong() const {
  if (auto wrong = what_is_wrong_with_the_server(options_, network_)) return wrong;
  for (const Url& node : options_.nodes) {
    Options other = options_;
    other.url = node;
    if (auto wrong = what_is_wrong_with_the_server(other, network_)) return wrong;
  }
  return std::nullopt;
}

std::optional<std::string> JudgedServer::ended() const {
  if (!process_) return std::nullopt;
  const auto end = process_->ended();
  if (!end) return std::nullopt;
  const std::string words = process_->last_words();
  return words.empty() ? *end : fmt::format("{}; its last output:\n{}", *end, words);
}

Recovery JudgedServer::recover() { return process_ ? start_anew() : wait_for_it(); }

Recovery JudgedServer::start_anew() {
  const auto deadline = Clock::now() + end_patience;
  while (!process_->ended() && Clock::now() < deadline) {
    network_.pump([] { return false; }, Clock::now() + between_looks);
  }
  std::string story = ended().value_or("its process is still running, but does not answer");
  if (!process_->ended()) process_->kill();
  if (++restarts_ > max_restarts) {
    return {false,
            fmt::format("{}; it has already been restarted {} times, and is not restarted again",
                        story, max_restarts)};
  }
  if (const auto why = start()) return {false, story + "; restarted, it failed: " + *why};
  if (const auto wrong = is_wrong()) {
    return {false, story + "; after a restart it does not answer: " + *wrong};
  }
  return {true, story + "\n  it was restarted"};
}

Recovery JudgedServer::wait_for_it() {
  const auto patience =
      std::chrono::duration_cast<Millis>(return_patience * options_.timeout_scale);
  const auto began = Clock::now();
  while (Clock::now() - began < patience) {
    network_.pump([] { return false; }, Clock::now() + between_looks);
    if (is_wrong()) continue;
    const auto took = std::chrono::duration_cast<Millis>(Clock::now() - began);
    return {true, fmt::format("it was back after {} ms", took.count())};
  }
  return {false, fmt::format("it was not back within {} ms", patience.count())};
}

}  // namespace phx::conformance
