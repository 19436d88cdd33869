#pragma once
/// \file
/// Cuts the two streams of one connection into requests, responses and frames, without losing how
/// they were written: what nobody changes goes on byte for byte.

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"

namespace phx::conformance {

/// Something of a stream, and the bytes it was read from.
template <class T>
struct Cut {
  T what;
  std::string bytes;
};

/// The next whole frame of `stream`, masked or not; taken off its front.
std::optional<Cut<Frame>> cut_frame(std::string& stream);
/// Whether `stream` begins with a frame that announces more than any server takes.
bool announces_too_much(std::string_view stream);
/// The next whole request. Nothing for half a one; what is no request at all stays for ever.
std::optional<Cut<Request>> cut_request(std::string& stream);
/// Whether these are a request's whole head, whose client awaits `100 Continue` before it sends
/// more.
bool awaits_continue(std::string_view stream);
/// Whether more bytes can make a request of these.
bool may_become_request(std::string_view stream);
/// The next whole response to a request by `method`.
std::optional<Cut<Response>> cut_response(std::string& stream, std::string_view method);

/// A frame of a server, or of a client under a mask of zeros.
std::string frame_bytes(const Frame& frame);
/// The response with its body's new length.
std::string response_bytes(const Response& response);

}  // namespace phx::conformance
