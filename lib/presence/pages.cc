/// Requested pages, and how versions tell replicas of this library from others.

#include "presence/pages.h"

#include <algorithm>

namespace phx::presence {
namespace {

constexpr long long per_micro = 1'024;
/// 2020 to 2250. A version in nanoseconds falls in the same range: the checksum tells them apart.
constexpr long long first_vsn = 1'577'836'800'000'000 * per_micro;
constexpr long long last_vsn = 8'835'000'000'000'000 * per_micro;

long long check_sum(long long micros) {
  const auto mixed = static_cast<unsigned long long>(micros) * 0x9E37'79B9'7F4A'7C15;
  return static_cast<long long>(mixed >> 54);  // ten bits
}

}  // namespace

long long own_vsn(long long micros) { return micros * per_micro + check_sum(micros); }

bool understands_pages(const ReplicaRef& replica) {
  const auto* vsn = replica.vsn().get<long long>();
  return vsn != nullptr && *vsn >= first_vsn && *vsn <= last_vsn &&
         *vsn % per_micro == check_sum(*vsn / per_micro);
}

Clocks Pages::expected(Clocks known) const {
  for (const auto& [ref, asked] : asked_) {
    Count& clock = known[ref];
    clock = std::max(clock, asked.up_to);
  }
  return known;
}

Count Pages::up_to(const ReplicaRef& replica) const {
  const auto found = asked_.find(replica);
  return found == asked_.end() ? 0 : found->second.up_to;
}

void Pages::ask(const ReplicaRef& from, const Clocks& up_to, Clock::time_point until) {
  for (const auto& [ref, clock] : up_to) asked_.insert_or_assign(ref, Asked{from, 0, clock, until});
}

Clocks Pages::next(const ReplicaRef& from) const {
  Clocks after;
  for (const auto& [ref, asked] : asked_) {
    if (asked.from == from) after.emplace_hint(after.end(), ref, asked.after);
  }
  return after;
}

/// A page counts only after all the pages before it: late ones and duplicates are removed.
void Pages::take(const ReplicaRef& from, Snapshot& page, Clock::time_point until) {
  const Clocks said = std::move(page.context);
  Parts parts = std::move(page.parts);
  page.context = {};
  page.parts = {};
  for (const auto& [ref, last] : said) {
    const auto found = asked_.find(ref);
    const auto after = page.after.find(ref);
    if (found == asked_.end() || found->second.from != from || after == page.after.end()) continue;
    Asked& asked = found->second;
    if (after->second != asked.after) continue;
    page.context.emplace(ref, std::min(last, asked.up_to));
    page.parts.emplace(ref, std::move(parts[ref]));
    const bool done = last >= asked.up_to || last <= asked.after;  // or the sender has no more
    asked.after = last;
    asked.until = until;
    if (done) asked_.erase(found);
  }
}

void Pages::forget(const ReplicaRef& from) {
  std::erase_if(asked_, [&](const auto& one) { return one.second.from == from; });
  asked_.erase(from);
}

void Pages::expire(Clock::time_point now) {
  std::erase_if(asked_, [&](const auto& one) { return one.second.until < now; });
}

}  // namespace phx::presence
