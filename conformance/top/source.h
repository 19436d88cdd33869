#pragma once
/// \file
/// Asks a server's admin port: one request, one answer, one connection.

#include <stdexcept>
#include <string>
#include <string_view>

#include "conformance/top/options.h"
#include "json/json.h"

namespace phx::top {

/// The server can't be reached, or does not answer as a server of ours does.
class Unreachable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// It answered, and refused: the token is wrong, or the query.
class Refused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Source {
 public:
  explicit Source(const Options& options) : options_(options) {}

  /// `path` below /dashboard/api/, with its query. \throws Unreachable, Refused.
  Json get(std::string_view path) const { return ask("GET", path); }
  Json post(std::string_view path) const { return ask("POST", path); }

 private:
  Json ask(std::string_view method, std::string_view path) const;

  const Options& options_;
};

/// The text as a part of a query string.
std::string percent_encoded(std::string_view text);

}  // namespace phx::top
