/// Reads and changes values that copies share until one of them changes.

#include "channel/assigns.h"

#include <algorithm>
#include <iterator>

namespace phx {
namespace {

/// The place after which the name stands, or would stand.
Assigns::List::iterator before(std::string_view name, Assigns::List& list) {
  auto place = list.before_begin();
  for (auto next = list.begin(); next != list.end() && next->first < name; ++next) place = next;
  return place;
}

}  // namespace

Assigns::Assigns() = default;
Assigns::Assigns(const Assigns& other) = default;
Assigns::Assigns(Assigns&& other) noexcept = default;
Assigns& Assigns::operator=(const Assigns& other) = default;
Assigns& Assigns::operator=(Assigns&& other) noexcept = default;
Assigns::~Assigns() = default;

Assigns::Assigns(std::initializer_list<std::pair<std::string_view, Json>> values) {
  for (const auto& [name, value] : values) (*this)[name] = value;
}

Json& Assigns::operator[](std::string_view name) {
  List& own = values_.own();
  const auto place = before(name, own);
  const auto found = std::next(place);
  if (found != own.end() && found->first == name) return found->second;
  return own.emplace_after(place, name, Json())->second;
}

std::size_t Assigns::erase(std::string_view name) {
  if (!contains(name)) return 0;
  List& own = values_.own();
  own.erase_after(before(name, own));
  return 1;
}

bool Assigns::contains(std::string_view name) const { return find(name) != end(); }

Assigns::const_iterator Assigns::find(std::string_view name) const {
  return std::find_if(begin(), end(), [name](const auto& value) { return value.first == name; });
}

std::size_t Assigns::size() const {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

const Assigns::List& Assigns::list() const {
  static const List none;
  return values_ ? *values_ : none;
}

}  // namespace phx
