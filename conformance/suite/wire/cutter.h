#pragma once
/// \file
/// Splits the two streams of a connection into requests, responses and frames, and keeps their
/// bytes: what is not changed is passed on byte for byte.

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"

namespace phx::conformance {

/// A part of a stream, and the bytes it was read from.
template <class T>
struct Cut {
  T what;
  std::string bytes;
};

/// Takes the next whole frame from the front of `stream`, masked or not.
std::optional<Cut<Frame>> cut_frame(std::string& stream);
/// Whether `stream` begins with a frame larger than any server accepts.
bool announces_too_much(std::string_view stream);
/// The next whole request. Nothing for a part of one; bytes that are not a request stay for ever.
std::optional<Cut<Request>> cut_request(std::string& stream);
/// Whether these are the whole head of a request whose client waits for `100 Continue`.
bool awaits_continue(std::string_view stream);
/// Whether more bytes can make these a request.
bool may_become_request(std::string_view stream);
/// The next whole response to a request by `method`.
std::optional<Cut<Response>> cut_response(std::string& stream, std::string_view method);

/// A frame of a server, or of a client under a mask of zeros.
std::string frame_bytes(const Frame& frame);
/// The response with its body's new length.
std::string response_bytes(const Response& response);

}  // namespace phx::conformance
