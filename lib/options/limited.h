#pragma once
/// \file
/// A user socket with the operator's limits.
///
///     mount.socket = std::make_shared<phx::Limited<ChatSocket>>(options.socket, login);

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "socket/user_socket.h"

namespace phx {

/// UserSocket's limits as values, with its defaults.
struct SocketLimits {
  std::size_t max_channels = 100;
  std::size_t max_name_size = 1'024;
  std::size_t max_json_bytes = 1'048'576;
};

/// `User` with other limits; further arguments are passed to its constructor.
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
