/// Reads URLs, headers, bodies and answers of all dialects.

#include "traces/phx-trace/har_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "conformance/suite/wire/message.h"
#include "conformance/suite/wire/url.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::lower;
using conformance::Request;
using conformance::Response;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view no_answer = "no answer came";
constexpr Remarks::Kind not_beside{"file that belongs to the recording is not beside it",
                                   "files that belong to the recording are not beside it"};
constexpr Remarks::Kind assumed{"websocket has messages and no answer: 101 was assumed",
                                "websockets have messages and no answer: 101 was assumed"};

const std::string* header(const Headers& headers, std::string_view wanted) {
  for (const auto& [name, value] : headers) {
    if (lower(name) == wanted) return &value;
  }
  return nullptr;
}

struct Address {
  std::string scheme = {};
  std::string authority = {};  ///< Without a user's name and password.
  std::string target = "/";
};

/// Percent-encodes characters that a request line can't contain.
std::string safe_target(std::string_view target) {
  std::string out;
  for (const char c : target) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte > 0x20 && byte < 0x7F ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

/// An absolute URL, or a path alone.
Address address_of(const Value& url) {
  const std::string text = url.as_text();
  Address address;
  std::size_t path = 0;
  if (const auto scheme = text.find("://"); !text.starts_with('/') && scheme != text.npos) {
    address.scheme = lower(std::string(text.substr(0, scheme)));
    path = std::min(text.find_first_of("/?#", scheme + 3), text.size());
    address.authority = text.substr(scheme + 3, path - scheme - 3);
    address.authority.erase(0, address.authority.rfind('@') + 1);
  } else if (!text.starts_with('/')) {
    url.complain(fmt::format("expected a URL, got \"{}\"", cut(printable(text), 60)));
  }
  const std::string target = text.substr(path, text.find('#', path) - path);
  address.target = safe_target(target.starts_with('/') ? target : "/" + target);
  return address;
}

/// Of several lines (as browsers join equal names) each is a header; HTTP/2's own are not.
void add_header(Headers& headers, const std::string& name, const std::string& value) {
  const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != ':';
  });
  if (!token) return;
  std::istringstream lines(value);
  std::string line;
  bool any = false;
  while (std::getline(lines, line)) {
    std::erase_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
    headers.emplace_back(name, line);
    any = true;
  }
  if (!any) headers.emplace_back(name, "");
}

Headers headers_in(const Value& message) {
  Headers headers;
  const auto list = message.find("headers");
  if (list && list->is_array()) {
    for (const Value& item : list->items()) {
      add_header(headers, text_in(item, "name"), text_in(item, "value"));
    }
  } else if (list && list->is_object()) {
    for (const auto& [name, value] : list->members()) add_header(headers, name, value.as_text());
  }
  return headers;
}

std::string pseudo_header(const Value& request, std::string_view wanted) {
  const auto list = request.find("headers");
  if (!list || !list->is_array()) return "";
  for (const Value& item : list->items()) {
    if (text_in(item, "name") == wanted) return text_in(item, "value");
  }
  return "";
}

/// A form's fields as they were sent. Charles takes JSON for a form of one field without a value.
std::string form_of(const Value& params) {
  std::string raw;
  std::string encoded;
  for (const Value& item : params.items()) {
    const std::string name = text_in(item, "name");
    const std::string value = text_in(item, "value");
    const char* separator = raw.empty() ? "" : "&";
    raw += separator + name + (value.empty() ? "" : "=" + value);
    encoded +=
        separator + conformance::percent_encoded(name) + "=" + conformance::percent_encoded(value);
  }
  return raw.starts_with('[') || raw.starts_with('{') ? raw : encoded;
}

bool over_http2(const Value& request) {
  const std::string version = lower(text_in(request, "httpVersion"));
  return text_in(request, "method") == "CONNECT" || version == "h2" ||
         version.starts_with("http/2");
}

/// The file's answer, whatever its outcome.
Response response_of(const Value& response, const Bodies& bodies, Entry& entry) {
  Response read{.status = 0, .headers = headers_in(response), .body = {}};
  const double status = number_in(response, "status").value_or(0);
  if (status >= 1 && status <= 999) read.status = static_cast<int>(status);
  entry.status_text = text_in(response, "statusText");
  const auto content = response.find("content");
  const bool has_content = content && content->is_object();
  const bool attachment = has_content && entry.websocket && content->find("_file");  // the messages
  const auto body = has_content && !attachment ? bodies.of(*content) : std::nullopt;
  read.body = body.value_or("");
  entry.body_is_missing = !body && !(has_content && number_in(*content, "size") == 0.0);
  return read;
}

}  // namespace

std::string text_in(const std::optional<Value>& holder, const char* key) {
  const auto found = holder && holder->is_object() ? holder->find(key) : std::nullopt;
  return found ? found->as_text() : "";
}

std::optional<double> number_in(const Value& holder, const char* key) {
  const auto found = holder.find(key);
  return found ? found->as_number() : std::nullopt;
}

std::optional<std::string> Bodies::attached(const Value& holder) const {
  const std::string name = text_in(holder, "_file");
  if (name.empty()) return std::nullopt;
  auto bytes = beside_ ? beside_(name) : std::nullopt;
  if (!bytes) remarks_.add(not_beside, name);
  return bytes;
}

std::optional<std::string> Bodies::of(const Value& holder) const {
  const auto text = holder.find("text");
  const std::string said = text ? text->as_text() : "";
  if (said.empty() && holder.find("_file")) return attached(holder);
  if (!text) return std::nullopt;
  std::string bytes;
  const bool base64 = lower(text_in(holder, "encoding")) == "base64";
  return base64 && from_base64(said, bytes) ? bytes : said;
}

void read_request(const Value& value, const Bodies& bodies, Entry& entry) {
  const Value request = value.at("request");
  const Address address = address_of(request.at("url"));
  Request& read = entry.request;
  read.method = text_in(request, "method");
  if (read.method.empty()) read.method = "GET";
  if (!std::all_of(read.method.begin(), read.method.end(),
                   [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; })) {
    request.complain("expected a method such as GET");
  }
  read.target = address.target;
  read.headers = headers_in(request);
  if (text_in(request, "httpVersion") == "HTTP/1.0") read.version = "HTTP/1.0";
  const std::string authority =
      address.authority.empty() ? pseudo_header(request, ":authority") : address.authority;
  if (!header(read.headers, "host") && !authority.empty()) {
    read.headers.emplace(read.headers.begin(), "Host", authority);
  }
  if (!address.authority.empty()) entry.origin = address.scheme + "://" + address.authority;
  auto posted = request.find("postData");
  if (!posted) posted = request.find("_content");  // HTTP Toolkit's, for data that is not text
  if (posted && posted->is_object()) {
    const auto text = bodies.of(*posted);
    const auto params = posted->find("params");
    if (text) read.body = *text;
    if (read.body.empty() && params && params->is_array()) read.body = form_of(*params);
  }
  entry.kind = text_in(value, "_resourceType");
  const auto* upgrade = header(read.headers, "upgrade");
  entry.websocket = address.scheme.starts_with("ws") || lower(entry.kind) == "websocket" ||
                    (upgrade && lower(*upgrade) == "websocket") ||
                    pseudo_header(request, ":protocol") == "websocket";
}

bool read_answer(const Value& value, const Bodies& bodies, Remarks& remarks, Entry& entry) {
  const auto response = value.find("response");
  const bool spoke = !entry.messages.empty();
  if (!response && !spoke) return false;
  Response read = response ? response_of(*response, bodies, entry) : Response{};
  const bool answered = read.status > 0;
  if (spoke && !answered) remarks.add(assumed);
  // Over HTTP/2 a 200 means what 101 does.
  const bool agreed = entry.websocket && answered && read.status < 300 &&
                      (spoke || over_http2(value.at("request")));
  if (read.status == 101 || agreed || (spoke && !answered)) {
    read = {.status = 101, .headers = std::move(read.headers), .body = {}};
    entry.websocket = true;
    entry.request.method = "GET";
    entry.status_text = "Switching Protocols";
  }
  if (read.status == 101 || !answered) entry.body_is_missing = false;
  if (read.status > 0) {
    entry.response = std::move(read);
    return true;
  }
  entry.error = text_in(value, "_error");
  if (entry.error.empty()) entry.error = text_in(response, "_error");
  if (entry.error.empty()) entry.error = text_in(response, "_failureText");
  if (entry.websocket) {
    entry.error = std::string(no_answer) + (entry.error.empty() ? "" : ": " + entry.error);
  }
  return true;
}

}  // namespace phx::trace
