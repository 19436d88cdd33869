/// Any bytes before a client's first: a header, the start of one, or neither.

#include "net/proxy_header.h"
#include "testing/fuzz.h"

using namespace phx::net;
using phx::testing::must;

FUZZ(input) {
  const auto whole = read_proxy_header(input);
  const auto* header = std::get_if<ProxyHeader>(&whole);
  if (header == nullptr) return;
  must(header->size <= input.size() && header->size <= max_proxy_header, "a header ends within");
  const auto less = read_proxy_header(input.substr(0, header->size - 1));
  must(std::holds_alternative<ProxyHeaderUnfinished>(less),
       "without its last byte it is unfinished");
}
