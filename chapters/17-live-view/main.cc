/// Chapter 17's program: serves the pages of demo.h and todo.h, and the scripts of npm's phoenix
/// and phoenix_live_view.
///
///     build/plain/live-view --port 4300        and open http://localhost:4300/counter or /todo

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "demo.h"
#include "options/command_line.h"
#include "todo.h"

namespace {

struct Options : phx::ProgramOptions {
  std::filesystem::path scripts;  ///< A node_modules with both packages.
};

/// This program stands in build/…/ in the project's folder.
std::filesystem::path own_root() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path();
}

/// One script of a package, read once and served from memory.
void serve_script(phx::Endpoint& endpoint, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw std::runtime_error(fmt::format(
        "expected the file {}: run `make run`, which fetches it, or set --scripts", file.string()));
  }
  endpoint.get(
      "/js/" + file.filename().string(),
      [body = std::string(std::istreambuf_iterator<char>(in), {})](const phx::Request&) {
        return phx::Response{200, body, {{"content-type", "text/javascript; charset=utf-8"}}};
      });
}

//! [serve]
int serve(Options options) {
  phx::Endpoint endpoint(options.endpoint);
  phx::Live live(demo::options(options.endpoint.secret_key_base));
  demo::add_views(live);
  live.view<demo::TodoList>("/todo");
  live.serve(endpoint);
  const auto scripts =
      options.scripts.empty() ? own_root() / "chapters/node_modules" : options.scripts;
  serve_script(endpoint, scripts / "phoenix/priv/static/phoenix.js");
  serve_script(endpoint, scripts / "phoenix_live_view/priv/static/phoenix_live_view.js");
  phx::Server server(endpoint, options.server, options.log());
  fmt::print("The counter is open at http://localhost:{0}/counter (listening on {1})\n",
             server.port(), server.url());
  std::fflush(stdout);
  const bool all_ended = server.run();
  if (!all_ended) std::_Exit(0);  // a handler blocks, and may do so for ever
  return 0;
}
//! [serve]

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Pages that live, on Phoenix Channels.", "phx-live-view"};
  Options options;
  phx::add_options(app, options);
  app.add_option("--scripts", options.scripts, "a node_modules with phoenix and phoenix_live_view");
  return phx::run_program(app, argc, argv, options, serve);
}
