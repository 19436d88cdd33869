#pragma once
/// \file
/// Which of a client's parameters a log may show. Mirrors `config :phoenix, :filter_parameters`,
/// whose default is `password` alone: discard({"password"}).

#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"

namespace phx {

/// Replaces hidden values by `[FILTERED]`, at any depth.
class ParameterFilter {
 public:
  /// Hides credentials: passwords, tokens, secrets, cookies, authorization.
  ParameterFilter()
      : ParameterFilter(discard({"password", "token", "secret", "authorization", "cookie"})) {}
  /// Hides the value of each key that contains one of these; letter case counts.
  static ParameterFilter discard(std::vector<std::string> parts) {
    return {false, std::move(parts)};
  }
  /// Hides all values except those of these keys, which are shown with all that is nested there.
  static ParameterFilter keep(std::vector<std::string> keys) { return {true, std::move(keys)}; }

  Json filtered(const Json& params) const;
  /// Whether a text, of JSON or of anything else, may hold a value to hide. False only if it can't.
  bool may_hide(std::string_view text) const;

 private:
  ParameterFilter(bool keeps, std::vector<std::string> words)
      : keeps_(keeps), words_(std::move(words)) {}
  bool matches(const std::string& key) const;

  bool keeps_;
  std::vector<std::string> words_;
};

}  // namespace phx
