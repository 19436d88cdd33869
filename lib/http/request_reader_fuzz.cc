/// Any bytes: however the network splits them, the same requests are read, within the limits.
///
/// The first byte is the size of the network's pieces.

#include "http/request_reader.h"

#include <set>

#include "testing/fuzz.h"

using namespace phx;
using namespace phx::http;
using phx::testing::must;

namespace {

const std::set<int> refusals{400, 414, 431, 501, 505};

constexpr Limits small{.head = 1'024, .body = 256, .skipped = 64};  // within a fuzzer's reach

void check(const Request& request, const Limits& limits) {
  must(request.body.size() <= limits.body, "a body keeps to its limit");
  must(!request.method.empty() && !request.target.empty(), "a request has a target");
  const std::string_view breaks("\r\n\0", 3);
  must(request.target.find_first_of(breaks) == std::string::npos, "a target is one line");
  std::size_t size = 0;
  for (const auto& [name, value] : request.headers) {
    size += name.size() + value.size();
    must(to_lower(name) == name, "names are in lower case");
    must(value.find_first_of(breaks) == std::string::npos, "a value is one line");
  }
  must(size <= limits.head, "a head keeps to its limit");
  must(request.version == 10 || request.version == 11, "it is HTTP/1");
  wanted_persistence(request);
}

/// Every request up to the refusal, if there is one: its place may differ.
std::string read(std::string_view input, std::size_t piece, Limits limits = {}) {
  RequestReader reader(limits);
  std::string story;
  bool refused = false;
  phx::testing::in_pieces(input, piece, [&](std::string_view bytes) {
    if (refused) return;
    reader.feed(bytes);
    for (auto next = reader.next(); !std::holds_alternative<std::monostate>(next);
         next = reader.next()) {
      if (const auto* response = std::get_if<Response>(&next)) {
        must(refusals.contains(response->status), "a refusal has a reason");
        refused = true;
        return;
      }
      const auto& request = std::get<Request>(next);
      check(request, limits);
      story += request.method + " " + request.target + "\n" + request.body + "\n";
    }
  });
  return story;
}

}  // namespace

FUZZ(input) {
  const std::size_t piece = phx::testing::first_byte(input) + 1;
  must(read(input, input.size() + 1) == read(input, piece), "the split makes no difference");
  // Near a limit they do: see Limits.
  read(input, input.size() + 1, small);
  read(input, piece, small);
}
