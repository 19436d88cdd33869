/// Names into tokens and back, and the two requests that a page makes for it.

#include "login.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "http/query.h"

namespace chat {
namespace {

using phx::Json;
using phx::Request;
using phx::Response;
using phx::TokenSigner;

constexpr std::size_t longest_name = 40;              // characters
constexpr TokenSigner::Seconds two_weeks{1'209'600};  // as the guide of Phoenix has it

constexpr std::size_t longest_form = 1'000;  // bytes: each of forty emoji takes twelve

/// Unicode's controls, the marks that are unseen or turn the text around them, and all blanks but
/// the plain space. Not those that join two letters, which some scripts need.
constexpr std::array<std::pair<char32_t, char32_t>, 18> invisible{{{0x00, 0x1F},
                                                                   {0x7F, 0xA0},
                                                                   {0xAD, 0xAD},
                                                                   {0x034F, 0x034F},
                                                                   {0x061C, 0x061C},
                                                                   {0x115F, 0x1160},
                                                                   {0x1680, 0x1680},
                                                                   {0x17B4, 0x17B5},
                                                                   {0x180E, 0x180E},
                                                                   {0x2000, 0x200B},
                                                                   {0x200E, 0x200F},
                                                                   {0x2028, 0x202F},
                                                                   {0x205F, 0x206F},
                                                                   {0x2800, 0x2800},
                                                                   {0x3000, 0x3000},
                                                                   {0x3164, 0x3164},
                                                                   {0xFEFF, 0xFEFF},
                                                                   {0xFFA0, 0xFFA0}}};

bool is_visible(std::string_view character) {
  const char32_t point = phx::code_point(character);
  return std::none_of(invisible.begin(), invisible.end(),
                      [&](auto range) { return point >= range.first && point <= range.second; });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(first, text.find_last_not_of(' ') + 1 - first);
}

Response json(int status, const Json& body) {
  return {status,
          body.dump(),
          {{"cache-control", "no-store"}, {"content-type", "application/json; charset=utf-8"}}};
}

Response refused(int status, const Login::Verdict& verdict) {
  return json(status, Json::object({{"error", std::get<Login::Refusal>(verdict).sentence}}));
}

}  // namespace

Login::Verdict Login::checked(std::string_view name) {
  name = trimmed(name);
  std::size_t characters = 0;
  for (std::string_view rest = name; !rest.empty() && characters <= longest_name; ++characters) {
    const std::size_t size = phx::utf8_sequence(rest);
    if (size == 0 || !is_visible(rest.substr(0, size))) {
      return Refusal{"Expected a name of visible characters, got others: choose another one"};
    }
    rest.remove_prefix(size);
  }
  if (characters == 0) return Refusal{"Expected a name, got none: type one"};
  if (characters > longest_name) {
    return Refusal{"Expected at most 40 characters, got more: choose a shorter name"};
  }
  return Name{std::string(name)};
}

std::string Login::token_for(const Name& name, Time now) const {
  return signer_.sign(name.text, now, two_weeks);
}

//! [verify]
Login::Verdict Login::verify(std::string_view token, Time now) const {
  const TokenSigner::Verdict verdict = signer_.verify(token, now, two_weeks);
  if (std::holds_alternative<TokenSigner::Expired>(verdict)) {
    return Refusal{"Your login has expired: log in again"};
  }
  const auto* valid = std::get_if<TokenSigner::Valid>(&verdict);
  if (valid == nullptr || !valid->data.is_string()) {
    return Refusal{"This server does not know your login: log in again"};
  }
  return Name{valid->data.string_or("")};
}
//! [verify]

/// A long form is not even looked into: that would hold up everybody else's frames.
Response Login::log_in(const Request& request) const try {
  if (request.body_too_long || request.body.size() > longest_form) {
    return refused(400, Refusal{"Expected a name alone, got much more: send name=…, and no more"});
  }
  const Verdict verdict = checked(phx::http::parse_query(request.body)["name"].string_or(""));
  const auto* name = std::get_if<Name>(&verdict);
  if (name == nullptr) return refused(400, verdict);
  const std::string token = token_for(*name, std::chrono::system_clock::now());
  return json(200, Json::object({{"name", name->text}, {"token", token}}));
} catch (const phx::http::BadQuery& bad) {
  return refused(400, Refusal{"Expected a form with a name: " + std::string(bad.what())});
}

Response Login::who(const Request& request) const {
  constexpr std::string_view bearer = "Bearer ";
  std::string_view token = request.header("authorization").value_or("");
  if (token.starts_with(bearer)) token.remove_prefix(bearer.size());
  const Verdict verdict = verify(token, std::chrono::system_clock::now());
  const auto* name = std::get_if<Name>(&verdict);
  if (name == nullptr) return refused(403, verdict);
  return json(200, Json::object({{"name", name->text}}));
}

}  // namespace chat
