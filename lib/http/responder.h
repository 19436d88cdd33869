#pragma once
/// \file
/// An answer that takes time: the client that waits for it, and how to begin it.

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "http/request.h"

namespace phx::http {

/// A client that waits for the answer to its request. Shard thread of that request.
class Responder {
 public:
  virtual ~Responder() = default;
  /// At most once. Does nothing if the client has gone.
  void respond(Response response) {
    for (const auto& change : changes_) change(response);
    send(std::move(response));
  }
  /// Changes the answer before it is sent.
  void on_response(std::function<void(Response&)> change) { changes_.push_back(std::move(change)); }
  /// The client has gone: any answer would be lost.
  virtual bool gone() const = 0;

 private:
  virtual void send(Response response) = 0;

  std::vector<std::function<void(Response&)>> changes_;
};

/// Stands in for an answer: begin() starts the work that answers later.
struct Deferred {
  std::function<void(std::shared_ptr<Responder>)> begin;
};

/// The same answer, with `change` applied before it is sent.
inline Deferred changed(Deferred deferred, std::function<void(Response&)> change) {
  return {[deferred = std::move(deferred),
           change = std::move(change)](std::shared_ptr<Responder> client) {
    client->on_response(change);
    deferred.begin(std::move(client));
  }};
}

}  // namespace phx::http
