/// Opens the connections of one case, and looks them over when it ends.

#include "conformance/suite/trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "conformance/suite/poller.h"
#include "conformance/suite/violation.h"

namespace phx::conformance {
namespace {

constexpr Millis default_patience{5'000};  // long for a frame, short for a person
constexpr std::size_t most_transcripts = 4;
constexpr char sample_key[] = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455, 1.3

std::string random_suffix() {
  std::random_device random;
  return fmt::format("{:08x}", random());
}

std::string printed(const Transcript& transcript) {
  std::string out;
  if (transcript.dropped() > 0) out += fmt::format("    … {} earlier\n", transcript.dropped());
  for (const auto& line : transcript.lines()) {
    const char* arrow = line.direction == Transcript::Direction::sent       ? "→"
                        : line.direction == Transcript::Direction::received ? "←"
                                                                            : "·";
    out += fmt::format("    {:>6} ms  {} {}\n", line.at.count(), arrow, line.text);
  }
  return out;
}

}  // namespace

Trial::Trial(const Rule& rule, const Options& options, Network& network)
    : options_(options),
      network_(network),
      words_(common_words()),
      url_(options.url),
      authority_(url_.authority()),
      patience_(std::chrono::duration_cast<Millis>(default_patience * options.timeout_scale)) {
  // Contract cases meet nobody: each has topics of its own.
  const std::string own = fmt::format("conformance:{}-{}", rule.id, random_suffix());
  words_["topic"] = rule.profile == Profile::core ? options.topic : own;
  words_["other"] = own + "-other";
  words_["nowhere"] = fmt::format("nowhere-{}:x", random_suffix());
  words_["join"] = rule.profile == Profile::core ? options.join_params : "{}";
}

Trial::~Trial() = default;

// --- Opening -------------------------------------------------------------------------------------

Trial::Talk& Trial::open(const std::string& what) {
  talks_.push_back({fmt::format("connection {}", talks_.size() + 1), what,
                    std::make_unique<Connection>(network_, url_)});
  return talks_.back();
}

Connection& Trial::dial(const std::string& what) { return *open(what).connection; }

void Trial::turn_to(int port) {
  url_ = Url{.port = port};
  authority_ = url_.authority();
}

Client& Trial::connect(const Opening& opening) {
  const Request request = upgrade(opening);
  Talk& talk = open(request.target);
  const std::string expected = "the upgrade to be accepted with 101";
  const auto response = talk.connection->ask(request, deadline());
  if (!response) {
    const std::string& error = talk.connection->error();
    throw Violation(expected, error.empty() ? "no answer at all" : error, talk.name);
  }
  if (response->status != 101) {
    throw Violation(expected, fmt::format("HTTP {}", response->status), talk.name);
  }
  const bool v2 = opening.vsn && opening.vsn->starts_with('2');
  return adopt(*talk.connection, v2 ? Version::v2 : Version::v1);
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
  client.expect(R"(["1","1","{topic}","phx_reply",{ok}])");
  return client;
}

bool Trial::has_longpoll() { return ask(longpoll()).status != 404; }

Poller& Trial::poll(const Opening& opening) {
  pollers_.push_back(std::make_unique<Poller>(*this, opening));
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

Request Trial::upgrade(const Opening& opening) const {
  Request request = upgrade_request(authority_, target(opening, "websocket"), sample_key);
  for (const auto& [name, value] : opening.headers) request = request.with(name, value);
  return request;
}

Request Trial::longpoll(const Opening& opening) const {
  Request request{.target = target(opening, "longpoll"), .headers = {{"Host", authority_}}};
  for (const auto& [name, value] : opening.headers) request = request.with(name, value);
  return request;
}

std::string Trial::connect_params(std::string_view more) const {
  std::string object = "{";
  for (const auto& [name, value] : options_.params) {
    object += fmt::format("{}:{},", quoted(name), quoted(value));
  }
  if (!more.empty()) object += fmt::format("{},", more);
  return object + R"("vsn":"2.0.0"})";
}

// --- Asking --------------------------------------------------------------------------------------

Response Trial::ask(const Request& request) {
  Talk& talk = open(request.method + " " + request.target);
  const auto response = talk.connection->ask(request, deadline());
  if (response) return *response;
  throw Violation("an HTTP response",
                  talk.connection->ended()
                      ? "the connection ended without one"
                      : fmt::format("nothing came within {} ms", patience_.count()),
                  talk.name);
}

Response Trial::expect_status(const Request& request, int status) {
  Response response = ask(request);
  if (response.status == status) return response;
  throw Violation(fmt::format("HTTP {} to {} {}", status, request.method, request.target),
                  fmt::format("HTTP {} {}", response.status, response.body), talks_.back().name);
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

void Trial::expect_server_goes_on() { connect().expect_silence(); }

void Trial::wait(Millis time) {
  network_.pump([] { return false; }, Clock::now() + time);
}

// --- The end -------------------------------------------------------------------------------------

void Trial::finish() {
  for (const auto& client : clients_) client->expect_all_was_said();
  for (const auto& poller : pollers_) poller->expect_all_was_said();
}

std::string Trial::transcripts(const std::string& first) const {
  std::vector<const Talk*> order;
  for (const Talk& talk : talks_) order.push_back(&talk);
  std::stable_partition(order.begin(), order.end(),
                        [&first](const Talk* talk) { return talk->name == first; });
  const std::size_t shown = std::min(most_transcripts, order.size());
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    out += fmt::format("  {} ({}):\n{}", order[i]->name, order[i]->what,
                       printed(order[i]->connection->transcript()));
  }
  if (shown < order.size()) out += fmt::format("  … and {} more\n", order.size() - shown);
  return out;
}

}  // namespace phx::conformance
