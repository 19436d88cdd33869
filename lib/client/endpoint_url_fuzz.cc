/// An application's address: refused with a sentence, or taken apart so that the request it leads
/// to is one line, and says the same address again.

#include "client/endpoint_url.h"

#include <algorithm>

#include "base/option_error.h"
#include "http/query.h"
#include "json/json.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::client;
using phx::testing::must;

namespace {

bool on_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
  });
}

constexpr int max_levels = 30;  // a server reads no more than 32

void parameters(std::string_view text) {
  std::string query;
  try {
    const Json params = Json::parse(text);
    if (!params.is_object() ||
        std::count(text.begin(), text.end(), '[') + std::count(text.begin(), text.end(), '{') >
            max_levels) {
      return;
    }
    query = encode_query(params);
  } catch (const JsonError&) {
    return;
  }
  must(on_one_line(query), "a query is on one line");
  try {
    http::parse_query(query);
  } catch (const http::BadQuery&) {
    must(false, "a server can read the query");
  }
}

}  // namespace

FUZZ(input) {
  if (phx::testing::first_byte(input) % 2 != 0) return parameters(input);
  try {
    const EndpointUrl url = parse_endpoint_url(input);
    const std::string target = url.target("websocket", Json::object({{"a", "b c"}}), "vsn=2.0.0");
    must(target.starts_with('/') && on_one_line(target), "the target is a path on one line");
    must(on_one_line(url.authority()), "the host is on one line");
    const EndpointUrl again = parse_endpoint_url((url.secure ? "wss://" : "ws://") +
                                                 url.authority() + url.path + "/websocket");
    must(again.host == url.host && again.port == url.port && again.path == url.path,
         "the same address is read the same");
  } catch (const OptionError&) {
  }
}
