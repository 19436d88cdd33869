/// Chapter 1's program: serves the chat of room.h and its page.
///
///     make run        and open http://localhost:4000 in two windows

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "../17-live-view/board.h"
#include "../19-the-glass-house/glass.h"
#include "files.h"
#include "options/command_line.h"
#include "phoenix.h"
#include "room.h"

// jemalloc, which this program is linked with, reads this as it begins: what was freed goes back to
// the system within a second or two, by a thread of its own, even while nothing is allocated.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace {

struct Options : phx::ProgramOptions {
  std::filesystem::path root;  ///< The project's folder.
  bool glass = false;          ///< Serve chapter 19's page, at /glass.
};

/// This program stands in build/…/ in the project's folder.
std::filesystem::path own_root() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path();
}

//! [mount_chat]
/// The page where people log in, and the socket that takes the token they get there.
std::shared_ptr<chat::ChatSocket> mount_chat(phx::Endpoint& endpoint, const Options& options) {
  const auto login = std::make_shared<const chat::Login>(options.endpoint.secret_key_base);
  endpoint.post("/login", [login](const auto& request) { return login->log_in(request); });
  endpoint.get("/login", [login](const auto& request) { return login->who(request); });

  phx::Mount mount = options.mount;  // with long-poll, where no websocket gets through
  mount.path = "/socket";
  const auto others = options.endpoint.pubsub;  // the way to them, if there are any
  auto socket = std::make_shared<phx::Limited<chat::ChatSocket>>(options.socket, login,
                                                                 others ? others->node_name() : "");
  mount.socket = socket;
  mount.auth_token = true;
  endpoint.socket(std::move(mount));
  return socket;
}
//! [mount_chat]

void serve_page(phx::Endpoint& endpoint, const std::filesystem::path& root) {
  const auto page = root / "chapters/01-the-101/page";
  chat::Files files(endpoint);
  files.serve("/", page / "index.html");
  for (const char* part : {"chat.css", "chat.js", "frames.js", "wire.js"}) {
    files.serve(std::string("/") + part, page / part);
  }
  const auto packages = root / "chapters/node_modules";
  for (const char* script : {"phoenix/priv/static/phoenix.mjs", "phoenix/priv/static/phoenix.js",
                             "phoenix_live_view/priv/static/phoenix_live_view.js"}) {
    const auto file = packages / script;
    files.serve("/assets/" + file.filename().string(), file);
  }
  files.serve_book(root);
}

/// The token stands in the link only on a terminal: elsewhere it would stay in a log.
void print_dashboard(const std::string& admin_url, const Options& options) {
  const std::string token = isatty(STDOUT_FILENO) != 0 ? "#token=" + options.api.token : "";
  fmt::print("The dashboard is open at {}/dashboard{}\n", admin_url, token);
}

int serve(Options options) {
  const auto root = options.root.empty() ? own_root() : options.root;
  if (options.glass && options.endpoint.traces == nullptr) {
    options.endpoint.traces = std::make_shared<phx::telemetry::Traces>(
        phx::random_secret(), options.endpoint.filter_parameters);
  }
  phx::Endpoint endpoint(options.endpoint);
  const auto socket = mount_chat(endpoint, options);
  if (options.endpoint.pubsub) endpoint.presence(socket->presence(), options.presence);
  serve_page(endpoint, root);
  phx::Live live(demo::board_options(options.endpoint.secret_key_base));
  demo::add_board(live);  // chapter 17's page, at /board
  live.serve(endpoint);
  if (options.glass) glass::open(endpoint, options.endpoint.traces, root);
  const auto metrics = options.count(endpoint);
  const auto dashboard = options.watch(endpoint, &socket->presence());
  options.open_api(endpoint, &socket->presence());
  phx::Server server(endpoint, options.server, options.log());
  fmt::print("The chat is open at http://localhost:{0} (listening on {1})\n", server.port(),
             server.url());
  if (options.glass) {
    fmt::print("See inside at http://localhost:{}/glass#{}\n", server.port(),
               options.endpoint.traces->token());
  }
  if (dashboard) print_dashboard(server.admin_url(), options);
  std::fflush(stdout);
  if (!server.run()) std::_Exit(0);  // a handler blocks, and may do so for ever
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A chat room on Phoenix Channels.", "phx-chat"};
  Options options;
  phx::add_options(app, options);
  app.add_option("--root", options.root, "the project's folder");
  app.add_flag("--glass", options.glass, "serve /glass, for development: it prints the address");
  return phx::run_program(app, argc, argv, options, serve);
}
