/// KeyUpdates of TLS 1.3 (RFC 8446, 4.6.3): half of one, and an endless series.
///
/// OpenSSL wants the other half before it writes again. No client library does this, so the record
/// is made here, from the secret that the library logs.

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <array>

#include "channel/channel.h"
#include "endpoint/endpoint.h"
#include "server/server.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

namespace {

struct Room final : Channel {
  JoinResult join(std::string_view, Payload, Socket&) override { return Joined{}; }
};
struct Users final : UserSocket {
  Users() { channel<Room>("room:*"); }
};

constexpr std::size_t key_size = 16;  // of AES-128-GCM
constexpr std::size_t iv_size = 12;
constexpr std::size_t tag_size = 16;

/// The line of SSLKEYLOGFILE that has the secret: `CLIENT_TRAFFIC_SECRET_0 random secret`.
std::string traffic_secret;
void keep_secret(const SSL*, const char* line) {
  const std::string text = line;
  if (!text.starts_with("CLIENT_TRAFFIC_SECRET_0 ")) return;
  const std::string hex = text.substr(text.rfind(' ') + 1);
  traffic_secret.clear();
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    traffic_secret += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
}

/// HKDF-Expand-Label with SHA-256 and no context: RFC 8446, 7.1.
std::string expand(const std::string& secret, const std::string& label, std::size_t size) {
  const std::string full = "tls13 " + label;
  const std::string info =
      std::string{'\0', static_cast<char>(size), static_cast<char>(full.size())} + full + '\0';
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> hkdf(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  std::string out(size, '\0');
  const bool done =
      EVP_PKEY_derive_init(hkdf.get()) == 1 &&
      EVP_PKEY_CTX_set_hkdf_mode(hkdf.get(), EVP_PKEY_HKDEF_MODE_EXPAND_ONLY) == 1 &&
      EVP_PKEY_CTX_set_hkdf_md(hkdf.get(), EVP_sha256()) == 1 &&
      EVP_PKEY_CTX_set1_hkdf_key(hkdf.get(), bytes(secret), static_cast<int>(secret.size())) == 1 &&
      EVP_PKEY_CTX_add1_hkdf_info(hkdf.get(), bytes(info), static_cast<int>(info.size())) == 1 &&
      EVP_PKEY_derive(hkdf.get(), reinterpret_cast<unsigned char*>(out.data()), &size) == 1;
  expect(done, "HKDF");
  return out;
}

/// One record of the client's with number `sequence` (below 256) and this handshake message.
std::string handshake_record(const std::string& text, unsigned char sequence) {
  constexpr char handshake = 22;
  const std::string plain = text + handshake;
  std::string iv = expand(traffic_secret, "iv", iv_size);
  iv.back() = static_cast<char>(iv.back() ^ static_cast<char>(sequence));
  const std::string key = expand(traffic_secret, "key", key_size);
  const std::string head{'\x17', '\x03', '\x03', '\0', static_cast<char>(plain.size() + tag_size)};
  const auto bytes = [](const std::string& from) {
    return reinterpret_cast<const unsigned char*>(from.data());
  };
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> gcm(EVP_CIPHER_CTX_new(),
                                                                       EVP_CIPHER_CTX_free);
  std::string sealed(plain.size(), '\0'), tag(tag_size, '\0');
  int size = 0;
  const bool done =
      EVP_EncryptInit_ex(gcm.get(), EVP_aes_128_gcm(), nullptr, bytes(key), bytes(iv)) == 1 &&
      EVP_EncryptUpdate(gcm.get(), nullptr, &size, bytes(head), static_cast<int>(head.size())) ==
          1 &&
      EVP_EncryptUpdate(gcm.get(), reinterpret_cast<unsigned char*>(sealed.data()), &size,
                        bytes(plain), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(gcm.get(), nullptr, &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag.data()) == 1;
  expect(done, "AES-GCM");
  return head + sealed + tag;
}

const std::string key_update{'\x18', '\0', '\0', '\x01', '\0'};  // update_not_requested

/// A member of room:a; it has written two records.
struct Member {
  explicit Member(std::uint16_t port, const Certificate& certificate)
      : tls(port, certificate, 0, [](SSL_CTX* context) {
          SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
          SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256");
          SSL_CTX_set_keylog_callback(context, keep_secret);
        }) {
    tls.write(get("/socket/websocket?vsn=2.0.0",
                  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
    tls.read_through("\r\n\r\n");
    tls.write(frame(R"(["1","1","room:a","phx_join",{}])"));
    tls.read_through(R"("status":"ok"}])");
  }
  TlsClient tls;
};

struct Running {
  Running()
      : server((fill(endpoint), endpoint),
               {.port = 0, .shards = 1, .tls = TlsOptions{certificate.cert(), certificate.key()}},
               Log::silent()) {
    server.start();
  }
  static void fill(Endpoint& endpoint) {
    endpoint.socket({"/socket", std::make_shared<Users>()});
    endpoint.get("/", [](const auto&) { return http::Response{200, "hello"}; });
  }
  /// Returns once the server has read everything sent before.
  void go_round() {
    TlsClient other(server.port(), certificate);
    other.write(get("/", "Connection: close\r\n"));
    other.rest();
  }
  const Certificate certificate;
  Endpoint endpoint;
  Server server;
};

}  // namespace

PHX_TEST("a KeyUpdate is taken") {
  Running running;
  Member member(running.server.port(), running.certificate);
  member.tls.tcp().write(handshake_record(key_update, 2));
  running.go_round();
  running.endpoint.broadcast("room:a", "said", {});
  member.tls.read_through("said");
}

PHX_TEST("a client that sends half of a KeyUpdate is dropped when it is written to") {
  Running running;
  Member member(running.server.port(), running.certificate);
  member.tls.tcp().write(handshake_record(key_update.substr(0, 4), 2));
  running.go_round();
  running.endpoint.broadcast("room:a", "said", {});
  expect_eq(member.tls.tcp().rest(), std::string());
}

namespace {

/// Whether the client could still write.
bool updates_its_key(TlsClient& client) {
  return SSL_key_update(client.session(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
         SSL_do_handshake(client.session()) == 1;
}

}  // namespace

PHX_TEST("a client may update its key now and then") {
  Running running;
  Member member(running.server.port(), running.certificate);
  for (int i = 0; i < 100; ++i) expect(updates_its_key(member.tls), "an update");
  member.tls.write(frame(R"([null,"2","phoenix","heartbeat",{}])"));
  member.tls.read_through(R"("status":"ok"}])");
}

PHX_TEST("a client that keeps updating its key is dropped") {
  Running running;
  Member member(running.server.port(), running.certificate);
  const auto began = Clock::now();
  while (updates_its_key(member.tls)) {
    expect(Clock::now() - began < Millis{20'000}, "the connection's end");
  }
}
