/// Chooses a connection's version of the wire protocol.

#include <algorithm>
#include <array>

#include "serializer/serializer.h"
#include "serializer/version.h"

namespace phx::serializer {

std::span<const Offer> default_offers() {
  static const std::array<Offer, 2> offers{{{&v1_json(), "~> 1.0.0"}, {&v2_json(), "~> 2.0.0"}}};
  return offers;
}

void check_offers(std::span<const Offer> offers) {
  for (const auto& [serializer, requirement] : offers) {
    if (serializer == nullptr) throw std::invalid_argument("expected a serializer, got none");
    if (VersionNumber::least_of(requirement)) continue;
    throw std::invalid_argument(
        "expected a serializer's versions as ~> MAJOR.MINOR.PATCH, such as ~> 2.0.0, got \"" +
        requirement + "\"");
  }
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
