/// Requests, by Boost.Beast.

#include "http/request_reader.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/http.hpp>
#include <ctime>

#include "http/uri.h"

namespace phx::http {

namespace beast = boost::beast::http;

namespace {

/// Adds a header, joined to any of the same name, as Cowboy does.
void add_field(Request::Headers& headers, std::string name, std::string_view value) {
  const auto same = std::find_if(headers.begin(), headers.end(),
                                 [&](const auto& header) { return header.first == name; });
  if (same == headers.end()) {
    headers.emplace_back(std::move(name), value);
  } else {
    (same->second += name == "cookie" ? "; " : ", ") += value;
  }
}

}  // namespace

/// Puts what Beast's parser finds straight into a Request.
class RequestReader::Parser final : public beast::basic_parser<true> {
 public:
  explicit Parser(const Limits& limits) : max_fields_(limits.fields) {
    header_limit(static_cast<std::uint32_t>(limits.head));
    body_limit(limits.body + limits.skipped);
  }

  Request request = {};
  std::size_t head_size = 0;  ///< So far.
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  bool told_to_continue = false;

 private:
  using Text = boost::beast::string_view;
  using Error = boost::system::error_code;

  void on_request_impl(beast::verb, Text method, Text target, int version, Error&) override {
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
    request.version = static_cast<unsigned>(version);
  }
  /// Trailers come here, too, and are ignored: a proxy in front may not have checked them as
  /// headers.
  void on_field_impl(beast::field id, Text name, Text value, Error& error) override {
    constexpr std::size_t usual = 8;
    if (is_header_done()) return;
    if (++fields_ > max_fields_) {
      error = beast::error::header_limit;
      return;
    }
    if (fields_ == 1) request.headers.reserve(usual);
    if (id == beast::field::host) ++hosts;
    if (id == beast::field::content_length) ++lengths;
    add_field(request.headers, to_lower({name.data(), name.size()}), {value.data(), value.size()});
  }
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}
  std::size_t on_body_impl(Text piece, Error&) override {
    request.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Error& error) override {
    return on_body_impl(piece, error);
  }
  void on_finish_impl(Error&) override {}
  void on_response_impl(int, Text, int, Error&) override {}  // never called

  const std::size_t max_fields_;
  std::size_t fields_ = 0;
};

RequestReader::RequestReader(Limits limits) : limits_(limits) {}
RequestReader::~RequestReader() = default;

namespace {

/// Reduces the target to a path with its query, as Cowboy does. `http://host/path` must name the
/// host that the header names (RFC 9112, 3.2.2). False: it is not a valid target.
bool to_origin_form(Request& request) {
  std::string& target = request.target;
  target.erase(std::min(target.find('#'), target.size()));
  if (target.starts_with('/')) return true;  // as nearly every one
  const std::string start = to_lower(std::string_view(target).substr(0, 8));
  const std::size_t scheme = start == "https://" ? 8 : start.starts_with("http://") ? 7 : 0;
  if (scheme != 0) {
    const std::size_t path = std::min(target.find_first_of("/?", scheme), target.size());
    const std::string authority = target.substr(scheme, path - scheme);
    if (request.header("host").value_or(authority) != authority) return false;
    target.erase(0, path);
    if (!target.starts_with('/')) target.insert(0, "/");
  }
  const bool is_for_the_server = request.method == "OPTIONS" && target == "*";
  return target.starts_with('/') || is_for_the_server;
}

/// A set of characters, with one look-up to test one: find_first_not_of() would search the whole
/// set for each character of a text.
using CharacterSet = std::array<bool, 256>;
constexpr CharacterSet set_of(std::string_view characters) {
  CharacterSet set{};
  for (const char c : characters) set[static_cast<unsigned char>(c)] = true;
  return set;
}

/// A name in characters that a URI may hold, or an IPv6 address in brackets, with or without a
/// port: what Cowboy's cow_http_hd:parse_host/1 takes. Redirects and origin checks rely on it.
bool is_host(std::string_view text) {
  static constexpr CharacterSet in_address = set_of("0123456789abcdefABCDEF:.");
  static constexpr CharacterSet in_name =
      set_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=");
  const bool address = text.starts_with('[');
  const CharacterSet& allowed = address ? in_address : in_name;
  std::size_t end = address ? 1 : 0;
  while (end < text.size() && allowed[static_cast<unsigned char>(text[end])]) ++end;
  if (address && !text.substr(end).starts_with(']')) return false;
  if (address) ++end;
  if (end == text.size()) return true;
  const std::string_view port = text.substr(end + 1);
  const bool is_number = port.find_first_not_of("0123456789") == std::string_view::npos;
  const auto value = is_number ? parse_authority(text.substr(end)).port : std::nullopt;
  return text[end] == ':' && value && *value > 0 && *value <= 65'535;
}

/// Whether a header's value continues on the next line, an obsolete form: RFC 9112, 5.2. Beast
/// would join the two. It takes whole headers at a time, so no fold is cut in two.
bool folds(std::string_view part_of_head) {
  std::size_t line = 0;
  while ((line = part_of_head.find('\n', line) + 1) != 0) {
    const std::string_view first = part_of_head.substr(line, 1);
    if (first == " " || first == "\t") return true;
  }
  return false;
}

/// RFC 9112, 3.2: exactly one host; in HTTP/1.0, at most one.
bool has_one_host(const Request& request, std::size_t hosts) {
  if (hosts == 0) return request.version < 11;
  return hosts == 1 && is_host(*request.header("host"));
}

/// RFC 9110, 8.6: a repeated length may be refused even if both values are equal.
bool has_one_length(const Request& request, std::size_t lengths) {
  const std::string_view length = request.header("content-length").value_or("");
  return lengths <= 1 && length.find(',') == length.npos;
}

/// A body ends by its length, or by chunks without any other coding, as on Cowboy. Beast takes an
/// unknown coding to mean no body; a proxy in front of us may not (RFC 9112, 6.3).
bool body_ends_plainly(const Request& request, bool chunked) {
  if (!request.header("transfer-encoding")) return true;
  const auto codings = request.list("transfer-encoding");
  return chunked && codings.size() == 1 && to_lower(codings[0]) == "chunked";
}

}  // namespace

void RequestReader::begin() {
  exceeded_.reset();
  parser_ = std::make_unique<Parser>(limits_);
}

std::variant<std::monostate, Request, Response> RequestReader::next() {
  if (!parser_) {
    if (!skip_empty_lines()) return Response{400};
    if (buffer_.empty() || buffer_ == "\r") return {};
    begin();
  }
  while (!buffer_.empty() && !parser_->is_done() && !last_chunk_begins()) {
    boost::system::error_code error;
    const bool in_head = !parser_->is_header_done();
    const std::size_t used = advance(error);
    if (buffer_is_full()) error = beast::error::header_limit;
    if (error && error != beast::error::need_more) return refusal(error);
    if (in_head && parser_->is_header_done()) {
      if (auto refused = check_head()) return std::move(*refused);
    }
    if (error) return {};
    if (used == 0) break;
  }
  if (!parser_->is_done()) return {};
  empty_lines_ = 0;
  Request request = std::move(parser_->request);
  parser_.reset();
  request.body_too_long = request.body.size() > limits_.body;
  if (request.body_too_long) {
    request.body = {};
    exceeded_ = telemetry::Limit::request_body;
  }
  return request;
}

/// Parses the head by itself to know its size: Beast starts its count again with each piece.
std::size_t RequestReader::advance(boost::system::error_code& error) {
  Parser& parser = *parser_;
  const bool in_head = !parser.is_header_done();
  parser.eager(!in_head);
  const std::size_t used = parser.put(boost::asio::buffer(buffer_.data(), buffer_.size()), error);
  if (in_head && folds({buffer_.data(), used})) error = beast::error::bad_value;
  buffer_.erase(0, used);
  if (in_head) parser_->head_size += used;
  return used;
}

/// Beast asserts, which would end the program, that it sees five bytes after the line of a last
/// chunk. `0 CRLF CRLF` has no more, so it gets them at once. No request ends with fewer.
bool RequestReader::last_chunk_begins() const {
  const bool in_chunks = parser_->is_header_done() && parser_->chunked();
  return in_chunks && buffer_.starts_with('0') && buffer_.size() < 5;
}

/// Beast has no limit for a line between chunks, nor for the trailers.
bool RequestReader::buffer_is_full() const {
  if (parser_->head_size > limits_.head) return true;
  if (parser_->is_done()) return false;
  if (!parser_->is_header_done()) return parser_->head_size + buffer_.size() > limits_.head;
  return parser_->chunked() && buffer_.size() > limits_.head;
}

std::optional<Response> RequestReader::check_head() {
  Request& request = parser_->request;
  const bool cowboy_knows_it = request.method != "CONNECT" && request.method != "TRACE";
  if (!cowboy_knows_it || request.method.size() > limits_.method) return Response{501};
  if (!has_one_host(request, parser_->hosts)) return Response{400};
  if (!has_one_length(request, parser_->lengths)) return Response{400};
  if (!body_ends_plainly(request, parser_->chunked())) return Response{400};
  if (!to_origin_form(request)) return Response{400};
  return {};
}

Response RequestReader::refusal(const boost::system::error_code& error) {
  if (error == beast::error::header_limit) {
    exceeded_ = telemetry::Limit::request_head;
    const bool in_the_line = parser_->request.target.empty();
    return {in_the_line ? 414 : 431};
  }
  if (error == beast::error::body_limit) {
    exceeded_ = telemetry::Limit::request_body;
    return rendered_error(400);
  }
  if (error == beast::error::bad_version) return {505};
  return {400};
}

/// A client may send empty lines after a body (RFC 9112, 2.2). False: there are too many.
bool RequestReader::skip_empty_lines() {
  while (buffer_.starts_with("\r\n") && empty_lines_ <= limits_.empty_lines) {
    buffer_.erase(0, 2);
    ++empty_lines_;
  }
  return empty_lines_ <= limits_.empty_lines;
}

bool RequestReader::awaits_continue() {
  if (!parser_ || !parser_->is_header_done() || parser_->is_done()) return false;
  const Request& head = parser_->request;
  const std::string_view expected = head.header("expect").value_or("");
  if (head.version < 11 || to_lower(expected) != "100-continue") return false;
  return !std::exchange(parser_->told_to_continue, true);
}

/// Written once a second: a shard may answer thousands of requests in it.
std::string http_date() {
  thread_local std::time_t second = -1;
  thread_local std::string text;
  const std::time_t now = std::time(nullptr);
  if (std::exchange(second, now) != now) {
    text = fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now));
  }
  return text;
}

void append_header(std::string& head, std::string_view name, std::string_view value) {
  const auto has = [value](char c) { return value.find(c) != std::string_view::npos; };
  if (has('\r') || has('\n')) return;
  head.append(name).append(": ").append(value).append("\r\n");
}

void append_headers(std::string& head, const Request::Headers& headers) {
  for (const auto& [name, value] : headers) append_header(head, name, value);
}

std::string head_bytes(const Response& response, Persistence persistence) {
  std::string bytes =
      fmt::format("HTTP/1.1 {} {}\r\ncontent-length: {}\r\ndate: {}\r\n", response.status,
                  reason_phrase(response.status), response.body.size(), http_date());
  const bool says_how_long = std::any_of(response.headers.begin(), response.headers.end(),
                                         [](const auto& h) { return h.first == "cache-control"; });
  if (!says_how_long) bytes += "cache-control: max-age=0, private, must-revalidate\r\n";
  append_headers(bytes, response.headers);
  if (persistence == Persistence::close) bytes += "connection: close\r\n";
  if (persistence == Persistence::keep_alive) bytes += "connection: keep-alive\r\n";
  return bytes + "\r\n";
}

Persistence wanted_persistence(const Request& request) {
  if (request.lists("connection", "close")) return Persistence::close;
  if (request.version >= 11) return Persistence::open;
  return request.lists("connection", "keep-alive") ? Persistence::keep_alive : Persistence::close;
}

}  // namespace phx::http
