#pragma once
/// \file
/// A message to publish, checked first: an invalid one would harm every Phoenix node.

#include <stdexcept>
#include <string>

#include "conformance/publish/options.h"

namespace phx::publish {

/// The message can't be sent to nodes; what() says why.
class BadMessage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What Redis gets.
struct Message {
  std::string channel;
  std::string bytes;  ///< From a node with a unique name.
};
/// \throws BadMessage.
Message message_of(const Options& options);

}  // namespace phx::publish
