/// Checks the token, then the request, then whether all nodes could take it.

#include "server/admin_api.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "base/base64.h"
#include "base/option_error.h"
#include "cluster/envelope.h"
#include "http/query.h"
#include "serializer/json_text.h"
#include "serializer/serializer.h"
#include "tokens/crypto.h"

namespace phx {
namespace {

constexpr std::size_t min_token_bytes = 20;
constexpr std::string_view presence_prefix = "/presence/";
constexpr std::string_view bearer = "bearer ";

http::Response answer_of(int status, const Json& body) {
  return {status,
          body.dump(),
          {{"content-type", "application/json; charset=utf-8"}, {"cache-control", "no-store"}}};
}

/// The client's mistake; made an answer in one place.
struct ApiError {
  int status;
  std::string detail;
  http::Request::Headers headers = {};
};

http::Response rendered(const ApiError& error) {
  http::Response response = answer_of(error.status, {{"errors", {{"detail", error.detail}}}});
  response.headers.insert(response.headers.end(), error.headers.begin(), error.headers.end());
  return response;
}

void require_method(const http::Request& request, std::string_view method) {
  const bool head = request.method == "HEAD" && method == "GET";
  if (request.method == method || head) return;
  const std::string allowed = method == "GET" ? "GET, HEAD" : std::string(method);
  throw ApiError{405, "expected " + allowed, {{"allow", allowed}}};
}

/// The object in the body; it may have only these members.
Json body_of(const http::Request& request, std::initializer_list<std::string_view> members) try {
  const std::string type = http::to_lower(request.header("content-type").value_or(""));
  if (type.substr(0, type.find(';')) != "application/json") {
    throw ApiError{415, "expected the content-type application/json"};
  }
  if (request.body_too_long) throw ApiError{413, "expected a smaller body"};
  Json body = Json::parse(request.body);
  if (!body.is_object()) throw ApiError{422, "expected a JSON object"};
  for (const auto& [name, value] : body.sorted_members()) {
    if (std::find(members.begin(), members.end(), name) == members.end()) {
      throw ApiError{422, "did not expect the member \"" + name + "\""};
    }
  }
  return body;
} catch (const JsonError& error) {
  throw ApiError{400, std::string("expected JSON: ") + error.what()};
}

/// Not empty.
std::string text_of(const Json& body, std::string_view member) {
  const Json value = body[member];
  std::string text = value.is_string() ? value.string_or("") : "";
  if (text.empty()) throw ApiError{422, "expected a text as \"" + std::string(member) + "\""};
  return text;
}

Payload payload_of(const Json& body) {
  if (!body.has("payload_base64")) {
    if (!body.has("payload")) return {};
    if (!body["payload"].is_object()) throw ApiError{422, "expected an object as \"payload\""};
    return body["payload"];
  }
  if (body.has("payload")) {
    throw ApiError{422, "expected \"payload\" or \"payload_base64\", got both"};
  }
  const Json text = body["payload_base64"];
  const auto bytes = text.is_string() ? base64::decode(text.string_or("")) : std::nullopt;
  if (!bytes) throw ApiError{422, "expected base64 as \"payload_base64\""};
  return Payload::binary(*bytes);
}

/// Refuses what other nodes could not take, because only this node's clients would get it.
void require_for_all_nodes(std::string_view topic, std::string_view event,
                           const Payload& payload) try {
  const serializer::Broadcast broadcast{std::string(topic), std::string(event), payload};
  cluster::seal({cluster::Route::except, "api"}, topic, broadcast, {});
} catch (const serializer::EncodeError& error) {
  throw ApiError{422, error.what()};
} catch (const cluster::BadEnvelope& error) {
  throw ApiError{422, error.what()};
}

}  // namespace

AdminApi::AdminApi(const Endpoint& endpoint, AdminApiOptions options)
    : endpoint_(endpoint), options_(std::move(options)), rate_(options_.rate) {
  if (options_.token.size() < min_token_bytes) {
    throw OptionError("AdminApiOptions::token", "expected a token of 20 bytes or more");
  }
  if (options_.dashboard != nullptr) options_.dashboard->open_to(options_.token);
}

bool AdminApi::authorized(const http::Request& request) const {
  const std::string given(request.header("authorization").value_or(""));
  if (!http::to_lower(given).starts_with(bearer)) return false;
  return tokens::crypto::same_secret(std::string_view(given).substr(bearer.size()), options_.token);
}

void AdminApi::admit(const http::Request& request, Clock::time_point now) {
  if (!authorized(request)) {
    throw ApiError{401, "expected the token as a bearer", {{"www-authenticate", "Bearer"}}};
  }
  if (!rate_.take(now)) throw ApiError{429, "too many requests", {{"retry-after", "1"}}};
}

std::optional<Endpoint::Outcome> AdminApi::answer(const http::Request& request,
                                                  Clock::time_point now) try {
  struct Route {
    std::string_view path;
    std::string_view method;
    http::Response (AdminApi::*answer)(const http::Request&) const;
  };
  static constexpr std::array routes{Route{"/broadcast", "POST", &AdminApi::broadcast},
                                     Route{"/disconnect", "POST", &AdminApi::disconnect},
                                     Route{presence_prefix, "GET", &AdminApi::presence}};
  if (request.path() == "/openapi.json") {
    require_method(request, "GET");
    return http::Response{200, std::string(description()), {{"content-type", "application/json"}}};
  }
  if (options_.dashboard != nullptr) {
    if (auto page = Dashboard::page(request.path())) {
      require_method(request, "GET");
      return std::move(*page);
    }
    if (request.path().starts_with(Dashboard::prefix)) {
      admit(request, now);
      return options_.dashboard->answer(request);
    }
  }
  const auto route = std::find_if(routes.begin(), routes.end(), [&request](const Route& one) {
    return one.path.ends_with('/') ? request.path().starts_with(one.path)
                                   : request.path() == one.path;
  });
  if (route == routes.end()) return {};
  require_method(request, route->method);
  admit(request, now);
  return (this->*route->answer)(request);
} catch (const ApiError& error) {
  return rendered(error);
}

http::Response AdminApi::broadcast(const http::Request& request) const {
  const Json body = body_of(request, {"topic", "event", "payload", "payload_base64"});
  return carry(text_of(body, "topic"), text_of(body, "event"), payload_of(body));
}

http::Response AdminApi::disconnect(const http::Request& request) const {
  const Json body = body_of(request, {"id"});
  return carry(text_of(body, "id"), "disconnect", {});
}

http::Response AdminApi::carry(std::string_view topic, std::string_view event,
                               Payload payload) const {
  require_for_all_nodes(topic, event, payload);
  bool running = false;
  try {
    running = endpoint_.broadcast(topic, event, std::move(payload));
  } catch (const serializer::EncodeError& error) {  // bytes, and a member that speaks version 1
    throw ApiError{422, error.what()};
  }
  if (!running) throw ApiError{503, "the server is not running"};
  return answer_of(202, {{"status", "ok"}});
}

http::Response AdminApi::presence(const http::Request& request) const {
  if (options_.presence == nullptr) throw ApiError{404, "this server keeps no presences"};
  const std::string topic =
      http::percent_decoded(request.path().substr(presence_prefix.size()), false);
  if (topic.empty() || !serializer::is_utf8(topic)) {
    throw ApiError{422, "expected a topic of valid UTF-8 in the path"};
  }
  return answer_of(200, options_.presence->list(topic));
}

}  // namespace phx
