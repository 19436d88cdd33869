#pragma once
/// \file
/// One message on its way to Redis, and Redis' answer.

#include <cstddef>
#include <stdexcept>
#include <string>

#include "base/time.h"
#include "redis/options.h"

namespace phx::publish {

/// Redis can't be reached, or refuses the message; what() says why.
class NotPublished : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Returns how many connections Redis has sent it to: each node has one. Tries each of Redis'
/// addresses once. \throws NotPublished.
std::size_t publish(const redis::Options& redis, const std::string& channel,
                    const std::string& message, Millis patience);

}  // namespace phx::publish
