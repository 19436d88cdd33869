#pragma once
/// \file
/// A user socket with the limits that the operator has set.
///
///     mount.socket = std::make_shared<phx::Limited<ChatSocket>>(options.socket, login);

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "socket/user_socket.h"

namespace phx {

/// Those of UserSocket, as values. The defaults are its own.
struct SocketLimits {
  std::size_t max_channels = 100;
  std::size_t max_name_size = 1'024;
  std::size_t max_json_bytes = 1'048'576;
};

/// `User`, but for its limits; the other arguments are its constructor's.
template <class User>
class Limited final : public User {
 public:
  template <class... Arguments>
  explicit Limited(const SocketLimits& limits, Arguments&&... arguments)
      : User(std::forward<Arguments>(arguments)...), limits_(limits) {}

  std::size_t max_channels() const override { return limits_.max_channels; }
  std::size_t max_name_size() const override { return limits_.max_name_size; }
  std::uint32_t max_json_bytes() const override {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(limits_.max_json_bytes, most));
  }

 private:
  const SocketLimits limits_;
};

}  // namespace phx
