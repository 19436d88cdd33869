/// Finds where requests, responses and frames end.

#include "conformance/suite/wire/cutter.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace phx::conformance {
namespace {

std::string taken(std::string& stream, std::size_t size) {
  std::string front = stream.substr(0, size);
  stream.erase(0, size);
  return front;
}

bool is_name(std::string_view name, std::string_view wanted) {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

/// The head's lines, without the empty line.
std::vector<std::string> lines_of(std::string_view head) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    if (end > at) lines.emplace_back(head.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

std::optional<Request> read_head(std::string_view head) {
  const auto lines = lines_of(head);
  if (lines.empty()) return std::nullopt;
  const std::size_t first = lines[0].find(' '), last = lines[0].rfind(' ');
  if (first == std::string::npos || first == last) return std::nullopt;
  Request request;
  request.method = lines[0].substr(0, first);
  request.target = lines[0].substr(first + 1, last - first - 1);
  request.version = lines[0].substr(last + 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].find(':');
    if (colon == std::string::npos) return std::nullopt;
    const std::size_t value = lines[i].find_first_not_of(' ', colon + 1);
    request.headers.emplace_back(lines[i].substr(0, colon),
                                 value == std::string::npos ? "" : lines[i].substr(value));
  }
  return request;
}

std::size_t body_size(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (!is_name(name, "content-length")) continue;
    const bool number = value.find_first_not_of("0123456789") == std::string::npos;
    return number ? std::strtoul(value.c_str(), nullptr, 10) : 0;
  }
  return 0;
}

}  // namespace

std::optional<Cut<Frame>> cut_frame(std::string& stream) {
  const auto head = read_frame_head(stream);
  if (!head || stream.size() - head->size < head->payload) return std::nullopt;
  Frame frame{.opcode = head->opcode(),
              .payload = stream.substr(head->size, head->payload),
              .fin = head->fin(),
              .rsv = head->rsv(),
              .masked = head->masked};
  const std::size_t mask = head->size - std::tuple_size_v<Mask>;
  for (std::size_t i = 0; head->masked && i < frame.payload.size(); ++i) {
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ stream[mask + i % 4]);
  }
  return Cut<Frame>{std::move(frame), taken(stream, head->size + head->payload)};
}

bool announces_too_much(std::string_view stream) {
  constexpr std::uint64_t most = 64'000'000;
  const auto head = read_frame_head(stream);
  return head && head->payload > most;
}

std::optional<Cut<Request>> cut_request(std::string& stream) {
  const std::size_t end = stream.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  auto request = read_head(std::string_view(stream).substr(0, end));
  if (!request) return std::nullopt;
  const std::size_t head = end + 4, body = body_size(*request);
  if (stream.size() - head < body) return std::nullopt;
  request->body = stream.substr(head, body);
  if (body > 0) *request = request->without("content-length");  // written again with the body
  return Cut<Request>{std::move(*request), taken(stream, head + body)};
}

bool awaits_continue(std::string_view stream) {
  const std::size_t end = stream.find("\r\n\r\n");
  const auto request = end == stream.npos ? std::nullopt : read_head(stream.substr(0, end));
  return request && request->header("expect").has_value();
}

bool may_become_request(std::string_view stream) {
  constexpr std::size_t longest_head = 16'384;
  const std::size_t method =
      std::min(stream.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), stream.size());
  if (method == 0 || (method < stream.size() && stream[method] != ' ')) return false;
  const std::size_t end = stream.find("\r\n\r\n");
  return end == std::string_view::npos ? stream.size() < longest_head
                                       : read_head(stream.substr(0, end)).has_value();
}

std::optional<Cut<Response>> cut_response(std::string& stream, std::string_view method) {
  try {
    auto read = read_response(stream, false, method == "HEAD");
    if (!read) return std::nullopt;
    return Cut<Response>{std::move(read->response), taken(stream, read->size)};
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string frame_bytes(const Frame& frame) { return encode(frame, Mask{}); }

std::string response_bytes(const Response& response) {
  // Some clients show the phrase, or insist on it.
  const char* phrase = response.status == 101   ? "Switching Protocols"
                       : response.status == 200 ? "OK"
                       : response.status == 403 ? "Forbidden"
                                                : "Status";
  std::string bytes = fmt::format("HTTP/1.1 {} {}\r\n", response.status, phrase);
  for (const auto& [name, value] : response.headers) {
    if (!is_name(name, "content-length")) bytes += fmt::format("{}: {}\r\n", name, value);
  }
  if (response.status != 101) bytes += fmt::format("content-length: {}\r\n", response.body.size());
  return bytes + "\r\n" + response.body;
}

}  // namespace phx::conformance
