/// Reads headers and paths of a request.

#include "http/request.h"

#include <algorithm>

#include "json/json.h"

namespace phx::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the part up to the next mark off the front of `text`.
std::string_view next_part(std::string_view& text, char mark) {
  const std::size_t end = std::min(text.find(mark), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

/// The non-empty parts of `text` between marks.
std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  parts.reserve(1 + static_cast<std::size_t>(std::count(text.begin(), text.end(), mark)));
  while (!text.empty()) {
    if (const std::string_view part = next_part(text, mark); !part.empty()) parts.push_back(part);
  }
  return parts;
}

char lower_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// REQUIRES: `lower` is in lower case.
bool same_word(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                    [](char ours, char wanted) { return lower_letter(ours) == wanted; });
}

}  // namespace

std::optional<std::string_view> Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == name; });
  return found == headers.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::vector<std::string> Request::list(std::string_view name) const {
  std::vector<std::string> items;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    for (const std::string_view part : split(value, ',')) {
      if (const std::string_view item = trimmed(part); !item.empty()) items.emplace_back(item);
    }
  }
  return items;
}

bool Request::lists(std::string_view name, std::string_view word) const {
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    for (std::string_view rest = value; !rest.empty();) {
      if (same_word(trimmed(next_part(rest, ',')), word)) return true;
    }
  }
  return false;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 410: return "Gone";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

Response rendered_error(int status) {
  return {status,
          Json::object({{"errors", Json::object({{"detail", reason_phrase(status)}})}}).dump(),
          {{"content-type", "application/json; charset=utf-8"}}};
}

std::vector<std::string_view> segments(std::string_view path) { return split(path, '/'); }

std::string plain_path(std::string_view path) {
  std::string plain;
  for (const std::string_view segment : segments(path)) plain.append("/").append(segment);
  return plain.empty() ? "/" : plain;
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_letter(c);
  return lower;
}

}  // namespace phx::http
