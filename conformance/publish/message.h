#pragma once
/// \file
/// What is published, checked first: one bad message would harm every node of Phoenix.

#include <stdexcept>
#include <string>

#include "conformance/publish/options.h"

namespace phx::publish {

/// Nodes can't be sent this; what() says why.
class BadMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What Redis is given.
struct Message {
  std::string channel;
  std::string bytes;  ///< From a node whose name no other has.
};
/// \throws BadMessage.
Message message_of(const Options& options);

}  // namespace phx::publish
