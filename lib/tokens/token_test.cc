/// Tokens of real Phoenix 1.8.12 are verified here; ours are the same, byte for byte.

#include "tokens/token.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const TokenSigner signer(secret, "user socket");
const TokenSigner::Time signed_at{std::chrono::seconds(1755700000)};

/// Data that Phoenix signed, and its token.
const std::vector<std::pair<std::string, std::string>> from_phoenix = {
    {R"("42")",
     "SFMyNTY.g2gDbQAAAAI0Mm4GAAD138eYAWIAAVGA.oardfm2Mh33ym9nWY29"
     "3anbKo75OAZ7uPiuArJ9MZEk"},
    {R"(42)",
     "SFMyNTY.g2gDYSpuBgAA9d_HmAFiAAFRgA.q7L_DHHbDB_qHRaFdL6HRkeUH"
     "QsRsKH4-qTURPg4u-w"},
    {R"(-7)",
     "SFMyNTY.g2gDYv____luBgAA9d_HmAFiAAFRgA.EFlI57lJOvK2MLXtLfmjA"
     "0_OzO-5bl_G3MWd3NmQHIQ"},
    {R"(0)",
     "SFMyNTY.g2gDYQBuBgAA9d_HmAFiAAFRgA.nW1KopGZPhnO_lqF8kMlF--_S"
     "IAXnotpnKMsKSAAk3c"},
    {R"(255)",
     "SFMyNTY.g2gDYf9uBgAA9d_HmAFiAAFRgA.oDYosQp7b_IcDscm9GOZOB6bt"
     "sslhtsducg2RDYYYw4"},
    {R"(256)",
     "SFMyNTY.g2gDYgAAAQBuBgAA9d_HmAFiAAFRgA.tklgrrNVswGH4kIiitUvF"
     "affvHIo_JpmM4ScvtEOOkg"},
    {R"("")",
     "SFMyNTY.g2gDbQAAAABuBgAA9d_HmAFiAAFRgA.i6-UMKVvw_bCLCuK9gzBt"
     "hMTFvGJ0HyynaH0ONnbjWQ"},
    {R"("zoë")",
     "SFMyNTY.g2gDbQAAAAR6b8OrbgYAAPXfx5gBYgABUYA.Lt37Q1DB7ULBdJO2"
     "976OEhN9vBj4EXDSp38WYMeysGs"},
    {R"({"role":"admin","user_id":"42"})",
     "SFMyNTY.g2gDdAAAAAJtAAAABHJvbGVtAAAABWFkbWlubQAAAAd1c2VyX2lk"
     "bQAAAAI0Mm4GAAD138eYAWIAAVGA.1zzjCox-G3JNngUR2hvn1c-rU3kTlAjnUQ3uwvHctR4"},
    {R"({"user_id":42})",
     "SFMyNTY.g2gDdAAAAAFtAAAAB3VzZXJfaWRhKm4GAAD138eYAWIAAVGA.c3V"
     "ULmcelcVE9hYc5I5Q7-HvUwg34orXaxdX3-8FTso"},
    {R"([1,2,3])",
     "SFMyNTY.g2gDawADAQIDbgYAAPXfx5gBYgABUYA.ddC6xgq_mJHVOYjxH4WU"
     "v8B1kstbwEmlETRs7QThgIY"},
    {R"(["a","b"])",
     "SFMyNTY.g2gDbAAAAAJtAAAAAWFtAAAAAWJqbgYAAPXfx5gBYgABUYA.CKHt"
     "TFega-59Hh3nchHX9H9jdH5yOY6f88j_X-rNCQA"},
    {R"(null)",
     "SFMyNTY.g2gDZAADbmlsbgYAAPXfx5gBYgABUYA.bTxUvM4cGtcHEXYSkgL6"
     "6oJinrpCfTsG6b4Pv8wkKVE"},
    {R"(true)",
     "SFMyNTY.g2gDZAAEdHJ1ZW4GAAD138eYAWIAAVGA.6Wd0-9jnptQLFZNJW_H"
     "x-zhmRn2IGnCDnqAD8r2FY-U"},
    {R"(1.5)",
     "SFMyNTY.g2gDRj_4AAAAAAAAbgYAAPXfx5gBYgABUYA.HSdyGJzZXRmjfczC"
     "tYCjjhoLDl284GiM4H6QQI6QkIg"},
    {R"({"a":[1,{"b":"c"}]})",
     "SFMyNTY.g2gDdAAAAAFtAAAAAWFsAAAAAmEBdAAAAAFtAAAAAWJtAAAAAWNq"
     "bgYAAPXfx5gBYgABUYA.NBLCCqC_mgVcUr0HQ4LCp_MLQKg1GMJZfsaasmjI3hA"},
};

template <class T>
bool is(const TokenSigner::Verdict& verdict) {
  return std::holds_alternative<T>(verdict);
}

}  // namespace

PHX_TEST("a token that Phoenix signed is verified here") {
  for (const auto& [data, token] : from_phoenix) {
    const auto verdict = signer.verify(token, signed_at);
    expect(is<TokenSigner::Valid>(verdict), data + " is verified");
    expect_eq(std::get<TokenSigner::Valid>(verdict).data.dump(), data);
  }
}

PHX_TEST("a token signed here equals Phoenix's") {
  for (const auto& [data, token] : from_phoenix) {
    expect_eq(signer.sign(Json::parse(data), signed_at), token);
  }
}

PHX_TEST("a token for another purpose is invalid") {
  const TokenSigner other(secret, "user auth");
  const std::string token = other.sign("42", signed_at);
  expect_eq(token, std::string("SFMyNTY.g2gDbQAAAAI0Mm4GAAD138eYAWIAAVGA.QVa3UHuDTwYBUDPgRZP"
                               "G0-ILudyR43jiPQ70HXJSrS0"));
  expect(is<TokenSigner::Valid>(other.verify(token, signed_at)), "it is valid for its own");
  expect(is<TokenSigner::Invalid>(signer.verify(token, signed_at)), "and for no other purpose");
}

PHX_TEST("atoms read as strings; tuples and integers over 64 bits are refused") {
  const auto verdict = signer.verify(
      "SFMyNTY.g2gDdAAAAAFkAAd1c2VyX2lkYQFuBgAA9d_HmAFiAAFRgA.Hapzo"
      "7BLrMZldRs3BhTfOln0eT0SXXD5ZEsiBF1I7W0",
      signed_at);
  expect_eq(std::get<TokenSigner::Valid>(verdict).data.dump(), std::string(R"({"user_id":1})"));
  for (const char* token : {"SFMyNTY.g2gDaAJkAAR1c2VyYQFuBgAA9d_HmAFiAAFRgA.aIGRZYYsS46Ge"
                            "wgmW7Vr_j_L2WmeY6uhPLEsRrh65Fc",
                            "SFMyNTY.g2gDbggA0gof64ypVKtuBgAA9d_HmAFiAAFRgA.AQlVdOfiiQet2"
                            "Ohnzy6PeOknWQ_Xs1alH8p2mDujuyU"}) {
    expect(is<TokenSigner::Invalid>(signer.verify(token, signed_at)), "not for JSON");
  }
}

PHX_TEST("a token with one changed character is invalid") {
  const std::string token = from_phoenix.front().second;
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string forged = token;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    expect(is<TokenSigner::Invalid>(signer.verify(forged, signed_at)),
           "byte " + std::to_string(i) + " counts");
    expect(is<TokenSigner::Invalid>(signer.verify(token.substr(0, i), signed_at)),
           "and the length");
  }
}

PHX_TEST("a token expires by its own max_age, or by the verifier's") {
  using std::chrono::seconds;
  const std::string token = signer.sign("42", signed_at, seconds(60));
  expect(is<TokenSigner::Valid>(signer.verify(token, signed_at + seconds(59))),
         "59 seconds are in time");
  expect(
      is<TokenSigner::Valid>(signer.verify(token, signed_at + std::chrono::milliseconds(59'999))),
      "59.999 seconds are in time");
  expect(is<TokenSigner::Expired>(signer.verify(token, signed_at + seconds(60))),
         "60 seconds are too late");
  expect(is<TokenSigner::Expired>(signer.verify(token, signed_at + seconds(10), seconds(10))),
         "10 seconds are too late for a max_age of 10");
  expect(is<TokenSigner::Valid>(signer.verify(token, signed_at + seconds(90), seconds(100))),
         "the verifier's max_age wins");
}

PHX_TEST("if the clock is set back, a token lives until its age is reached, not for ever") {
  using std::chrono::hours;
  const std::string token = signer.sign("42", signed_at, hours(1));
  const auto set_back = signed_at - hours(24 * 365 * 50);  // before 1970, too
  expect(is<TokenSigner::Valid>(signer.verify(token, set_back)), "as Phoenix.Token has it");
  expect(is<TokenSigner::Valid>(signer.verify(token, signed_at)), "in time");
  expect(is<TokenSigner::Expired>(signer.verify(token, signed_at + hours(1))), "too late");
  expect(is<TokenSigner::Expired>(signer.verify(token, set_back, std::chrono::seconds(0))),
         "a max_age of 0 refuses every token, whatever the clock says");
  expect(is<TokenSigner::Expired>(signer.verify(token, set_back, std::chrono::seconds(-1))),
         "and so does a negative one");
  for (const int own : {0, -1}) {
    const std::string for_nobody = signer.sign("42", signed_at, std::chrono::seconds(own));
    expect(is<TokenSigner::Expired>(signer.verify(for_nobody, set_back)), "or one of its own");
  }
}

PHX_TEST("a forged token is invalid, even one that would have expired") {
  std::string forged = signer.sign("42", signed_at, std::chrono::seconds(1));
  forged.back() = forged.back() == 'A' ? 'E' : 'A';
  expect(is<TokenSigner::Invalid>(signer.verify(forged, signed_at + std::chrono::hours(1))),
         "its age is not believed");
}

PHX_TEST("the error for a secret that is too short says what to set") {
  const std::string text =
      expect_throw<std::invalid_argument>([] { TokenSigner("short", "salt"); });
  expect(text.find("EndpointOptions::secret_key_base") != std::string::npos, text);
}
