#pragma once
/// \file
/// The client under test: its shim starts, and says what it drives.

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/subject.h"

namespace phx::conformance {

/// Every case starts the shim for itself, so nothing has to be watched between them.
class JudgedClient : public Subject {
 public:
  /// The options must outlive it; `options.client` is what the shim said, once it came up.
  explicit JudgedClient(Options& options) : options_(options) {}

  std::optional<std::string> come_up() override;
  std::optional<std::string> is_wrong() const override { return std::nullopt; }
  Recovery recover() override { return {.back = true, .story = {}}; }
  std::optional<std::string> ended() const override { return std::nullopt; }

 private:
  Options& options_;
};

}  // namespace phx::conformance
