/// New certificates while clients are connected, and a rotated log file.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

/// A server with the certificate in `shown`, whose files a test replaces. Its log is a file beside
/// them.
class Running {
 public:
  explicit Running(std::size_t shards = 1)
      : log_path_(shown.folder() / "server.log"),
        log_(Log::to_file(log_path_, Level::info)),
        server_((endpoint_.get("/",
                               [](const auto&) {
                                 return http::Response{200, "hello"};
                               }),
                 endpoint_),
                {.port = 0, .shards = shards, .tls = TlsOptions{shown.cert(), shown.key()}}, log_) {
    server_.start();
  }

  TlsClient client(const Certificate& trusted, TlsClient::Change change = {}) const {
    return TlsClient(server_.port(), trusted, 0, std::move(change));
  }
  void reload() { server_.reload(); }
  std::string logged() const {
    log_.flush();
    std::stringstream text;
    text << std::ifstream(log_path_).rdbuf();
    return text.str();
  }
  const std::filesystem::path& log_path() const { return log_path_; }

  const Certificate shown;

 private:
  const std::filesystem::path log_path_;
  const Log log_;
  Endpoint endpoint_;
  Server server_;
};

void replace(const Certificate& shown, const Certificate& by) {
  const auto over = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(by.cert(), shown.cert(), over);
  std::filesystem::copy_file(by.key(), shown.key(), over);
}

bool answers(TlsClient& client) {
  client.write(get("/"));
  return client.read_through("hello").starts_with("HTTP/1.1 200");
}

}  // namespace

PHX_TEST("a reload gives new clients the new certificate on every shard, and ends no connection") {
  Running server(2);
  const Certificate renewed;
  Certificate before;
  replace(before, server.shown);  // the certificate that the first client trusts
  TlsClient first = server.client(before);
  expect(answers(first), "before");

  replace(server.shown, renewed);
  TlsClient not_yet = server.client(before);
  server.reload();
  for (int i = 0; i < 4; ++i) {
    TlsClient newcomer = server.client(renewed);
    expect(answers(newcomer), "a newcomer");
  }
  expect_throw<Failure>([&] { server.client(before); });
  expect(answers(first) && answers(not_yet), "the connected clients");
  expect(server.logged().find("new clients get the certificate") != std::string::npos,
         server.logged());
}

PHX_TEST("a client that names the server gets the new certificate too") {
  Running server;
  const Certificate renewed;
  replace(server.shown, renewed);
  server.reload();
  TlsClient client = server.client(renewed, [](SSL_CTX* context) {
    // A session does not inherit the server's name, so it is set before the hello.
    SSL_CTX_set_info_callback(context, [](const SSL* session, int where, int) {
      if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
      SSL_set_tlsext_host_name(const_cast<SSL*>(session), "localhost");
    });
  });
  expect_eq(std::string(SSL_get_servername(client.session(), TLSEXT_NAMETYPE_host_name)),
            std::string("localhost"));
  expect(answers(client), "an answer");
}

PHX_TEST(
    "with invalid files, or another certificate's key, the old one stays, and the log says why") {
  Running server;
  const Certificate other;
  Certificate before;
  replace(before, server.shown);
  std::ofstream(server.shown.cert()) << "no certificate";
  server.reload();
  expect(
      server.logged().find("could not be read again, and the old one stays") != std::string::npos,
      server.logged());
  expect(server.logged().find("expected a certificate in PEM form") != std::string::npos,
         server.logged());
  TlsClient client = server.client(before);
  expect(answers(client), "the old one");

  replace(server.shown, before);
  std::filesystem::copy_file(other.key(), server.shown.key(),
                             std::filesystem::copy_options::overwrite_existing);
  server.reload();
  expect(server.logged().find("expected the key of the certificate") != std::string::npos,
         server.logged());
  TlsClient another = server.client(before);
  expect(answers(another), "the old one still");
}

PHX_TEST("after its file was moved away, the log goes on in a new one on a reload") {
  Running server;
  const auto moved = server.log_path().parent_path() / "server.log.1";
  server.reload();
  server.logged();
  std::filesystem::rename(server.log_path(), moved);
  server.reload();
  const std::string logged = server.logged();
  expect(logged.find("reloaded") != std::string::npos, logged);
  std::stringstream old;
  old << std::ifstream(moved).rdbuf();
  expect(old.str().find("reloaded") != std::string::npos, "logged before: " + old.str());
}
