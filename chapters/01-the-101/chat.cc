/// Chapter 1's program: serves the chat of room.h and its page.
///
///     make run        and open http://localhost:4000 in two windows

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "phoenix.h"
#include "room.h"

// jemalloc, which this program is linked with, reads this as it begins: what was freed goes back to
// the system within a second or two, by a thread of its own, even while nothing is allocated.
extern "C" const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace {

/// The page's files, read once; each is served from memory at its own path.
class Files {
 public:
  explicit Files(phx::Endpoint& endpoint) : endpoint_(endpoint) {}

  void serve(std::string path, const std::filesystem::path& file, std::string type) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      throw std::runtime_error(fmt::format(
          "expected the file {}: run `make run` in the project's folder, which fetches what is "
          "missing, or set --root",
          file.string()));
    }
    std::stringstream content;
    content << in.rdbuf();
    endpoint_.get(std::move(path), [body = content.str(), type](const phx::Request&) {
      return phx::Response{200, body, {{"content-type", type}}};
    });
  }

 private:
  phx::Endpoint& endpoint_;
};

struct Options {
  phx::ServerOptions server{.signals = true};
  std::string secret_key_base = phx::random_secret();
  std::string log_format = "logfmt";
  std::filesystem::path root;  ///< The project's folder.
};

/// This program stands in build/…/ in the project's folder.
std::filesystem::path own_root() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path();
}

//! [mount_chat]
/// Where one logs in, and where one connects with the token from there.
void mount_chat(phx::Endpoint& endpoint, const std::string& secret_key_base) {
  const auto login = std::make_shared<const chat::Login>(secret_key_base);
  endpoint.post("/login", [login](const auto& request) { return login->log_in(request); });
  endpoint.get("/login", [login](const auto& request) { return login->who(request); });

  phx::Mount mount{"/socket", std::make_shared<chat::ChatSocket>(login)};
  mount.auth_token = true;
  mount.longpoll = phx::LongpollOptions{};  // where no websocket gets through
  endpoint.socket(std::move(mount));
}
//! [mount_chat]

void serve_page(phx::Endpoint& endpoint, const std::filesystem::path& root) {
  const auto page = root / "chapters/01-the-101/page";
  Files files(endpoint);
  files.serve("/", page / "index.html", "text/html; charset=utf-8");
  files.serve("/chat.css", page / "chat.css", "text/css; charset=utf-8");
  files.serve("/chat.js", page / "chat.js", "text/javascript; charset=utf-8");
  files.serve("/assets/phoenix.mjs",
              root / "conformance/clients/node_modules/phoenix/priv/static/phoenix.mjs",
              "text/javascript; charset=utf-8");
}

int serve(const Options& options) {
  phx::Endpoint endpoint(options.secret_key_base);
  mount_chat(endpoint, options.secret_key_base);
  serve_page(endpoint, options.root.empty() ? own_root() : options.root);
  phx::Server server(endpoint, options.server,
                     phx::Log::to_stderr(phx::Level::info, phx::log_format_of(options.log_format)));
  fmt::print("The chat is open at http://localhost:{0} (listening on {1})\n", server.port(),
             server.url());
  std::fflush(stdout);
  if (!server.run()) std::_Exit(0);  // a handler blocks, and may do so for ever
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A chat room on Phoenix Channels."};
  Options options;
  app.add_option("--host", options.server.host, "the address to listen on")->envname("HOST");
  app.add_option("--port", options.server.port, "the port; 0 takes a free one")
      ->envname("PORT")
      ->check(CLI::Range(0, 65'535));
  app.add_option("--secret-key-base", options.secret_key_base,
                 "what logins are signed with; made up at each start unless it is given, so that "
                 "nobody is logged in any more")
      ->envname("SECRET_KEY_BASE");
  app.add_option("--log-format", options.log_format, "logfmt, or json: one object a line")
      ->envname("LOG_FORMAT");
  app.add_option("--root", options.root, "the project's folder");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format(
        "phx-chat: {}; each option, and the environment variable that sets it, too: --help\n",
        error.what());
  });
  CLI11_PARSE(app, argc, argv);
  try {
    return serve(options);
  } catch (const phx::OptionError& error) {
    const std::string& option = error.option();  // ServerOptions::port
    fmt::print(stderr, "phx-chat: {}, here by --{}\n", error.what(),
               option.substr(option.rfind(':') + 1));
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "phx-chat: {}\n", error.what());
    return 1;
  }
}
