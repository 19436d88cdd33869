/// Opens the connections of one case, and checks them when it ends.

#include "conformance/suite/core/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "conformance/suite/core/polled_client.h"
#include "conformance/suite/core/poller.h"
#include "conformance/suite/core/violation.h"

namespace phx::conformance {
namespace {

constexpr Millis default_patience{5'000};  // long for a frame, short for a person
constexpr std::size_t max_conversations = 4;
constexpr char sample_key[] = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, 1.3

std::string random_suffix() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// The mounts that only the contract has: a server without one can't be judged there.
bool is_missing(const Opening& opening, const Violation& violation) {
  return !opening.mount.empty() && violation.actual().starts_with("HTTP 404");
}

/// The opening as it is on the axis.
Opening turned(Opening opening, Axis axis) {
  if (axis == Axis::v1 && opening.vsn == Opening{}.vsn) opening.vsn = "1.0.0";
  return opening;
}

}  // namespace

Trial::Trial(const Rule& rule, const Options& options, Network& network, Axis axis)
    : body_(rule.body),
      options_(options),
      network_(network),
      axis_(axis),
      words_(common_words()),
      url_(options.url),
      authority_(url_.authority()),
      patience_(std::chrono::duration_cast<Millis>(default_patience * options.timeout_scale)) {
  // Contract cases share no topics: each has its own.
  const std::string own = fmt::format("conformance:{}-{}", rule.id, random_suffix());
  words_["topic"] = rule.profile == Profile::core ? options.topic : own;
  words_["other"] = own + "-other";
  words_["nowhere"] = fmt::format("nowhere-{}:x", random_suffix());
  words_["join"] = rule.profile == Profile::core ? options.join_params : "{}";
}

Trial::~Trial() = default;

Millis Trial::length(const std::string& name, Millis usual) {
  const auto length =
      std::chrono::duration_cast<Millis>(usual * std::max(1.0, options_.timeout_scale));
  words_[name] = std::to_string(length.count());
  return length;
}

// --- Opening -------------------------------------------------------------------------------------

Trial::Talk& Trial::open(const std::string& what) {
  talks_.push_back({fmt::format("connection {}", talks_.size() + 1), what,
                    std::chrono::duration_cast<Millis>(Clock::now() - began_),
                    std::make_unique<Connection>(network_, url_)});
  if (!options_.reports.har.empty()) talks_.back().connection->record();
  return talks_.back();
}

Connection& Trial::dial(const std::string& what) { return *open(what).connection; }

void Trial::turn_to(int port) { turn_to(url_.on_this_machine(port)); }

void Trial::turn_to(const Url& url) {
  url_ = url;
  authority_ = url_.authority();
}

Client& Trial::connect(const Opening& opening) {
  const bool turns = opening.vsn == Opening{}.vsn;
  if (axis_ == Axis::cluster) {
    const std::size_t node = clients_.size() % nodes();
    turn_to(node == 0 ? options_.url : options_.nodes[node - 1]);
  }
  if (turns && axis_ == Axis::longpoll) return connect_polling(opening);
  const Request request = upgrade(turned(opening, axis_));
  Talk& talk = open(request.target);
  const std::string expected = "the upgrade to be accepted with 101";
  const auto response = talk.connection->ask(request, deadline());
  if (!response) {
    const std::string& error = talk.connection->error();
    const std::string nothing = talk.connection->ended()
                                    ? "the connection ended without an answer"
                                    : fmt::format("nothing came within {} ms", patience_.count());
    refuse(Step::connect, opening, {expected, error.empty() ? nothing : error, talk.name});
  }
  if (response->status != 101) {
    refuse(Step::connect, opening, {expected, fmt::format("HTTP {}", response->status), talk.name});
  }
  if (turns && axis_ == Axis::v1) return adopt(*talk.connection, Version::v2_as_v1);
  const bool v2 = opening.vsn && opening.vsn->starts_with('2');
  return adopt(*talk.connection, v2 ? Version::v2 : Version::v1);
}

Client& Trial::connect_polling(const Opening& opening) {
  Poller& poller = poll(opening);
  poller.forget();  // its client checks it
  clients_.push_back(std::make_unique<PolledClient>(poller, poller.polls(), name_of(poller.polls()),
                                                    words_, patience_));
  return *clients_.back();
}

Client& Trial::adopt(Connection& connection, Version version) {
  clients_.push_back(
      std::make_unique<Client>(connection, name_of(connection), version, words_, patience_));
  return *clients_.back();
}

const std::string& Trial::name_of(const Connection& connection) const {
  const auto talk = std::find_if(talks_.begin(), talks_.end(), [&connection](const Talk& known) {
    return known.connection.get() == &connection;
  });
  return talk->name;
}

Client& Trial::join(const Opening& opening) {
  Client& client = connect(opening);
  client.send(R"(["1","1","{topic}","phx_join",{join}])");
  try {
    client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  } catch (const Violation& violation) {
    refuse(Step::join, opening, violation);
  }
  return client;
}

void Trial::refuse(Step step, const Opening& opening, const Violation& violation) const {
  if (is_missing(opening, violation)) throw SetupFailed(Step::mount, violation);
  const bool plain = opening.mount.empty() && opening.query.empty() && opening.headers.empty() &&
                     opening.vsn == Opening{}.vsn;
  // A polling client uses two connections.
  const bool first = axis_ == Axis::longpoll ? clients_.size() <= 1 : talks_.size() == 1;
  if (first && plain) throw SetupFailed(step, violation);
  throw Violation(violation);
}

bool Trial::has_longpoll() { return ask(longpoll()).status != 404; }

void Trial::need_longpoll() {
  if (!has_longpoll()) throw Skipped("there is no long-poll at " + longpoll().target);
}

Poller& Trial::poll(const Opening& opening) {
  try {
    pollers_.push_back(std::make_unique<Poller>(*this, opening));
  } catch (const Violation& violation) {
    refuse(Step::poll, opening, violation);
  }
  return *pollers_.back();
}

std::string Trial::target(const Opening& opening, std::string_view transport) const {
  std::vector<std::string> query;
  for (const auto& [name, value] : options_.params) {
    query.push_back(percent_encoded(name) + "=" + percent_encoded(value));
  }
  if (!opening.query.empty()) query.push_back(opening.query);
  if (opening.vsn) query.push_back("vsn=" + *opening.vsn);
  return fmt::format("{}/{}{}{}", opening.mount.empty() ? url_.path : opening.mount, transport,
                     query.empty() ? "" : "?", fmt::join(query, "&"));
}

/// The opening's headers, then those of the command line that it does not set itself.
Request Trial::with_headers(Request request, const Opening& opening) const {
  for (const auto& [name, value] : opening.headers) request = request.with(name, value);
  for (const auto& [name, value] : options_.headers) {
    const bool own = std::any_of(opening.headers.begin(), opening.headers.end(),
                                 [&name](const auto& header) { return header.first == name; });
    if (!own) request = request.with(name, value);
  }
  return request;
}

Request Trial::upgrade(const Opening& opening) const {
  return with_headers(upgrade_request(authority_, target(opening, "websocket"), sample_key),
                      opening);
}

Request Trial::longpoll(const Opening& opening) const {
  return with_headers({.target = target(opening, "longpoll"), .headers = {{"Host", authority_}}},
                      opening);
}

std::string Trial::connect_params(std::string_view more) const {
  std::string object = "{";
  for (const auto& [name, value] : options_.params) {
    object += fmt::format("{}:{},", as_json(name), as_json(value));
  }
  if (!more.empty()) object += fmt::format("{},", more);
  return object + R"("vsn":"2.0.0"})";
}

// --- Requests ------------------------------------------------------------------------------------

Response Trial::ask(const Request& request) {
  Talk& talk = open(request.method + " " + request.target);
  const auto response = talk.connection->ask(request, deadline());
  if (response) return *response;
  if (talk.connection->ended()) {
    throw Violation("an HTTP response", "the connection ended without one", talk.name);
  }
  throw NothingCame("an HTTP response", fmt::format("nothing came within {} ms", patience_.count()),
                    talk.name);
}

Response Trial::expect_status(const Request& request, int status) {
  Response response = ask(request);
  if (response.status == status) return response;
  const Violation violation(fmt::format("HTTP {} to {} {}", status, request.method, request.target),
                            fmt::format("HTTP {} {}", response.status, response.body),
                            talks_.back().name);
  const bool elsewhere = !request.target.starts_with(url_.path + "/");
  if (response.status == 404 && elsewhere) throw SetupFailed(Step::mount, violation);
  throw Violation(violation);
}

Response Trial::expect_answer(const Request& request, int status, const std::string& body) {
  Response response = expect_status(request, status);
  if (response.body == body) return response;
  throw Violation(fmt::format("HTTP {} with the body \"{}\"", status, body),
                  fmt::format("the body \"{}\"", response.body), talks_.back().name);
}

Json Trial::expect_json(const Request& request, std::string_view body) {
  const Response response = expect_status(request, 200);
  return checked_body(response, fill(body), talks_.back().name);
}

void Trial::wait(Millis time) {
  network_.pump([] { return false; }, Clock::now() + time);
}

// --- The end -------------------------------------------------------------------------------------

void Trial::run() {
  body_(*this);
  finish();
}

void Trial::finish() {
  for (const auto& client : clients_) client->expect_all_was_said();
  for (const auto& poller : pollers_) poller->expect_all_was_said();
}

std::vector<Conversation> Trial::conversations(const std::string& first) const {
  std::vector<const Talk*> order;
  for (const Talk& talk : talks_) order.push_back(&talk);
  std::stable_partition(order.begin(), order.end(),
                        [&first](const Talk* talk) { return talk->name == first; });
  order.resize(std::min(max_conversations, order.size()));
  std::vector<Conversation> found;
  for (const Talk* talk : order) {
    const Transcript& transcript = talk->connection->transcript();
    found.push_back({talk->name,
                     talk->what,
                     talk->began,
                     {transcript.lines().begin(), transcript.lines().end()},
                     transcript.dropped()});
  }
  return found;
}

std::vector<std::pair<std::string, const Recording*>> Trial::recordings() const {
  std::vector<std::pair<std::string, const Recording*>> found;
  for (const Talk& talk : talks_) {
    const auto& recording = talk.connection->recording();
    if (recording) found.emplace_back(talk.name, &*recording);
  }
  return found;
}

std::string Trial::anonymous(std::string text) const {
  constexpr std::size_t telling = 4;  // shorter names occur in other words too
  for (const char* name : {"other", "topic", "nowhere"}) {  // {other} begins with {topic}
    const std::string& own = words_.find(name)->second;
    if (own.size() >= telling) replace_all(text, own, fmt::format("{{{}}}", name));
  }
  return text;
}

}  // namespace phx::conformance
