/// Reads sessions from cookies.
///
/// One cookie is of a real application, of traces/liveview/form.har. The others were made from the
/// formats' descriptions with other software than ours: Python's hashlib (PBKDF2 and HMAC; the key
/// also by `openssl kdf`), its cryptography package (AES-GCM and ChaCha20-Poly1305), and
/// HChaCha20's rounds written out, checked against the vector of draft-irtf-cfrg-xchacha-03,
/// section 2.2.1.

#include "tokens/session_cookie.h"

#include <random>

#include "testing/case.h"
#include "tokens/crypto.h"
#include "tokens/term.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::tokens;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SessionCookie signed_cookie(secret, {.key = "_app_key", .signing_salt = "signing salt"});
const SessionCookie encrypted_cookie(secret, {.key = "_app_key",
                                              .signing_salt = "signing salt",
                                              .encryption_salt = "encryption salt"});

const std::string by_signature =
    "SFMyNTY.g3QAAAAFbQAAAAtfY3NyZl90b2tlbm0AAAAYWmszblE4dEx3MXNWeDliWWNQMmRSN2ZHbQAAAAVy"
    "b2xlc2wAAAACbQAAAAVhZG1pbm0AAAACw6lqbQAAAAd1c2VyX2lkYSptAAAACnVzZXJfdG9rZW5tAAAAB_r7"
    "_P3-_wBtAAAABXBsYWNlaAJtAAAAAm9rYQE.oXIbdrigheydjr7LGAbCg5gcnHAXIl0UjbwrocBCrDs";
/// As plug_crypto 2 encrypts.
const std::string by_xchacha20 =
    "XCP.ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7I8m_3O1Fbvxedb4Lqg9BejlEwEusAZF0SVHLRJYWsHzdWayD"
    "tshhe_p0eyjGg-rYLYMA92Bdgy9uLYwoL4Ygl_v6sLp3C911b-SLpyfkwjc1DMH3XPUUE-C0kQftTu5ScKCQ"
    "IsniyD1Yrl9SC5K0aJWRQECuixDRky5-FrYSxtRS_tSVjHFs7tebW1YHIV_J7Z99TtBwbIXxnoNtaOqJpAgz";
/// As plug_crypto 1 did.
const std::string by_aes_gcm =
    "QTEyOEdDTQ.0qUmge6yJRLgvSmBMjicxRf7AMedDOUNoC6Aj75NdooMDQ4PEBESExQVFhc.AAECAwQFBgcIC"
    "QoL.EBinzmYemlRL0mrVVdACbuxSdY02g5D25iHpd393zD290JeAxfPhm3mWUISQu7PA-_lTnQSHNn5cIR63"
    "2SAW5JoMmE5fTM9_R10YMRE6CFtqbywBZJydwvGItLLOFuNsAQ8mFBYL1QHTOgyAh4a9frW-u-CjSvAC2UFg"
    "jcyH_HlusfCv3jRH8PbFhFVfa0gF8qw.HDI3h6Ub_5HoDKtodwGQUQ";

const std::string csrf_state = "Zk3nQ8tLw1sVx9bYcP2dR7fG";
const std::string csrf_token = "NyZSLyJrHwdHAEFlTAxUbltpHzs_egcGmMaAsSkK0123456789-_mMaA";

/// `user_token` is seven bytes that are not valid UTF-8, and `place` was a tuple.
const Json whole = Json::parse(
    R"({"_csrf_token":"Zk3nQ8tLw1sVx9bYcP2dR7fG","roles":["admin","é"],"user_id":42,
        "user_token":[250,251,252,253,254,255,0],"place":["ok",1]})");

http::Request with_cookie(const std::string& value) {
  http::Request request{"GET", "/socket/websocket"};
  request.headers = {{"cookie", "other=1; _app_key=" + value + "; last=2"}};
  return request;
}

std::string read(const SessionCookie& cookie, const std::string& value) {
  const auto found = cookie.read(with_cookie(value));
  return found ? found->dump() : "nothing";
}

}  // namespace

PHX_TEST("a signed session is read") { expect_eq(read(signed_cookie, by_signature), whole.dump()); }

PHX_TEST("an encrypted session is read, as plug_crypto 2 writes it and as plug_crypto 1 did") {
  expect_eq(read(encrypted_cookie, by_xchacha20), whole.dump());
  expect_eq(read(encrypted_cookie, by_aes_gcm), whole.dump());
}

PHX_TEST("a cookie that is not ours is an empty session; without a cookie there is no session") {
  expect_eq(read(signed_cookie, by_signature + "A"), std::string("{}"));
  expect_eq(read(signed_cookie, by_xchacha20), std::string("{}"));
  expect_eq(read(encrypted_cookie, by_signature), std::string("{}"));
  const SessionCookie other("another" + secret,
                            {.key = "_app_key", .signing_salt = "signing salt"});
  expect_eq(read(other, by_signature), std::string("{}"));
  expect(!signed_cookie.read({"GET", "/"}), "without a cookie there is no session");
}

PHX_TEST("a cookie with any changed character is not ours") {
  const auto holds = [](const SessionCookie& cookie, const std::string& good) {
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = bad[i] == 'A' ? 'B' : 'A';
      // The last character of a base64 text may have unused bits.
      const bool may_mean_the_same = i + 1 == good.size() || good[i + 1] == '.';
      if (may_mean_the_same) continue;
      expect_eq(read(cookie, bad), std::string("{}"));
    }
  };
  holds(signed_cookie, by_signature);
  holds(encrypted_cookie, by_xchacha20);
  holds(encrypted_cookie, by_aes_gcm);
}

PHX_TEST("only a page that knows its CSRF token gets the session") {
  const auto checked = [](const char* params) {
    const auto session = signed_cookie.read_checked(with_cookie(by_signature), Json::parse(params));
    return session.has_value();
  };
  expect(checked((R"({"_csrf_token":")" + csrf_token + R"("})").c_str()), "its own page may");
  expect(!checked("{}"), "a page without a token may not");
  expect(!checked(R"({"_csrf_token":"Zk3nQ8tLw1sVx9bYcP2dR7fG"})"),
         "the bare state is not a token");
  expect(!checked(R"({"_csrf_token":["a"]})"), "a list is not a token");
}

PHX_TEST("a CSRF token is the state under any mask, in either base64") {
  expect(valid_csrf_token(csrf_state, csrf_token), "base64 for URLs");
  expect(valid_csrf_token(csrf_state,
                          "JBVNEG8GSnJIDkxpBkccJ11uDFptCFl4~~~~>>>>?"
                          "??"
                          "?~~~~>>>>?"
                          "??"
                          "?"),
         "the standard alphabet");
  std::string other = csrf_token;
  other.back() = 'x';
  for (const std::string& bad : {other, csrf_token + "A", csrf_token.substr(1), csrf_state,
                                 std::string(), std::string(56, '='), std::string(56, '\0')}) {
    expect(!valid_csrf_token(csrf_state, bad), "\"" + bad + "\" is refused");
  }
  expect(!valid_csrf_token("", csrf_token), "a session without a state has no token");
}

PHX_TEST("a cookie is found among others; the first of a name counts") {
  const auto find = [](const std::string& header) {
    http::Request request{"GET", "/"};
    request.headers = {{"cookie", header}};
    return cookie(request, "a").value_or("nothing");
  };
  expect_eq(find("a=1"), std::string("1"));
  expect_eq(find("b=2;a=1 ; a=3"), std::string("1"));
  expect_eq(find("  a=x=y"), std::string("x=y"));
  expect_eq(find("a="), std::string());
  for (const char* none : {"", ";", "a", "aa=1", "=1", "a =1", "a=1\t2", "b=a=1"}) {
    expect_eq(find(none), std::string("nothing"));
  }
  http::Request twice{"GET", "/"};
  twice.headers = {{"cookie", "b=1"}, {"cookie", "a=2"}};
  expect_eq(cookie(twice, "a").value(), std::string("2"));
}

PHX_TEST("options that can't work are refused at start-up") {
  const std::string sentence = expect_throw<std::invalid_argument>(
      [] { SessionCookie("short", {.key = "k", .signing_salt = "s"}); });
  expect_eq(sentence, std::string("expected a secret_key_base of at least 64 bytes for session "
                                  "cookies, got 5: use the one of the application that writes "
                                  "them"));
  expect_throw<std::invalid_argument>([] { SessionCookie(secret, {"", "s"}); });
  expect_throw<std::invalid_argument>([] { SessionCookie(secret, {"k", ""}); });
}

PHX_TEST("a message verifies only with its own key") {
  const std::string key = crypto::derive_key(secret, "a");
  expect_eq(crypto::verify(crypto::sign("hello", key), key).value(), std::string("hello"));
  expect_eq(crypto::verify(crypto::sign("", key), key).value(), std::string());
  expect(!crypto::verify(crypto::sign("hello", key), crypto::derive_key(secret, "b")),
         "another salt is another key");
}

PHX_TEST("random bytes are never taken for a cookie, a token or a term") {
  std::mt19937 random(20'261'121);
  const auto any_of = [&](const std::string& alphabet, std::size_t most) {
    std::string text(random() % most, '\0');
    for (char& c : text) {
      c = alphabet.empty() ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    }
    return text;
  };
  const std::string key = crypto::derive_key(secret, "a");
  const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_..=";
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = any_of(i % 2 == 0 ? base64 : "", 300);
    for (const char* prefix : {"", "SFMyNTY.", "XCP.", "QTEyOEdDTQ."}) {
      expect(!crypto::verify(prefix + text, key), "a signature can't be guessed");
      expect(!crypto::decrypt(prefix + text, key, key), "a tag can't be guessed");
    }
    expect(!valid_csrf_token(csrf_state, text), "a CSRF token can't be guessed");
    decode_any_term("\x83" + text);
    decode_term("\x83h\3" + text);
  }
}

PHX_TEST("a term with a false size, or nested too deeply, is refused") {
  expect(!decode_any_term(std::string("\x83l\xff\xff\xff\xff", 6)), "a list without items");
  expect(!decode_any_term(std::string("\x83m\xff\xff\xff\xff", 6)), "a binary without bytes");
  expect(!decode_any_term("\x83" + std::string(10'000, 'h')), "nested tuples");
  expect(!decode_any_term(""), "no bytes");
  expect(!decode_any_term(std::string("\x83j\0", 3)), "a byte after the term");
  expect_eq(decode_any_term(std::string("\x83t\0\0\0\1a\7j", 9))->dump(),
            std::string(R"({"7":[]})"));
}

// From traces/liveview/form.har: what Plug wrote, byte for byte.
PHX_TEST("a session is written as Plug writes it, and read again") {
  std::string six_times;
  for (int i = 0; i < 6; ++i) six_times += "not-a-secret";
  const SessionCookie recorded(six_times, {.key = "_lv_key", .signing_salt = "cookie-salt"});
  const Json session = Json::object({{"_csrf_token", "yGMmUfgHlZkoEMj-AhCZrDNK"}});
  const std::string header = recorded.written(session);
  expect_eq(header,
            "_lv_key=SFMyNTY.g3QAAAABbQAAAAtfY3NyZl90b2tlbm0AAAAYeUdNbVVmZ0hsWmtvRU1qLUFoQ1pyRE5L."
            "LJPlEN29E4P4_vMVxLyQevTqahjlrc1atGiG-zs9smw; path=/; HttpOnly; SameSite=Lax");
  const http::Request request{
      .method = "GET", .target = "/", .headers = {{"cookie", header.substr(0, header.find(';'))}}};
  expect_eq(recorded.read(request)->dump(), session.dump());
}
