/// P: servers that poll badly.

#include <algorithm>
#include <map>
#include <memory>

#include "conformance/proof/mutants/mutant.h"
#include "conformance/proxy/link.h"
#include "conformance/suite/wire/json.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {
namespace {

constexpr const char* longpoll = "/longpoll";

bool is_poll(const Request& request) {
  return request.method == "GET" && request.target.find(longpoll) != std::string::npos;
}
bool is_post(const Request& request) {
  return request.method == "POST" && request.target.find(longpoll) != std::string::npos;
}
bool has_token(const Request& request) {
  return request.target.find("token=") != std::string::npos;
}

/// The status that counts is in the body.
void restate(Response& response, const char* from, const char* to) {
  const std::string key = R"("status":)";
  response.body = replaced(response.body, key + from, key + to);
}

std::string content_type(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name.size() == 12 && (name[0] == 'c' || name[0] == 'C') && name.ends_with("ype")) {
      return value;
    }
  }
  return {};
}

std::vector<std::string> lines_of(const std::string& body) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at <= body.size();) {
    const std::size_t end = std::min(body.find('\n', at), body.size());
    lines.push_back(body.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// Changes the lines of a batch.
Tamper on_lines(void (*change)(std::vector<std::string>&)) {
  return {.request = [change](Link&, Request& request) {
    if (is_post(request) && content_type(request) == "application/x-ndjson") {
      auto lines = lines_of(request.body);
      change(lines);
      std::string body;
      for (const std::string& line : lines) body += (body.empty() ? "" : "\n") + line;
      request = request.without("content-length");
      request.body = body;
    }
    return std::optional<Response>{};
  }};
}

Tamper on_post(void (*change)(Request&)) {
  return {.request = [change](Link&, Request& request) {
    if (is_post(request)) change(request);
    return std::optional<Response>{};
  }};
}

MUTANT("first-poll-is-200", "the poll that opens a session says 200", "P-01") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (is_poll(request) && !has_token(request)) restate(response, "410", "200");
  });
}

MUTANT("posts-lost", "a post is accepted, and dropped", "P-02 P-03 P-15") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    if (!is_post(request) || !has_token(request)) return std::nullopt;
    return Response{200,
                    {{"access-control-allow-origin", "*"},
                     {"cache-control", "no-store"},
                     {"content-type", "application/json; charset=utf-8"}},
                    R"({"status":200})"};
  }};
}

MUTANT("polled-backwards", "a poll's messages come in reverse order", "P-03 P-40") {
  return on_response(longpoll, [](const Request&, Response& response) {
    const auto body = parse_json(response.body);
    if (!body) return;
    std::string list;
    for (std::size_t i = json_array_size((*body)["messages"].get()); i-- > 0;) {
      list += (list.empty() ? "" : ",") + (*body)["messages"][i].dump();
    }
    if (list.empty()) return;
    response.body = R"({"messages":[)" + list + R"(],"status":)" + (*body)["status"].dump() +
                    R"(,"token":)" + (*body)["token"].dump() + "}";
  });
}

MUTANT("polls-not-held", "a poll without messages is answered at once", "P-04") {
  return {.request = [](Link& link, Request& request) -> std::optional<Response> {
    if (!is_poll(request) || !has_token(request)) return std::nullopt;
    std::string& polls = link.all().front().notes[request.target];
    polls += '+';
    if (polls.size() == 1) return std::nullopt;  // by which it joined
    const std::size_t at = request.target.find("token=") + 6;
    return Response{
        200,
        {{"content-type", "application/json; charset=utf-8"}},
        R"({"messages":[],"status":204,"token":)" + as_json(request.target.substr(at)) + "}"};
  }};
}

MUTANT("window-over-is-200", "a poll without messages for the window says 200", "P-05 D-04") {
  return on_response(longpoll, [](const Request&, Response& r) { restate(r, "204", "200"); });
}

MUTANT("forged-token-is-403", "an invalid token is refused", "P-06") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (has_token(request)) restate(response, "410", "403");
  });
}

MUTANT("batch-backwards", "a batch's lines are handled in reverse order", "P-07") {
  return on_lines(
      [](std::vector<std::string>& lines) { std::reverse(lines.begin(), lines.end()); });
}

MUTANT("binary-lines-dropped", "a line that does not begin with [ is dropped", "P-08") {
  return on_lines([](std::vector<std::string>& lines) {
    std::erase_if(lines, [](const std::string& line) { return !line.starts_with('['); });
  });
}

MUTANT("no-limit-on-lines", "a line past the hundredth is handled", "P-09") {
  return on_lines([](std::vector<std::string>& lines) {
    if (lines.size() > 100) lines.erase(lines.begin());
  });
}

MUTANT("token-in-the-query-alone", "the token's header is ignored", "P-10") {
  return on_request(
      longpoll, [](Request& request) { request = request.without("x-phoenix-longpoll-token"); });
}

MUTANT("preflight-without-headers", "OPTIONS is answered without the CORS headers", "P-11") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (request.method == "OPTIONS") response.headers.clear();
  });
}

MUTANT("answers-stored", "a poll's answer may be stored by caches", "P-12") {
  return on_response(longpoll, [](const Request&, Response& response) {
    for (auto& [name, value] : response.headers) {
      if (name == "cache-control") value = "max-age=3600";
    }
  });
}

MUTANT("refused-connect-is-410", "a refused connect looks like a session that has ended", "P-13") {
  return on_response(longpoll, [](const Request&, Response& r) { restate(r, "403", "410"); });
}

MUTANT("sessions-end-in-silence", "a channel's end is not sent", "P-14 L-13 L-14 L-19 L-20 L-22") {
  return lost_on_way_down([](const Message& m) { return m.event == "terminated"; });
}

MUTANT("polled-without-join-ref", "over long-poll a reply has no join_ref", "P-15") {
  return {.down = [](Link& link, Message m) {
    if (reply(m) && link.target().find(longpoll) != std::string::npos) m.join_ref = "null";
    return std::vector<Message>{std::move(m)};
  }};
}

MUTANT("other-methods-taken", "PUT and DELETE are 200", "P-16") {
  return on_response(longpoll, [](const Request&, Response& response) {
    if (response.status == 400) response.status = 200;
  });
}

MUTANT("bad-body-is-400", "a body that is not a message is answered at once", "P-17") {
  return on_response(longpoll, [](const Request&, Response& r) { restate(r, "408", "400"); });
}

MUTANT("post-is-201", "an accepted post says 201", "P-18 P-02") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (is_post(request)) restate(response, "200", "201");
  });
}

MUTANT("given-up-poll-keeps", "messages for an abandoned poll are lost with it", "P-19") {
  return {.client_gone = [](Link& link) {
    return link.asked() && link.target().find(longpoll) != std::string::npos;
  }};
}

MUTANT("posts-keep-a-session", "posts keep a session that is not polled", "P-20 D-01 D-06") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (is_post(request)) restate(response, "410", "200");
  });
}

MUTANT("batches-by-prefix", "application/x-ndjson; charset=utf-8 is a batch, too", "P-21") {
  return on_post([](Request& request) {
    const std::string type = content_type(request);
    if (!type.starts_with("application/x-ndjson;")) return;
    request = request.without("content-type").with("Content-Type", "application/x-ndjson");
  });
}

/// The text after `token=` in the request's query, as sent.
std::string token_of(const Request& request) {
  const std::size_t at = request.target.find("token=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + 6;
  return request.target.substr(begin, request.target.find('&', begin) - begin);
}

MUTANT("signatures-compared-in-front", "the last characters of a token's signature are ignored",
       "P-06") {
  const auto given = std::make_shared<std::vector<std::string>>();
  return {.request =
              [given](Link&, Request& request) {
                const std::string token = token_of(request);
                for (const std::string& known : *given) {
                  const bool resembles = known.size() == token.size() && known.size() > 4 &&
                                         token.starts_with(known.substr(0, known.size() - 4));
                  if (resembles) request.target = replaced(request.target, token, known);
                }
                return std::optional<Response>{};
              },
          .response =
              [given](Link&, const Request& request, Response& response) {
                const auto body = parse_json(response.body);
                if (is_poll(request) && body) given->push_back((*body)["token"].text());
              }};
}

MUTANT("poll-auth-token-lost", "the header with the auth token does not reach connect", "P-22") {
  return on_request(longpoll,
                    [](Request& request) { request = request.without("x-phoenix-authtoken"); });
}

MUTANT("poll-path-parameter-lost", "a session's path does not reach connect", "P-23") {
  return on_request(longpoll, [](Request& request) {
    request.target = replaced(request.target, "/tenant/acme/", "/tenant/somebody/");
  });
}

MUTANT("poll-connect-raising-is-403", "over long-poll a connect that raises is a refusal", "P-24") {
  return on_response(longpoll, [](const Request&, Response& response) {
    if (response.status != 500) return;
    response.status = 200;
    response.body = R"({"status":403})";
  });
}

MUTANT("crlf-behind-base64-lost", "a line of base64 that ends in CRLF is dropped", "P-25") {
  return on_lines([](std::vector<std::string>& lines) {
    std::erase_if(lines, [](const std::string& line) {
      return !line.starts_with('[') && line.ends_with('\r');
    });
  });
}

MUTANT("large-answers-cut", "of a large answer the last message is lost", "P-26") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (!is_poll(request) || response.body.size() < 500'000) return;
    const std::size_t last = response.body.rfind(R"(,"[)");
    const std::size_t end = response.body.find(R"(],"status":)");
    if (last != std::string::npos && last < end) response.body.erase(last, end - last);
  });
}

MUTANT("bad-lines-skipped", "a line that is not base64 is ignored", "P-27") {
  return on_lines([](std::vector<std::string>& lines) {
    std::erase_if(lines, [](const std::string& line) { return line.starts_with('!'); });
  });
}

MUTANT("large-body-is-413", "a body that is too large gets HTTP's status", "P-28") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    if (is_post(request) && response.status == 400) response.status = 413;
  });
}

MUTANT("chunks-refused", "a body without a length is refused", "P-29") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    for (const auto& [name, value] : request.headers) {
      if (value == "chunked") return Response{411};
    }
    return std::nullopt;
  }};
}

MUTANT("answers-are-text", "an answer lacks JSON's content type", "P-30") {
  return on_response(longpoll, [](const Request&, Response& response) {
    for (auto& [name, value] : response.headers) {
      if (name == "content-type") value = "text/plain";
    }
  });
}

MUTANT("posts-answered-at-once", "a post is answered before its message is handled", "P-31") {
  return {.request = [](Link&, Request& request) -> std::optional<Response> {
    if (!is_post(request) || request.body.find("slow") == std::string::npos) return std::nullopt;
    return Response{
        200, {{"content-type", "application/json; charset=utf-8"}}, R"({"status":200})"};
  }};
}

MUTANT("second-poll-turned-away", "while a poll is held another one is answered 204", "P-32") {
  return {.request = [](Link& link, Request& request) -> std::optional<Response> {
    if (!is_poll(request) || !has_token(request)) return std::nullopt;
    for (Link& other : link.all()) {
      const bool held = &other != &link && other.asked() && other.target() == request.target;
      if (!held) continue;
      return Response{200,
                      {{"content-type", "application/json; charset=utf-8"}},
                      R"({"messages":[],"status":204,"token":"T"})"};
    }
    return std::nullopt;
  }};
}

MUTANT("longpoll-on-every-mount", "a mount without long-poll answers it", "P-33") {
  return on_request(longpoll, [](Request& request) {
    for (const char* mount : {"/small/", "/deflate/", "/subproto/"}) {
      request.target = replaced(request.target, mount, "/socket/");
    }
  });
}

MUTANT("sessions-end-after-a-window", "a session that is not polled for one window has ended",
       "P-34") {
  const auto last = std::make_shared<std::map<std::string, Clock::time_point>>();
  return {.request = [last](Link&, Request& request) -> std::optional<Response> {
    const std::string token = token_of(request);
    if (token.empty() || request.target.find("/short/") == std::string::npos) return std::nullopt;
    const auto now = Clock::now();
    const auto polled = last->try_emplace(token, now).first;
    const bool ended = now - polled->second > Millis{1'000};
    if (is_poll(request)) polled->second = now;
    if (!ended) return std::nullopt;
    return Response{
        200, {{"content-type", "application/json; charset=utf-8"}}, R"({"status":410})"};
  }};
}

MUTANT("one-message-a-poll", "a poll gets only the first waiting message", "P-03") {
  return on_response(longpoll, [](const Request& request, Response& response) {
    const auto body = parse_json(response.body);
    if (!body || !is_poll(request) || json_array_size((*body)["messages"].get()) != 3) return;
    response.body = R"({"messages":[)" + (*body)["messages"][std::size_t{0}].dump() +
                    R"(],"status":200,"token":)" + (*body)["token"].dump() + "}";
  });
}

MUTANT("bad-lines-go-last", "an invalid line of a batch is checked after the others", "P-36") {
  return on_lines([](std::vector<std::string>& lines) {
    std::stable_partition(lines.begin(), lines.end(),
                          [](const std::string& line) { return line != "[1]"; });
  });
}

MUTANT("sessions-are-used-up", "only a session's first four large messages come", "P-43") {
  const auto large = std::make_shared<int>(0);
  return {.down = [large](Link&, Message m) {
    const bool lost = m.payload.size() > 1'000'000 && ++*large > 4;
    return lost ? std::vector<Message>{} : std::vector<Message>{std::move(m)};
  }};
}

}  // namespace
}  // namespace phx::conformance
