/// Answers long-poll requests: begins sessions, holds polls, passes posts on.

#include "transport/longpoll.h"

#include <openssl/rand.h>

#include "base/base64.h"
#include "base/check.h"
#include "serializer/scanner.h"
#include "transport/longpoll_requests.h"

namespace phx::transport {
namespace {

constexpr std::string_view salt = "long-poll session";
constexpr TokenSigner::Seconds two_weeks{1'209'600};  // LongPoll's crypto options

std::string random_hex(std::size_t bytes) {
  constexpr char hex[] = "0123456789abcdef";
  std::string raw(bytes, '\0'), text;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) == 1,
        "OpenSSL has random bytes");
  for (const char c : raw) {
    text += hex[static_cast<unsigned char>(c) >> 4];
    text += hex[c & 15];
  }
  return text;
}

/// A JSON answer with the headers that every long-poll answer carries.
http::Response json(std::string body) {
  return {200,
          std::move(body),
          {{"access-control-allow-origin", "*"},
           {"cache-control", "no-store"},
           {"content-type", "application/json; charset=utf-8"}}};
}

http::Response preflight(const http::Request& request) {
  return {200,
          "",
          {{"access-control-allow-origin", "*"},
           {"access-control-allow-headers",
            std::string(request.header("access-control-request-headers").value_or(""))},
           {"access-control-allow-methods", "get, post, options"},
           {"access-control-max-age", "3600"}}};
}

/// Where a new session's token is valid: only at this mount and with these parameters, if it binds
/// sessions; otherwise at every mount that doesn't.
std::string scope_of(const Mount& mount, const PathParams& path_params) {
  if (!mount.longpoll->bind_session.value_or(mount.auth_token)) return "";
  std::string scope = mount.path;
  for (const auto& [name, value] : path_params) scope += "/" + value;
  return scope;
}

/// A request that may outlive its connection, with everything that a new session needs.
struct HeldRequest {
  http::Request request;
  const Mount& mount;
  PathParams path_params;
  const Context& context;
  std::shared_ptr<const LongpollTokens> tokens;
  Json params;  ///< From the query.
};

/// Begins a session, or refuses with 403: long-poll calls no error handler.
http::Response new_session(const HeldRequest& held) {
  Attempt attempt{held.request, held.mount, held.path_params, held.context, "longpoll"};
  attempt.params = held.params;
  process::Scheduler& scheduler = *held.context.scheduler;
  LongpollPlaces& places = held.tokens->places();
  const auto admission = places.admit(held.request.peer, held.request.peer_port);
  if (!admission.place) {
    telemetry::report_limit(*held.context.telemetry, scheduler.log(),
                            {telemetry::Limit::longpoll_sessions, admission.limit},
                            {"peer", held.request.peer});
    return http::Response{503};
  }
  for (const process::Pid newcomer : admission.leave) {
    scheduler.exit(newcomer, {process::ExitReason::shutdown, "it was never polled"});
  }
  if (const auto refused = run(connect_steps(), attempt)) {
    return refused->status == 400 ? *refused : status_only(403);
  }
  const process::Pid session = scheduler.spawn(
      std::make_unique<LongpollSession>(held.mount, std::move(attempt.socket), admission.place));
  places.begun(admission.place, session);
  const std::string token = held.tokens->sign(session, scope_of(held.mount, held.path_params));
  return with_messages(410, token, {});
}

/// The header overrides the query, as in Phoenix since 1.8.10.
std::string token_of(const http::Request& request, const Json& params) {
  if (const auto header = request.header("x-phoenix-longpoll-token")) return std::string(*header);
  return params["token"].string_or("");
}

http::Deferred poll(std::shared_ptr<const HeldRequest> held, process::Pid session,
                    std::string token) {
  return {[held, session, token](std::shared_ptr<http::Responder> client) {
    held->context.scheduler->spawn(std::make_unique<Poll>(std::move(client), session,
                                                          held->mount.longpoll->window, token,
                                                          [held] { return new_session(*held); }));
  }};
}

http::Deferred publish(std::shared_ptr<const HeldRequest> held, process::Pid session) {
  return {[held, session](std::shared_ptr<http::Responder> client) {
    held->context.scheduler->spawn(std::make_unique<Publisher>(
        std::move(client), session, held->mount.longpoll->window, messages_of(held->request)));
  }};
}

/// longpoll(), without its logging.
std::variant<http::Response, http::Deferred> answered(
    Attempt& attempt, std::shared_ptr<const LongpollTokens> tokens) {
  const http::Request& request = attempt.request;
  if (auto refused = run(longpoll_steps(), attempt)) {
    return refused->status == 403 ? status_only(403) : std::move(*refused);
  }
  if (request.method == "OPTIONS") return preflight(request);
  if (request.method != "GET" && request.method != "POST") {
    const http::Response refused{400, "", {{"access-control-allow-origin", "*"}}};
    log_refusal(attempt, "method", refused);
    return refused;
  }
  const std::string token = token_of(request, attempt.params);
  const auto session = tokens->verify(token, scope_of(attempt.mount, attempt.path_params));
  if (session) tokens->places().used(*session);
  const auto held = std::make_shared<const HeldRequest>(
      HeldRequest{request, attempt.mount, attempt.path_params, attempt.context, std::move(tokens),
                  attempt.params});
  if (request.method == "GET") {
    if (!session) return new_session(*held);
    return poll(held, *session, token);
  }
  if (!session) return status_only(410);
  if (request.body_too_long) return http::rendered_error(400);
  return publish(held, *session);
}

std::optional<serializer::Frame> line_message(std::string_view line) {
  using serializer::Frame;
  if (line.starts_with('[')) return Frame{Frame::text, std::string(line)};
  auto bytes = base64::decode(line);
  if (!bytes) return std::nullopt;
  return Frame{Frame::binary, std::move(*bytes)};
}

}  // namespace

// --- Tokens -------------------------------------------------------------------------------------

LongpollTokens::LongpollTokens(std::string_view secret_key_base, LongpollLimits limits)
    : signer_(secret_key_base, salt),
      instance_(random_hex(16)),
      places_(std::make_unique<LongpollPlaces>(limits)) {}

std::string LongpollTokens::sign(process::Pid session, const std::string& scope) const {
  return signer_.sign(Json::object({{"server", instance_},
                                    {"scope", scope},
                                    {"shard", std::uint64_t{session.shard}},
                                    {"session", std::uint64_t{session.serial}}}),
                      std::chrono::system_clock::now(), two_weeks);
}

std::optional<process::Pid> LongpollTokens::verify(std::string_view token,
                                                   const std::string& scope) const {
  const auto verdict = signer_.verify(token, std::chrono::system_clock::now(), two_weeks);
  const auto* valid = std::get_if<TokenSigner::Valid>(&verdict);
  if (valid == nullptr || valid->data["server"] != Json(instance_)) return std::nullopt;
  if (valid->data["scope"] != Json(scope)) return std::nullopt;
  return process::Pid{static_cast<std::uint32_t>(valid->data["shard"].integer_or(0)),
                      static_cast<std::uint64_t>(valid->data["session"].integer_or(0))};
}

std::string random_secret() { return random_hex(32); }

// --- Answers ------------------------------------------------------------------------------------

http::Response status_only(int status) {
  return json("{\"status\":" + std::to_string(status) + "}");
}

http::Response with_messages(int status, const std::string& token,
                             const std::vector<serializer::FramePtr>& frames) {
  std::string body;
  std::size_t size = 100 + token.size();
  for (const serializer::FramePtr& frame : frames) size += frame->bytes.size() + 100;
  body.reserve(size);  // with some room for escapes
  body = "{\"messages\":[";
  for (const serializer::FramePtr& frame : frames) {
    if (body.back() != '[') body += ',';
    serializer::append_quoted(body, frame->bytes);
  }
  body += "],\"status\":" + std::to_string(status) + ",\"token\":";
  serializer::append_quoted(body, token);
  body += '}';
  return json(std::move(body));
}

std::vector<std::optional<serializer::Frame>> messages_of(const http::Request& request) {
  using serializer::Frame;
  constexpr std::size_t most = 100;  // Phoenix 1.8.9: @max_poll_batch_size
  if (request.header("content-type") != "application/x-ndjson") {
    return {Frame{Frame::text, request.body}};
  }
  std::vector<std::optional<Frame>> messages;
  std::string_view rest = request.body;
  for (bool more = true; more && messages.size() < most;) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    more = end < rest.size();
    rest.remove_prefix(more ? end + 1 : end);
    if (more && line.ends_with('\r')) line.remove_suffix(1);
    messages.push_back(line_message(line));
  }
  return messages;
}

std::variant<http::Response, http::Deferred> longpoll(
    Attempt attempt, std::shared_ptr<const LongpollTokens> tokens) {
  auto outcome = answered(attempt, std::move(tokens));
  if (!attempt.log) return outcome;
  if (const auto* response = std::get_if<http::Response>(&outcome)) {
    attempt.log->answered(response->status);
    return outcome;
  }
  return http::changed(
      std::get<http::Deferred>(std::move(outcome)),
      [log = *attempt.log](http::Response& response) { log.answered(response.status); });
}

}  // namespace phx::transport
