#pragma once
/// \file
/// Hides secrets in a text: in URLs and forms, in JSON, and in either inside the other.

#include <cstddef>
#include <string>
#include <string_view>

#include "traces/phx-trace/secrets.h"

namespace phx::trace {

/// A number of fewer digits is a count, not a secret.
inline constexpr std::size_t least_digits = 4;

class Texts {
 public:
  /// `secrets` must outlive it.
  explicit Texts(Secrets& secrets) : secrets_(secrets) {}
  /// The text with each secret replaced by its name; the rest stays as it is.
  std::string hidden(const std::string& text);

 private:
  friend class JsonText;
  std::string hidden_subprotocol(std::string text);
  std::string hidden_users(std::string text);
  std::string hidden_signed(std::string text);
  std::string hidden_parts(std::string text);
  std::string hidden_parameters(std::string_view text);

  Secrets& secrets_;
  int depth_ = 0;
};

}  // namespace phx::trace
