/// What strangers ask, and what Phoenix answers: origins, https, versions, sub-protocols.

#include "conformance/simulation/world/errand_steps.h"

namespace phx::simulation {
namespace {

using namespace steps;

void add_origins(std::vector<Errand>& all) {
  const auto page = [&](const std::string& mount, const std::string& origin,
                        const std::string& status, const std::string& host = "{server}",
                        int rules = 0) {
    all.push_back(
        {"a page from " + origin + " at " + mount,
         rules,
         {open(mount + "/websocket?vsn=2.0.0", {status}, "Origin: " + origin + "\r\n", host)}});
  };
  constexpr int any = -1;
  page("/same", "http://{server}", "101", "{server}", any);
  page("/same", "http://{server}:80", "101", "{server}", any);
  page("/same", "http://{server}:8080", "101", "{server}:8080", any);
  page("/same", "https://{server}", "403", "{server}", any);
  page("/same", "https://{server}:80", "403", "{server}", any);
  page("/same", "http://{server}:81", "403", "{server}", any);
  page("/same", "http://other.example", "403", "{server}", any);
  page("/same", "null", "403", "{server}", any);
  page("/same", "http://", "403", "{server}", any);
  page("/same", "https://example.com:444", "101",
       "example.com\r\nX-Forwarded-Proto: https\r\n"
       "X-Forwarded-Port: 444",
       1);
  page("/same", "https://example.com", "101", "example.com\r\nX-Forwarded-Proto: https", 2);
  page("/host", "https://{server}:444", "101", "{server}", any);
  page("/host", "http://other.example", "403", "{server}", any);
  page("/url", "https://{server}:444", "101");
  page("/url", "https://{server}", "403", "{server}", 3);
  page("/url", "http://example.com:8", "101", "{server}", 3);
  page("/ask", "http://asked.example", "101", "{server}", any);
  page("/ask", "null", "403", "{server}", any);
  page("/listed", "https://a.b.example.com", "101", "{server}", any);
  page("/listed", "https://example.com:444", "101", "{server}", any);
  page("/listed", "http://a.example.com:443", "403", "{server}", any);
  page("/listed", "https://a.example.com:444", "403", "{server}", any);
  page("/listed", "https://badexample.com", "403", "{server}", any);
  page("/listed", "http://plain.example:8080", "101", "{server}", any);
  page("/listed", "http://plain.example", "403", "{server}", any);
  page("/listed", "http://wild.example", "101", "{server}", any);
  page("/listed", "http://tame.wild.example", "101", "{server}", any);
  all.push_back({"a page of a server without a name",
                 0,
                 {{Step::request,
                   std::string("GET /host/websocket?vsn=2.0.0 HTTP/1.0\r\n") + upgrade +
                       "Origin: http://other.example\r\n\r\n",
                   {"403"}}}});
  all.push_back({"a page that polls",
                 -1,
                 {ask("GET /listed/longpoll?vsn=2.0.0", {"200", R"({"status":403})"},
                      "Origin: http://evil.example\r\n")}});
}

void add_https(std::vector<Errand>& all) {
  const auto visit = [&](int rules, const std::string& line, Texts due,
                         const std::string& headers = "", const std::string& host = "example.com") {
    all.push_back({fmt::format("https by the rules {}: {} {}{}", rules, line, host, headers),
                   rules,
                   {ask(line, std::move(due), headers, host)}});
  };
  const std::string secure = "X-Forwarded-Proto: https\r\n";
  // 1: all headers of a proxy count.
  visit(1, "GET /a?b=c", {"301", "location: https://example.com/a?b=c\r\n"});
  visit(1, "HEAD /a", {"301", "location: https://example.com/a\r\n"});
  visit(1, "POST /a", {"307", "location: https://example.com/a\r\n"}, "Content-Length: 0\r\n");
  visit(1, "OPTIONS *", {"307", "location: https://example.com/\r\n"});
  visit(1, "GET /a", {"301", "location: https://[::1]/a\r\n"}, "", "[::1]:80");
  visit(1, "GET /a", {"404", "strict-transport-security: max-age=31536000\r\n"}, secure);
  visit(1, "GET /a", {"301", "location: https://example.com/a"}, secure + secure);
  visit(1, "GET /a", {"301", "location: https://example.com/a"}, "X-Forwarded-Proto: ftp\r\n");
  visit(1, "GET /a", {"301", "location: https://other.example/a"},
        "X-Forwarded-Host: other.example:8443\r\nX-Forwarded-Proto: http\r\n");
  visit(1, "GET /a", {"301", "location: https://other.example/a"},
        "X-Forwarded-Host: other.example\r\nX-Forwarded-Port: junk\r\n");
  visit(1, "GET /a", {"301", "location: https://example.com/a\r\n"}, "", "example.com:80");
  visit(1, "GET /a", {"404", "!strict-transport"}, "", "{server}");
  all.push_back({"https: a request without a host",
                 1,
                 {{Step::request, "GET /a HTTP/1.0\r\n\r\n", {"400", "'host' header is absent"}}}});
  // 2: a host of its own, and a path that is left out.
  visit(2, "GET /a", {"301", "location: https://secure.example:8443/a\r\n"},
        "X-Forwarded-Host: other.example\r\n");
  visit(2, "GET /a",
        {"404", "strict-transport-security: max-age=60; preload; includeSubDomains\r\n"}, secure);
  visit(2, "GET /guest/longpoll?vsn=2.0.0", {"200", R"("status":410)"});
  visit(2, "GET /guest/longpoll/more", {"301"});
  // 3: the endpoint's host, and no HSTS.
  visit(3, "GET /a", {"301", "location: https://example.com/a\r\n"}, "", "other.example");
  visit(3, "GET /a", {"404", "!strict-transport"}, secure, "other.example");
  // 4: the host alone is rewritten; 5: the port alone; 6: nothing.
  visit(4, "GET /a", {"301", "location: https://other.example/a\r\n"},
        secure + "X-Forwarded-Host: other.example\r\n");
  visit(5, "GET /a", {"301", "location: https://example.com/a\r\n"},
        secure + "X-Forwarded-Host: other.example\r\nX-Forwarded-Port: 80\r\n");
  visit(6, "GET /a", {"301", "location: https://example.com/a\r\n"},
        secure + "X-Forwarded-Host: other.example\r\n");
}

// NOLINTNEXTLINE(readability-function-size): one table
void add_handshakes(std::vector<Errand>& all) {
  const std::string target = "GET /guest/websocket?vsn=2.0.0";
  const auto lacks = [&](const std::string& what, const std::string& instead,
                         const std::string& sentence) {
    std::string headers = upgrade;
    const std::size_t at = headers.find(what);
    headers.replace(at, headers.find("\r\n", at) + 2 - at, instead);
    all.push_back({"a handshake without " + what, -1, {ask(target, {"400", sentence}, headers)}});
  };
  lacks("Upgrade", "", "'upgrade' header must contain 'websocket', got []");
  lacks("Upgrade", "Upgrade: h2c, tea\r\n",
        R"('upgrade' header must contain 'websocket', got ["h2c", "tea"])");
  lacks("Connection", "Connection: keep-alive\r\n",
        R"('connection' header must contain 'upgrade', got ["keep-alive"])");
  lacks("Sec-WebSocket-Version", "", "'sec-websocket-version' header must equal '13', got []");
  lacks("Sec-WebSocket-Version", "Sec-WebSocket-Version: 8\r\n",
        R"('sec-websocket-version' header must equal '13', got ["8"])");
  lacks("Sec-WebSocket-Key", "", "'sec-websocket-key' header is absent");
  const auto one = [&](const char* name, Step step) {
    all.push_back({name, -1, {std::move(step)}});
  };
  one("a handshake of HTTP/1.0",
      {Step::request,
       std::string("GET /guest/websocket?vsn=2.0.0 HTTP/1.0\r\nHost: {server}\r\n") + upgrade +
           "\r\n",
       {"400", "HTTP version HTTP/1.0 unsupported"}});
  all.push_back({"a handshake without a host",
                 0,
                 {{Step::request,
                   std::string("GET /guest/websocket?vsn=2.0.0 HTTP/1.1\r\n") + upgrade + "\r\n",
                   {"400"}}}});
  one("a handshake by POST", ask("POST /guest/websocket?vsn=2.0.0", {"400"},
                                 std::string(upgrade) + "Content-Length: 0\r\n"));
  one("a version to come", open("/guest/websocket?vsn=7.0.0", {"403"}));
  one("a version that is a list", open("/guest/websocket?vsn[]=2.0.0", {"403"}));
  one("version 2 where 1 is spoken", open("/old/websocket?vsn=2.0.0", {"403"}));
  one("a query that can't be read", open("/guest/websocket?vsn=2.0.0&a=%ff", {"400"}));
  one("a path of bytes", open("/few/\xff/websocket?vsn=2.0.0", {"400"}));
  one("a refused connect", open("/guest/websocket?vsn=2.0.0&refused=", {"403"}));
  one("a refused connect with a reason",
      open("/guest/websocket?vsn=2.0.0&refused=closed", {"401", "closed"}));
  one("a connect that crashes", open("/guest/websocket?vsn=2.0.0&refused=badly", {"500"}));
  one("no page", ask("GET /nowhere", {"404"}));
  // Sub-protocols: a token among them is none.
  const std::string token = "base64url.bearer.phx.dG9rZW4";
  const auto offers = [&](const std::string& mount, const std::string& offer, Texts due) {
    all.push_back({"the sub-protocols " + offer + " at " + mount,
                   -1,
                   {open(mount + "/websocket?vsn=2.0.0", std::move(due),
                         "Sec-WebSocket-Protocol: " + offer + "\r\n")}});
  };
  offers("/guest", token, {"101", "!sec-websocket-protocol"});
  offers("/guest", "phoenix, base64url.bearer.phx.%%%", {"500"});
  offers("/guest", token + ", " + token, {"403"});
  offers("/guest", "chat", {"403"});
  offers("/few/acme", "tea, chat", {"101", "sec-websocket-protocol: chat\r\n"});
  offers("/few/acme", "tea, coffee", {"403"});
  offers("/polls-not", "chat", {"404"});
  offers("/free", "tea", {"101", "!sec-websocket-protocol"});
  all.push_back(
      {"a token among sub-protocols",
       -1,
       {open("/guest/websocket?vsn=2.0.0&asks=me", {"101", "sec-websocket-protocol: phoenix\r\n"},
             "Sec-WebSocket-Protocol: phoenix, " + token +
                 "\r\nX-One: 1\r\nX-One: 2\r\n"
                 "traceparent: 00-0af7-b7ad-01\r\ntracestate: a=1\r\n"),
        say(R"(["1","1","hall:a","phx_join",{"a":[1]}])",
            {joined + R"("params":{"a":[1]},"query":"me","token":"token"})"})}});
  // Extensions.
  const auto extends = [&](const std::string& mount, const std::string& offer, Texts due) {
    all.push_back({"the extensions " + offer + " at " + mount,
                   -1,
                   {open(mount + "/websocket?vsn=2.0.0", std::move(due),
                         "Sec-WebSocket-Extensions: " + offer + "\r\n")}});
  };
  extends("/guest", "permessage-deflate; client_max_window_bits",
          {"101", "sec-websocket-extensions: permessage-deflate"});
  extends("/guest", "other, permessage-deflate, permessage-deflate",
          {"101", "sec-websocket-extensions: permessage-deflate"});
  extends("/free", "permessage-deflate", {"101", "!sec-websocket-extensions"});
  extends("/guest", ";", {"400"});
  extends("/guest", "", {"400"});
}

}  // namespace

const std::vector<Errand>& errands() {
  static const std::vector<Errand> all = [] {
    std::vector<Errand> errands;
    add_origins(errands);
    add_https(errands);
    add_handshakes(errands);
    add_polls(errands);
    add_messages(errands);
    return errands;
  }();
  return all;
}

}  // namespace phx::simulation
