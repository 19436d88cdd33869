/// The one file that includes Boost.Beast.

#include "server/http.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http.hpp>
#include <ctime>

#include "transport/pipeline.h"

namespace phx::server {

namespace http = boost::beast::http;
using transport::Request;
using transport::Response;

struct RequestReader::Parser {
  http::request_parser<http::string_body> beast;
};

RequestReader::RequestReader(HttpLimits limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

namespace {

Response refusal(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return {431};
  if (error == http::error::body_limit) return transport::rendered_error(400);
  return {400};
}

Request to_request(http::request<http::string_body>&& parsed) {
  Request request;
  request.method = std::string(parsed.method_string());
  request.target = std::string(parsed.target());
  request.version = parsed.version();
  request.body = std::move(parsed.body());
  for (const auto& field : parsed) {
    request.headers.emplace_back(transport::to_lower(std::string_view(field.name_string().data(),
                                                                      field.name_string().size())),
                                 std::string(field.value()));
  }
  return request;
}

}  // namespace

std::variant<std::monostate, Request, Response> RequestReader::next() {
  if (buffer_.empty()) return {};
  if (!parser_) {
    parser_ = std::make_unique<Parser>();
    parser_->beast.eager(true);
    parser_->beast.header_limit(static_cast<std::uint32_t>(limits_.head));
    parser_->beast.body_limit(limits_.body);
  }
  while (!buffer_.empty() && !parser_->beast.is_done()) {
    boost::system::error_code error;
    const std::size_t used =
        parser_->beast.put(boost::asio::buffer(buffer_.data(), buffer_.size()), error);
    buffer_.erase(0, used);
    if (error == http::error::need_more) return {};
    if (error) return refusal(error);
    if (used == 0) break;
  }
  if (!parser_->beast.is_done()) return {};
  Request request = to_request(parser_->beast.release());
  parser_.reset();
  if (request.version >= 11 && !request.header("host")) return Response{400};
  return request;
}

std::string http_date() {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(std::time(nullptr)));
}

std::string to_bytes(const Response& response, bool head_only, bool keep_alive) {
  std::string bytes =
      fmt::format("HTTP/1.1 {} {}\r\ncontent-length: {}\r\ndate: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                  response.status, transport::reason_phrase(response.status), response.body.size(),
                  fmt::gmtime(std::time(nullptr)));
  const bool says_how_long = std::any_of(response.headers.begin(), response.headers.end(),
                                         [](const auto& h) { return h.first == "cache-control"; });
  if (!says_how_long) bytes += "cache-control: max-age=0, private, must-revalidate\r\n";
  for (const auto& [name, value] : response.headers) {
    // A line break in a value would let whoever chose it write headers of his own.
    if (value.find_first_of("\r\n") != std::string::npos) continue;
    bytes += name + ": " + value + "\r\n";
  }
  if (!keep_alive) bytes += "connection: close\r\n";
  bytes += "\r\n";
  if (!head_only) bytes += response.body;
  return bytes;
}

bool wants_keep_alive(const Request& request) {
  const auto connection = request.list("connection");
  const auto says = [&](std::string_view word) {
    return std::any_of(connection.begin(), connection.end(), [&](const std::string& value) {
      return transport::to_lower(value) == word;
    });
  };
  return request.version >= 11 && !says("close");
}

}  // namespace phx::server
