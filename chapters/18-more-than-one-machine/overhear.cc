/// Overhears what nodes tell each other at a Redis, and says it in words. Chapter 18.
///
///     redis-cli --no-raw subscribe phx:Elixir.Contract.PubSub.Adapter | overhear
///     overhear split.txt            a recorded conversation, with what its clients heard
///
/// With --terms each message is shown whole, as Elixir would write it.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <sstream>

#include "base/base64.h"
#include "chapters/18-more-than-one-machine/text.h"
#include "etf/reader.h"
#include "presence/wire.h"
#include "serializer/json_term.h"

using namespace phx;
using etf::Term;

namespace {

// --- In words ------------------------------------------------------------------------------------

/// A binary's text; of any other term, what Elixir would write.
std::string plain(const Term& term) {
  const auto* text = term.get<std::string>();
  return text != nullptr ? *text : overheard::text(term);
}

/// Names the runs of nodes: `a`, and after a restart `a'`.
class Names {
 public:
  std::string of(const presence::ReplicaRef& ref) {
    std::vector<Term>& runs = runs_[ref.name()];
    const auto found = std::find(runs.begin(), runs.end(), ref.vsn());
    const auto run = static_cast<std::size_t>(found - runs.begin());
    if (found == runs.end()) runs.push_back(ref.vsn());
    return plain(ref.name()) + std::string(run, '\'');
  }

 private:
  std::map<Term, std::vector<Term>> runs_;
};

class Narrator {
 public:
  /// The words for one message; empty for one that is none of Phoenix's.
  std::string words(const Term& envelope) {
    const auto* parts = envelope.tuple_of(6);
    if (parts == nullptr) return {};
    const auto& [mode, node, topic, message] =
        std::tie((*parts)[1], (*parts)[2], (*parts)[3], (*parts)[4]);
    if (const auto* about = topic.get<std::string>();
        about && about->starts_with("phx_presence:")) {
      const presence::TrackerMessage said = presence::decode(message).message;
      const bool to_all = mode.is_atom("except");
      return std::visit(
          [&](const auto& one) { return way(one, to_all ? "all" : plain(node)) + say(one); }, said);
    }
    const Term* event = message.find_atom("event");
    const Term* payload = message.find_atom("payload");
    if (event == nullptr || payload == nullptr) return {};
    return fmt::format("{:<2} ⇒ all  broadcast  {} {} {}", plain(node), plain(topic), plain(*event),
                       serializer::json_of(*payload));
  }

 private:
  template <class Message>
  std::string way(const Message& message, const std::string& to) {
    return fmt::format("{:<2} ⇒ {:<4} ", names_.of(message.from), to);
  }

  std::string say(const presence::Heartbeat& beat) {
    const std::string what =
        beat.delta ? "delta      " + parts(beat.delta->parts, {}) : "heartbeat ";
    return what + " knows " + clocks(beat.clocks.clocks);
  }
  std::string say(const presence::TransferRequest& request) {
    return "asks       knows " + clocks(request.clocks.clocks);
  }
  std::string say(const presence::TransferAck& ack) {
    if (const auto* delta = std::get_if<presence::Delta>(&ack.transfer)) {
      return "answers    delta " + parts(delta->parts, {});
    }
    const auto& all = std::get<presence::Snapshot>(ack.transfer);
    return "answers    all " + parts(all.parts, all.context);
  }
  std::string say(const presence::GracefulPermdown&) { return "farewell"; }

  /// `a 1, b 4`: all of their operations up to these.
  std::string clocks(const presence::Clocks& clocks) {
    std::vector<std::string> all;
    all.reserve(clocks.size());
    for (const auto& [ref, clock] : clocks)
      all.push_back(fmt::format("{} {}", names_.of(ref), clock));
    return fmt::format("{}", fmt::join(all, ", "));
  }

  /// `a 1-4 {3 ann, 4 cat}`: these operations, and who is here by some of them.
  std::string parts(const presence::Parts& parts, const presence::Clocks& up_to) {
    std::vector<std::string> all;
    for (const auto& [ref, part] : parts) {
      std::string known = names_.of(ref);
      if (const auto clock = up_to.find(ref); clock != up_to.end()) {
        known += fmt::format(" up to {}", clock->second);
      }
      for (const auto& [first, last] : part.cloud.ranges()) {
        known += first == last ? fmt::format(" {}", first) : fmt::format(" {}-{}", first, last);
      }
      std::vector<std::string> here;
      here.reserve(part.values.size());
      for (const auto& [count, value] : part.values) {
        here.push_back(fmt::format("{} {}", count, value->key));
      }
      all.push_back(fmt::format("{} {{{}}}", known, fmt::join(here, ", ")));
    }
    return fmt::format("{}", fmt::join(all, ", "));
  }

  Names names_;
};

// --- Lines ---------------------------------------------------------------------------------------

/// The message in a line of redis-cli's, `3) "\x83h\x06…"`; empty for its other lines.
std::string quoted(const std::string& line) {
  const std::size_t begin = line.find(") \"");
  if (begin == std::string::npos || line.back() != '"') return {};
  std::string bytes = overheard::unquoted(line.substr(begin + 3, line.size() - begin - 4));
  return bytes.starts_with('\x83') ? bytes : std::string();
}

/// A frame of presence with its keys alone.
std::string without_metas(const std::string& frame) {
  static const std::regex metas(R"(\{"metas":\[[^\]]*\]\})");
  return overheard::cut(std::regex_replace(frame, metas, "…"), 86);
}

class Listener {
 public:
  explicit Listener(bool terms) : terms_(terms) {}

  void live(const std::string& line) {
    if (const std::string bytes = quoted(line); !bytes.empty()) print("", bytes);
  }

  /// `MS redis BASE64`, `MS sent|received CLIENT FRAME` or `MS note WORDS`.
  void recorded(const std::string& line) {
    std::istringstream words(line);
    long long ms = 0;
    std::string what, who, rest;
    if (!(words >> ms >> what)) return;
    if (what == "sent" || what == "received") words >> who;
    std::getline(words >> std::ws, rest);
    const std::string when = fmt::format("{:>5}  ", ms);
    if (what == "redis") return print(when, base64::decode(rest).value());
    const char* arrow = what == "sent" ? "→" : what == "received" ? "←" : "--";
    fmt::print("{}{}{}{} {}\n", when, who, who.empty() ? "" : " ", arrow, without_metas(rest));
  }

 private:
  /// Anybody may publish anything.
  void print(const std::string& when, const std::string& bytes) try {
    const Term envelope = etf::decode(bytes);
    const std::string words = terms_ ? overheard::text(envelope, 96) : narrator_.words(envelope);
    const bool in_lines = words.find('\n') != std::string::npos && !when.empty();
    if (!words.empty()) fmt::print("{}{}{}\n", when, in_lines ? "\n" : "", words);
    std::fflush(stdout);
  } catch (const std::exception& error) {
    fmt::print("{}a message that is not theirs: {}\n", when, error.what());
  }

  const bool terms_;
  Narrator narrator_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const bool terms = std::find(words.begin(), words.end(), "--terms") != words.end();
  Listener listener(terms);
  const auto file = std::find_if(words.begin(), words.end(),
                                 [](const std::string& word) { return !word.starts_with("--"); });
  std::string line;
  if (file == words.end()) {
    while (std::getline(std::cin, line)) listener.live(line);
    return 0;
  }
  std::ifstream in(*file);
  if (!in) {
    fmt::print(stderr, "expected a recording, but there is no file {}\n", *file);
    return 2;
  }
  while (std::getline(in, line)) listener.recorded(line);
}
