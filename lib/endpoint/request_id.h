#pragma once
/// \file
/// An id for each request, to find the log's lines about it. Mirrors Plug.RequestId.

#include <optional>
#include <string>

#include "base/log.h"
#include "http/request.h"

namespace phx {

/// The client's (or its proxy's) `x-request-id`, if it has 20 to 200 bytes; otherwise a random one
/// of 20.
std::string request_id_of(const http::Request& request);

/// Adds the id to lines about a request. It is made when the first of them is written.
class RequestSubject final : public LogSubject {
 public:
  /// `request` outlives it.
  explicit RequestSubject(const http::Request& request) : request_(request) {}
  Metadata log_metadata() const override {
    if (!id_) id_ = request_id_of(request_);
    return {{"request_id", *id_}};
  }

 private:
  const http::Request& request_;
  mutable std::optional<std::string> id_;
};

}  // namespace phx
