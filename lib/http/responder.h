#pragma once
/// \file
/// An answer that takes time: who waits for it, and how it is begun.

#include <functional>
#include <memory>

#include "http/request.h"

namespace phx::http {

/// A client that waits for the answer to its request. Shard thread of that request.
class Responder {
 public:
  virtual ~Responder() = default;
  /// At most once. Does nothing where the client has gone.
  virtual void respond(Response response) = 0;
  /// The client has gone: whatever it would be told is lost.
  virtual bool gone() const = 0;
};

/// Instead of an answer: begin(), which sees to it that the answer comes.
struct Later {
  std::function<void(std::shared_ptr<Responder>)> begin;
};

/// The same answer, but for what `change` does to it before it is sent.
Later changed(Later later, std::function<void(Response&)> change);

}  // namespace phx::http
