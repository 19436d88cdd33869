#pragma once
/// \file
/// An answer that takes time: the client that waits for it, and how to begin it.

#include <functional>
#include <memory>

#include "http/request.h"

namespace phx::http {

/// A client that waits for the answer to its request. Shard thread of that request.
class Responder {
 public:
  virtual ~Responder() = default;
  /// At most once. Does nothing if the client has gone.
  virtual void respond(Response response) = 0;
  /// The client has gone: any answer would be lost.
  virtual bool gone() const = 0;
};

/// Stands in for an answer: begin() starts the work that answers later.
struct Deferred {
  std::function<void(std::shared_ptr<Responder>)> begin;
};

/// The same answer, with `change` applied before it is sent.
Deferred changed(Deferred deferred, std::function<void(Response&)> change);

}  // namespace phx::http
