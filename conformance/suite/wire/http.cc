/// Writes requests byte for byte, and reads responses of each framing: length, chunks, until the
/// end.

#include "conformance/suite/wire/http.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "conformance/suite/wire/transcript.h"

namespace phx::conformance {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view http_mark = "HTTP/";
constexpr std::size_t max_response = 32'000'000;  // four of the contract's largest messages
constexpr std::string_view websocket_guid =
    "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455, 1.3

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [lower](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

Response parse_head(std::string_view head) {
  const std::string_view line = head.substr(0, head.find(crlf));
  const auto status = line.substr(0, 5) == "HTTP/" && line.find(' ') != line.npos
                          ? number(line.substr(line.find(' ') + 1), 10)
                          : std::nullopt;
  if (!status) throw NotHttp("this is not an HTTP response: " + shortened(line));
  Response response{.status = static_cast<int>(*status)};
  head.remove_prefix(std::min(head.size(), line.size() + crlf.size()));
  while (!head.empty()) {
    const std::string_view field = head.substr(0, head.find(crlf));
    const auto colon = field.find(':');
    if (colon != field.npos) {
      response.headers.emplace_back(field.substr(0, colon), trimmed(field.substr(colon + 1)));
    }
    head.remove_prefix(std::min(head.size(), field.size() + crlf.size()));
  }
  return response;
}

/// The chunks joined, and the bytes that they took; nothing if the last has not come yet.
std::optional<std::pair<std::string, std::size_t>> read_chunks(std::string_view bytes) {
  std::string body;
  std::size_t at = 0;
  while (true) {
    const auto line_end = bytes.find(crlf, at);
    if (line_end == bytes.npos) return std::nullopt;
    const auto size = number(bytes.substr(at, line_end - at), 16);
    if (!size) throw NotHttp("a chunk of the response has no size");
    if (*size > max_response) throw NotHttp("a chunk of the response is far too large");
    const std::size_t next = line_end + crlf.size() + *size + crlf.size();
    if (next > bytes.size()) return std::nullopt;
    body += bytes.substr(line_end + crlf.size(), *size);
    at = next;
    if (*size == 0) return std::pair(body, at);
  }
}

}  // namespace

Request Request::with(std::string name, std::string value) const {
  Request more = *this;
  more.headers.emplace_back(std::move(name), std::move(value));
  return more;
}

Request Request::without(std::string_view name) const {
  Request less = *this;
  std::erase_if(less.headers, [name](const auto& header) { return same_name(header.first, name); });
  return less;
}

Request Request::by(std::string other_method) const {
  Request other = *this;
  other.method = std::move(other_method);
  return other;
}

std::string Request::text() const {
  std::string out = fmt::format("{} {} {}\r\n", method, target, version);
  for (const auto& [name, value] : headers) out += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty()) out += fmt::format("Content-Length: {}\r\n", body.size());
  return out + "\r\n" + body;
}

std::string described(const Request& request) {
  constexpr std::array usual{"host", "connection", "upgrade", "sec-websocket-version",
                             "sec-websocket-key"};
  std::string out = fmt::format("{} {}", request.method, request.target);
  std::size_t usual_ones = 0;
  for (const auto& [name, value] : request.headers) {
    const bool is_usual =
        std::any_of(usual.begin(), usual.end(),
                    [&name = name](const char* known) { return same_name(known, name); });
    usual_ones += is_usual ? 1 : 0;
    if (!is_usual) out += fmt::format("  {}: {}", name, value);
  }
  if (usual_ones == usual.size()) out = "upgrade " + out;
  return request.body.empty() ? out : out + "  " + request.body;
}

Request upgrade_request(const std::string& authority, const std::string& target,
                        const std::string& key) {
  return Request{.target = target,
                 .headers = {{"Host", authority},
                             {"Connection", "Upgrade"},
                             {"Upgrade", "websocket"},
                             {"Sec-WebSocket-Version", "13"},
                             {"Sec-WebSocket-Key", key}}};
}

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key).append(websocket_guid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), digest.size());
  return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

std::optional<std::string> Request::header(std::string_view name) const {
  for (const auto& [other, value] : headers) {
    if (same_name(other, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> Response::header(std::string_view name) const {
  std::optional<std::string> joined;
  for (const auto& [other, value] : headers) {
    if (same_name(other, name)) joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

std::optional<ReadResponse> read_response(std::string_view bytes, bool ended, bool to_head) {
  const auto start = bytes.substr(0, http_mark.size());
  if (start != http_mark.substr(0, start.size())) {
    throw NotHttp("this is not an HTTP response: " + shortened(bytes));
  }
  if (bytes.size() > max_response) throw NotHttp("the response does not end");
  const auto head_end = bytes.find("\r\n\r\n");
  if (head_end == bytes.npos) {
    if (ended && !bytes.empty()) throw NotHttp("the response's head was cut short");
    return std::nullopt;
  }
  ReadResponse read{parse_head(bytes.substr(0, head_end)), head_end + 4};
  Response& response = read.response;
  const std::string_view rest = bytes.substr(read.size);
  if (to_head || response.status < 200 || response.status == 204 || response.status == 304) {
    return read;
  }
  if (const auto coding = response.header("transfer-encoding"); coding && *coding != "identity") {
    auto chunks = read_chunks(rest);
    if (!chunks) return std::nullopt;
    response.body = std::move(chunks->first);
    read.size += chunks->second;
    return read;
  }
  const auto length = number(response.header("content-length").value_or(""), 10);
  if (!length && !ended) return std::nullopt;
  const std::size_t size = length.value_or(rest.size());
  if (rest.size() < size) {
    if (ended) throw NotHttp("the response's body was cut short");
    return std::nullopt;
  }
  response.body = rest.substr(0, size);
  read.size += size;
  return read;
}

}  // namespace phx::conformance
