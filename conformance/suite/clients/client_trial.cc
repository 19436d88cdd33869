/// Starts the shim, plays the server, and polls both.

#include "conformance/suite/clients/client_trial.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/base64.h"
#include "conformance/suite/wire/loopback.h"

namespace phx::conformance {
namespace {

constexpr Millis default_patience{5'000};
constexpr Millis start_patience{15'000};
constexpr std::size_t max_conversations = 4;
constexpr std::size_t max_guests = 4'000;  // of one case
constexpr char shim_name[] = "the shim";
constexpr char no_report_at_all[] =
    "; the shim wrote nothing since its first line: does it flush after each?";
/// Short waits, for a client that lets its user set them.
constexpr char quick[] = R"({"reconnect_ms":[20,50,100],"rejoin_ms":[100,200]})";

int port_of(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

Json parsed(const std::string& members) {
  const auto json = parse_json(members);
  if (!json) throw std::logic_error("a case expects what is not JSON: " + members);
  return *json;
}

/// Whether the report has these members, by value.
bool includes(const Json& report, const Json& wanted) {
  const char* key = nullptr;
  json_t* value = nullptr;
  json_object_foreach(wanted.get(), key, value) {
    json_t* member = json_object_get(report.get(), key);
    if (!member || !matches(Json(json_incref(value)), Json(json_incref(member)))) return false;
  }
  return true;
}

Conversation told(const std::string& name, const std::string& opened,
                  const Transcript& transcript) {
  // Its lines have the case's own clock.
  return {name,
          opened,
          Millis{0},
          {transcript.lines().begin(), transcript.lines().end()},
          transcript.dropped()};
}

}  // namespace

ClientTrial::ClientTrial(const Rule& rule, const Options& options)
    : body_(rule.client_body),
      options_(options),
      patience_(std::chrono::duration_cast<Millis>(default_patience * options.timeout_scale) +
                time("reconnect_ms", Millis{0}) + time("rejoin_ms", Millis{0})),
      listener_(listen_on(0)),
      port_(port_of(listener_)) {}

ClientTrial::~ClientTrial() { ::close(listener_); }

void ClientTrial::run() {
  begin();
  body_(*this);
  turn(Clock::now());
  if (const auto end = shim_->gone()) violated("the client's process to live", *end);
}

void ClientTrial::begin() {
  shim_ = std::make_unique<Shim>(options_.command, began_);
  const auto patience =
      std::chrono::duration_cast<Millis>(start_patience * std::max(1.0, options_.timeout_scale));
  try {
    if (!pump([this] { return !shim_->reports().empty(); }, Clock::now() + patience)) {
      throw NothingCame(R"(the shim's first line, {"on":"ready",…})",
                        fmt::format("no line within {} s", patience.count() / 1'000), shim_name);
    }
  } catch (const Violation& violation) {
    throw SetupFailed(Step::shim, violation);
  }
  expect(R"({"on":"ready"})");
}

// --- What the client is told to do --------------------------------------------------------------

void ClientTrial::dial(const std::string& options, const std::string& params) {
  // No option stands twice: parsers differ in which of two they take.
  const Json all = parsed(quick);
  json_object_update(all.get(), parsed("{" + options + "}").get());
  const std::string text = all.dump();
  dial_plainly(text.substr(1, text.size() - 2), params);
}

void ClientTrial::dial_plainly(const std::string& options, const std::string& params) {
  shim_->say(fmt::format(
      R"({{"do":"connect","url":"ws://127.0.0.1:{}/socket","params":{},"options":{{{}}}}})", port_,
      params, options));
}

void ClientTrial::join(std::string_view channel, std::string_view topic, const std::string& more) {
  const bool payload = more.find(R"("payload":)") != more.npos;
  const bool events = more.find(R"("events":)") != more.npos;
  shim_->say(fmt::format(R"({{"do":"join","channel":{},"topic":{}{}{}{}{}}})", as_json(channel),
                         as_json(topic), payload ? "" : R"(,"payload":{})",
                         events ? "" : R"(,"events":["said","marker"])", more.empty() ? "" : ",",
                         more));
}

void ClientTrial::push(std::string_view id, std::string_view event, std::string_view payload,
                       std::string_view channel) {
  shim_->say(fmt::format(R"({{"do":"push","channel":{},"id":{},"event":{},"payload":{}}})",
                         as_json(channel), as_json(id), as_json(event), payload));
}

void ClientTrial::push_bytes(std::string_view id, std::string_view event, std::string_view bytes) {
  shim_->say(fmt::format(R"({{"do":"push","channel":"a","id":{},"event":{},"binary":{}}})",
                         as_json(id), as_json(event), as_json(base64(bytes))));
}

void ClientTrial::leave(std::string_view channel) {
  shim_->say(fmt::format(R"({{"do":"leave","channel":{}}})", as_json(channel)));
}

void ClientTrial::disconnect() { shim_->say(R"({"do":"disconnect"})"); }

// --- What it does -------------------------------------------------------------------------------

bool ClientTrial::ready_to_welcome(const Guest& guest) const {
  if (!guest.request() || guest.ended()) return false;
  return std::find(welcomed_.begin(), welcomed_.end(), &guest) == welcomed_.end();
}

Guest& ClientTrial::knock(Millis more) {
  Guest* found = nullptr;
  const auto look = [this, &found] {
    const auto next = std::find_if(guests_.begin(), guests_.end(),
                                   [this](const Guest& guest) { return ready_to_welcome(guest); });
    if (next != guests_.end()) found = &*next;
    return found != nullptr;
  };
  until(look, "the client to connect", more);
  welcomed_.push_back(found);
  return *found;
}

Guest& ClientTrial::welcome(Millis more) {
  const bool first = welcomed_.empty();
  try {
    Guest& guest = knock(more);
    const Request& request = *guest.request();
    const bool upgrade = request.target.find("/websocket") != std::string::npos &&
                         request.header("sec-websocket-key").has_value();
    if (!upgrade) {
      throw Violation("GET …/websocket that asks for an upgrade", described(request), guest.name());
    }
    guest.upgrade();
    return guest;
  } catch (const SetupFailed&) {
    throw;
  } catch (const Violation& violation) {
    if (first) throw SetupFailed(Step::dial, violation);
    throw;
  }
}

Heard ClientTrial::let_in(Guest& guest, std::string_view topic, std::string_view channel) {
  Heard join = guest.hear("phx_join", topic);
  guest.reply(join);
  expect(fmt::format(R"({{"on":"joined","channel":{}}})", as_json(channel)));
  // A client of version 1 may send none, and then the ref is what names its join.
  join_ref_ = join.message.join_ref == "null" ? join.message.ref : join.message.join_ref;
  return join;
}

bool ClientTrial::returns() {
  return pump(
      [this] {
        return std::any_of(guests_.begin(), guests_.end(),
                           [this](const Guest& guest) { return ready_to_welcome(guest); });
      },
      Clock::now() + patience_);
}

bool ClientTrial::let_back_in(Guest& guest, std::string_view topic, std::string_view channel) {
  const auto joins = [&guest, topic] {
    return std::any_of(guest.inbox().begin(), guest.inbox().end(), [topic](const Heard& heard) {
      return heard.message.event == "phx_join" && heard.message.topic == topic;
    });
  };
  pump([&] { return joins() || guest.ended(); }, Clock::now() + patience_);
  if (!joins()) return false;
  let_in(guest, topic, channel);
  return true;
}

Guest& ClientTrial::joined(const std::string& options, const std::string& topic) {
  dial(options);
  Guest& guest = welcome();
  join("a", topic);
  try {
    let_in(guest, topic);
  } catch (const SetupFailed&) {
    throw;
  } catch (const Violation& violation) {
    throw SetupFailed(Step::enter, violation);
  }
  return guest;
}

Json ClientTrial::expect(const std::string& members, Millis more) {
  const Json wanted = parsed(members);
  auto& reports = shim_->reports();
  auto found = reports.end();
  std::size_t seen = 0;  // those were looked at, and none is the one
  const auto look = [&] {
    found = std::find_if(reports.begin() + static_cast<std::ptrdiff_t>(seen), reports.end(),
                         [&wanted](const Json& report) { return includes(report, wanted); });
    seen = reports.size();
    return found != reports.end();
  };
  if (!pump(look, Clock::now() + patience_ + more)) {
    const std::string last = reports.empty()
                                 ? (shim_->lines() > 1 ? "" : no_report_at_all)
                                 : fmt::format("; last it reported {}", reports.back().dump());
    throw NothingCame(
        "a report " + members,
        fmt::format("no such report within {} ms{}", (patience_ + more).count(), last), shim_name);
  }
  Json report = std::move(*found);
  reports.erase(found);
  return report;
}

std::size_t ClientTrial::count(const std::string& members) {
  const Json wanted = parsed(members);
  const auto& reports = shim_->reports();
  return static_cast<std::size_t>(
      std::count_if(reports.begin(), reports.end(),
                    [&wanted](const Json& report) { return includes(report, wanted); }));
}

void ClientTrial::drop(const std::string& members) {
  const Json wanted = parsed(members);
  std::erase_if(shim_->reports(),
                [&wanted](const Json& report) { return includes(report, wanted); });
}

void ClientTrial::expect_none(const std::string& members, const std::string& why) {
  const Json wanted = parsed(members);
  for (const Json& report : shim_->reports()) {
    if (includes(report, wanted)) throw Violation(why, "the report " + report.dump(), shim_name);
  }
}

void ClientTrial::settle(Guest& guest, std::string_view topic, std::string_view channel) {
  const std::string payload = fmt::format(R"({{"marker":{}}})", ++markers_);
  guest.broadcast(topic, "marker", payload);
  expect(fmt::format(R"({{"on":"message","channel":{},"event":"marker","payload":{}}})",
                     as_json(channel), payload));
}

void ClientTrial::expect_same(const std::string& what, const std::string& expected,
                              const std::string& actual) {
  if (expected != actual) violated(what + " " + expected, actual);
}

void ClientTrial::violated(const std::string& expected, const std::string& actual) const {
  throw Violation(expected, actual,
                  guests_.empty() ? std::string(shim_name) : guests_.back().name());
}

// --- Time and needs -----------------------------------------------------------------------------

void ClientTrial::need(std::string_view feature) {
  const auto lacking = options_.client.lacks.find(feature);
  if (lacking == options_.client.lacks.end()) return;
  throw Skipped(fmt::format("the client lacks it ({}): {}", feature, lacking->second));
}

Millis ClientTrial::time(std::string_view name, Millis wanted) const {
  const auto fixed = options_.client.fixed.find(name);
  return fixed == options_.client.fixed.end() ? wanted : fixed->second;
}

void ClientTrial::wait(Millis time) {
  pump([] { return false; }, Clock::now() + time);
}

void ClientTrial::until(const std::function<bool()>& done, const std::string& expected,
                        Millis more) {
  if (pump(done, Clock::now() + patience_ + more)) return;
  throw NothingCame(expected, fmt::format("nothing came within {} ms", (patience_ + more).count()),
                    guests_.empty() ? std::string(shim_name) : guests_.back().name());
}

bool ClientTrial::pump(const std::function<bool()>& done, Clock::time_point deadline) {
  for (;;) {
    if (!shim_->fault().empty()) {
      throw SetupFailed(Step::shim, Violation("lines as docs/client-contract.md states them",
                                              shim_->fault(), shim_name));
    }
    if (done()) return true;
    if (Clock::now() >= deadline) return false;
    if (const auto end = shim_->gone()) {
      throw Violation("the client's process to live", *end, shim_name);
    }
    turn(deadline);
  }
}

// --- The loop -----------------------------------------------------------------------------------

void ClientTrial::turn(Clock::time_point deadline) {
  constexpr Millis most{50};  // for the process's end, which causes no event here
  std::vector<pollfd> waits{{listener_, POLLIN, 0}};
  for (const pollfd& each : shim_->waits()) waits.push_back(each);
  std::vector<Guest*> guests;
  for (Guest& guest : guests_) {
    if (guest.wait().fd < 0) continue;
    guests.push_back(&guest);
    waits.push_back(guest.wait());
  }
  const auto left = std::chrono::ceil<Millis>(deadline - Clock::now());
  const Millis time = std::clamp(left, Millis{0}, most);
  if (::poll(waits.data(), waits.size(), static_cast<int>(time.count())) <= 0) return;
  if (waits[0].revents != 0) accept_all();
  if ((waits[1].revents | waits[2].revents) != 0) shim_->turn();
  for (std::size_t i = 0; i < guests.size(); ++i) {
    if (waits[i + 3].revents != 0) guests[i]->turn(waits[i + 3].revents);
  }
  refuse_requests();
}

void ClientTrial::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    send_at_once(fd);
    tries_.push_back(Clock::now());
    if (guests_.size() >= max_guests) {
      ::close(fd);
      continue;
    }
    guests_.emplace_back(
        fd, fmt::format("connection {}", guests_.size() + 1), began_,
        [this](const std::function<bool()>& done, Clock::time_point deadline) {
          return pump(done, deadline);
        },
        patience_);
    if (!options_.reports.har.empty()) guests_.back().record();
    if (door_ == Door::closed) guests_.back().reset();
  }
}

void ClientTrial::refuse_requests() {
  if (door_ != Door::forbidden) return;
  for (Guest& guest : guests_) {
    if (!ready_to_welcome(guest)) continue;
    guest.answer({.status = 403, .headers = {{"connection", "close"}}, .body = "Forbidden"});
    guest.cut();
  }
}

// --- For the reports ----------------------------------------------------------------------------

std::vector<Conversation> ClientTrial::conversations(const std::string& first) const {
  std::vector<Conversation> found;
  if (shim_) {
    std::string command;
    for (const std::string& word : options_.command) command += (command.empty() ? "" : " ") + word;
    found.push_back(told(shim_name, command, shim_->transcript()));
  }
  // The last ones: what went before them is often only how they came about.
  const std::size_t most = max_conversations - 1;
  std::size_t skipped = guests_.size() > most ? guests_.size() - most : 0;
  for (const Guest& guest : guests_) {
    if (skipped > 0 && guest.name() != first) {
      --skipped;
      continue;
    }
    found.push_back(told(guest.name(), guest.opened(), guest.transcript()));
  }
  std::stable_partition(found.begin(), found.end(),
                        [&first](const Conversation& one) { return one.name == first; });
  return found;
}

std::vector<std::pair<std::string, const Recording*>> ClientTrial::recordings() const {
  std::vector<std::pair<std::string, const Recording*>> found;
  for (const Guest& guest : guests_) {
    if (guest.recording()) found.emplace_back(guest.name(), &*guest.recording());
  }
  return found;
}

std::string ClientTrial::anonymous(std::string text) const {
  const std::string own = fmt::format("127.0.0.1:{}", port_);
  for (auto at = text.find(own); at != text.npos; at = text.find(own)) {
    text.replace(at, own.size(), "{server}");
  }
  return text;
}

std::string ClientTrial::origin() const { return fmt::format("http://127.0.0.1:{}", port_); }

}  // namespace phx::conformance
