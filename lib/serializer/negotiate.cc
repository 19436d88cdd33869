/// Which version of the wire a connection speaks.

#include <algorithm>
#include <array>

#include "serializer/serializer.h"
#include "serializer/version.h"

namespace phx::serializer {

std::span<const Offer> default_offers() {
  static const std::array<Offer, 2> offers{{{&v1_json(), "~> 1.0.0"}, {&v2_json(), "~> 2.0.0"}}};
  return offers;
}

const Serializer* negotiate(std::span<const Offer> offers, std::string_view vsn) {
  const auto version = VersionNumber::parse(vsn);
  if (!version) return nullptr;
  const auto found = std::find_if(offers.begin(), offers.end(), [&](const Offer& offer) {
    return version->matches(offer.requirement);
  });
  return found == offers.end() ? nullptr : found->serializer;
}

}  // namespace phx::serializer
