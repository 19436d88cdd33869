/// The dashboard's data over the admin port: behind its token, within its limits.

#include "dashboard/dashboard.h"

#include "server/admin_api.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

const std::string token = "a-token-of-some-length";

/// A server with two shards, a process of its own, and a dashboard.
struct Watched {
  explicit Watched(DashboardOptions options = {}, const EndpointOptions& of = {})
      : endpoint(of), dashboard(endpoint, with_tail(std::move(options))) {
    endpoint.child({"clock", [](const Context&) { return std::make_unique<Clock>(); }});
    ServerOptions server_options{.port = 0, .shards = 2};
    server_options.admin = AdminOptions{};
    server_options.admin->api = std::make_shared<AdminApi>(
        endpoint, AdminApiOptions{.token = token,
                                  .rate = {.per_second = 1'000'000, .burst = 1'000'000},
                                  .dashboard = &dashboard});
    server = std::make_unique<Server>(endpoint, server_options, log);
    server->start();
    // Each shard begins on a thread of its own.
    const auto shards = [&] { return found("overview")["totals"]["kinds"]["dashboard"]; };
    const auto until = phx::Clock::now() + std::chrono::seconds(30);
    while (data("overview").first != 200 || shards().integer_or(0) < 2) {
      expect(phx::Clock::now() < until, "both shards run");
    }
  }

  DashboardOptions with_tail(DashboardOptions options) const {
    options.log = tail;
    return options;
  }

  struct Clock final : process::Process {
    std::string name() const override { return "clock"; }

   protected:
    void handle(process::Message) override {}
  };

  std::string asked(const std::string& method, const std::string& path,
                    const std::string& headers) const {
    const std::string url = server->admin_url();
    const TcpClient client(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    client.write(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + headers +
                 "Connection: close\r\n\r\n");
    return client.rest();
  }
  /// The status and the body of an answer to a client with the token.
  std::pair<int, Json> data(const std::string& path, const std::string& method = "GET") const {
    const std::string answer =
        asked(method, "/dashboard/api/" + path, "Authorization: Bearer " + token + "\r\n");
    const std::size_t body = answer.find("\r\n\r\n");
    expect(body != std::string::npos, answer);
    return {std::stoi(answer.substr(9, 3)), Json::parse(answer.substr(body + 4))};
  }
  Json found(const std::string& path) const {
    auto [status, body] = data(path);
    expect_eq(status, 200);
    return body;
  }

  Endpoint endpoint;
  std::shared_ptr<LogTail> tail = std::make_shared<LogTail>();
  Log log = Log::to(
      Level::info, [](Level, const std::string&) {}, LogOptions{.tail = tail});
  Dashboard dashboard;
  std::unique_ptr<Server> server;
};

}  // namespace

PHX_TEST("the page needs no token, its data does") {
  const Watched watched;
  const std::string page = watched.asked("GET", "/dashboard", "");
  expect(page.starts_with("HTTP/1.1 200"), page.substr(0, 100));
  expect(page.find("content-security-policy: default-src 'none'") != std::string::npos, page);
  expect(
      watched.asked("GET", "/dashboard/app.mjs", "").find("text/javascript") != std::string::npos,
      "a script");
  for (const char* path : {"overview", "processes", "topics", "nodes", "limits", "log"}) {
    const std::string answer = watched.asked("GET", std::string("/dashboard/api/") + path, "");
    expect(answer.starts_with("HTTP/1.1 401"), path);
  }
  const std::string end = watched.asked("POST", "/dashboard/api/processes/0.1/end", "");
  expect(end.starts_with("HTTP/1.1 401"), end);
}

PHX_TEST("processes of all shards are listed, filtered and sorted") {
  const Watched watched;
  const Json all = watched.found("processes?sort=age&top=500");
  expect_eq(all["totals"]["kinds"]["supervisor"].integer_or(0), 2LL);  // one a shard
  expect_eq(all["totals"]["kinds"]["dashboard"].integer_or(0), 2LL);
  expect_eq(all["totals"]["processes"].integer_or(0),
            static_cast<long long>(all["processes"].size()));
  const Json clock = watched.found("processes?text=clock")["processes"];
  expect_eq(clock.size(), std::size_t{1});
  const std::string parent = clock[0]["parent"].string_or("");
  const Json children = watched.found("processes?parent=" + parent)["processes"];
  expect(children.size() >= 2, children.dump());
  const Json roots = watched.found("processes?parent=root")["processes"];
  for (std::size_t i = 0; i < roots.size(); ++i) expect(roots[i]["parent"].is_null(), roots.dump());
}

PHX_TEST("a process is shown with its details, ended, and started again by its supervisor") {
  const Watched watched;
  const auto clock = [&] { return watched.found("processes?text=clock")["processes"]; };
  const std::string pid = clock()[0]["pid"].string_or("");
  const Json detail = watched.found("processes/" + pid);
  expect_eq(detail["name"].string_or(""), std::string("clock"));
  expect(detail["mail"].is_object(), detail.dump());
  expect_eq(detail["handled"].size(), std::size_t{0});  // it is watched from now on
  expect_eq(watched.data("processes/" + pid + "/end").first, 405);
  expect_eq(watched.data("processes/" + pid + "/end", "POST").first, 202);
  Json again = clock();
  for (int tries = 0; tries < 100 && (again.size() == 0 || again[0]["pid"].string_or("") == pid);
       ++tries) {
    again = clock();
  }
  expect(again[0]["pid"].string_or("") != pid, "a new one");
  expect_eq(watched.data("processes/" + pid).first, 404);
  const Json lines = watched.found("log?text=dashboard")["lines"];
  expect(lines.size() >= 1 && lines[0]["level"].string_or("") == "warn", lines.dump());
}

PHX_TEST("a query that is not understood gets an error that says what was expected") {
  const Watched watched;
  for (const char* path : {"processes?sort=colour", "processes?top=501", "processes?top=-1",
                           "processes?order=up", "processes?parent=x", "processes/x",
                           "topics?sort=age", "log?level=loud", "log?after=x", "overview?after="}) {
    const auto [status, body] = watched.data(path);
    expect_eq(status, 422);
    expect(body["errors"]["detail"].string_or("").starts_with("expected"), body.dump());
  }
  expect_eq(watched.data("colours").first, 404);
  expect_eq(watched.data("processes/9.1").first, 404);
  expect_eq(watched.data("processes", "POST").first, 405);
}

PHX_TEST("limits are listed with their values, and how near they are") {
  const Watched watched({.limits = {{"max-connections", "in total", "", 100},
                                    {"max-mailbox", "messages", "", 10'000},
                                    {"max-head", "size", "bytes", 8'000}}});
  const Json limits = watched.found("limits")["limits"];
  expect_eq(limits.size(), std::size_t{3});
  expect_eq(limits[0]["value"].integer_or(0), 100LL);
  expect(limits[0].has("measured") && limits[0].has("reached"), limits.dump());
  expect(limits[1].has("measured"), limits.dump());
  expect(!limits[2].has("measured") && limits[2]["reached"].integer_or(1) == 0, limits.dump());
}

PHX_TEST("the overview counts second by second, and sends only those after a number") {
  const Watched watched;
  Json seconds = Json::array();
  const auto until = phx::Clock::now() + std::chrono::seconds(30);
  while (seconds.size() < 2 && phx::Clock::now() < until) {
    seconds = watched.found("overview")["seconds"];
  }
  expect(seconds.size() >= 2, "two seconds");
  expect_eq(seconds[0]["number"].integer_or(0), 1LL);
  expect(seconds[1]["processes"].integer_or(0) >= 5, seconds.dump());
  expect(seconds[1]["memory"].integer_or(0) > 1'000'000, seconds.dump());
  const Json later = watched.found("overview?after=1")["seconds"];
  expect_eq(later[0]["number"].integer_or(0), 2LL);
  const Json overview = watched.found("overview");
  expect(overview["memory_limit"].integer_or(0) > 0, overview.dump());
  const Json last = overview["seconds"][overview["seconds"].size() - 1];
  expect(last.has("channels") && last.has("mailbox_bytes") && last.has("unsent_bytes"),
         "somebody looks: " + last.dump());
}

PHX_TEST("topics, nodes and the log answer for a node that is alone") {
  const Watched watched;
  expect(watched.found("topics")["topics"].is_array(), "topics");
  const Json nodes = watched.found("nodes");
  expect_eq(nodes["nodes"].size() + nodes["redis"].size(), std::size_t{0});
  const Json lines = watched.found("log?text=admin%20port");  // the server has said where it is
  expect_eq(lines["lines"].size(), std::size_t{1});
  const std::string after = std::to_string(lines["last"].integer_or(0));
  expect_eq(watched.found("log?after=" + after)["lines"].size(), std::size_t{0});
}

PHX_TEST(
    "what a client with the traces' token sends is shown where it has been, and nothing else") {
  //! [traces]
  const auto traces = std::make_shared<telemetry::Traces>("a token for traced clients");
  const EndpointOptions options{.traces = traces};  // a client's address ends with ?glass_token=…
  const Watched watched({.traces = traces}, options);
  //! [traces]
  watched.asked("GET", "/dashboard/nowhere?glass_token=a%20guess", "");
  expect_eq(watched.found("traces")["hops"].size(), std::size_t{0});
  const std::string url = watched.server->url();
  const TcpClient client(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  client.write(
      "GET /nowhere?glass_token=a%20token%20for%20traced%20clients HTTP/1.1\r\nHost: x\r\n" +
      std::string("Connection: close\r\n\r\n"));
  expect(client.rest().starts_with("HTTP/1.1 404"), "no page is at this path");
  const Json hops = watched.found("traces")["hops"];
  expect(hops.size() >= 3, hops.dump());
  expect_eq(hops[0]["form"].string_or(""), std::string("request"));
  expect(hops[0]["function"].string_or("").find("HttpConnection::answer") != std::string::npos,
         hops.dump());
  expect(hops.dump().find("a%20token") == std::string::npos, "the token is not shown");
  const auto last = std::to_string(hops[hops.size() - 1]["number"].integer_or(0));
  expect_eq(watched.found("traces?after=" + last)["hops"].size(), std::size_t{0});
  expect_eq(Watched().data("traces").first, 404);
}
