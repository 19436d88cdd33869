/// Answers, by Beast's parser, within limits.

#include "http/response_reader.h"

#include <algorithm>
#include <boost/beast/http.hpp>

namespace phx::http {

namespace beast = boost::beast::http;

struct ResponseReader::Parser {
  beast::response_parser<beast::string_body> beast;
};

ResponseReader::ResponseReader(Limits limits) : limits_(limits) {}
ResponseReader::~ResponseReader() = default;

std::optional<Response> ResponseReader::next() {
  while (true) {
    if (!parser_) {
      if (buffer_.empty()) return {};
      parser_ = std::make_unique<Parser>();
      parser_->beast.header_limit(static_cast<std::uint32_t>(limits_.head));
      parser_->beast.body_limit(limits_.body);
      head_size_ = 0;
    }
    auto& parser = parser_->beast;
    while (!buffer_.empty() && !parser.is_done() && !last_chunk_begins()) {
      boost::system::error_code error;
      const bool in_head = !parser.is_header_done();
      parser.eager(!in_head);
      const std::size_t used =
          parser.put(boost::asio::buffer(buffer_.data(), buffer_.size()), error);
      buffer_.erase(0, used);
      if (in_head) head_size_ += used;
      // Beast has no limit for a line between chunks, nor for trailers.
      const bool in_lines = !parser.is_header_done() || parser.chunked();
      const std::size_t lines = buffer_.size() + (parser.is_header_done() ? 0 : head_size_);
      if (!parser.is_done() && in_lines && lines > limits_.head) {
        throw BadResponse("the answer's head is too large");
      }
      if (error == beast::error::need_more) return {};
      if (error) throw BadResponse("not an answer of HTTP/1.1: " + error.message());
      if (used == 0) break;
    }
    if (!parser.is_done()) return {};
    Response response = take();
    const bool interim = response.status < 200 && response.status != 101;
    if (!interim) return response;
  }
}

/// See RequestReader: Beast asserts that five bytes follow the line of a last chunk.
bool ResponseReader::last_chunk_begins() const {
  const auto& parser = parser_->beast;
  return parser.is_header_done() && parser.chunked() && buffer_.starts_with('0') &&
         buffer_.size() < 5;
}

std::optional<Response> ResponseReader::end() {
  if (!parser_) return {};
  boost::system::error_code error;
  parser_->beast.put_eof(error);
  if (error || !parser_->beast.is_done()) {
    throw BadResponse("the connection ended in the middle of an answer");
  }
  return take();
}

Response ResponseReader::take() {
  auto parsed = parser_->beast.release();
  parser_.reset();
  Response response{static_cast<int>(parsed.result_int())};
  for (const auto& field : parsed) {
    response.headers.emplace_back(
        to_lower({field.name_string().data(), field.name_string().size()}),
        std::string(field.value().data(), field.value().size()));
  }
  response.body = std::move(parsed.body());
  return response;
}

}  // namespace phx::http
