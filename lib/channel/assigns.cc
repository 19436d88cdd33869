/// Reads and changes values that copies share until one of them changes.

#include "channel/assigns.h"

#include <utility>

namespace phx {

Assigns::Assigns() = default;
Assigns::Assigns(const Assigns& other) = default;
Assigns::Assigns(Assigns&& other) noexcept = default;
Assigns& Assigns::operator=(const Assigns& other) = default;
Assigns& Assigns::operator=(Assigns&& other) noexcept = default;
Assigns::~Assigns() = default;

Assigns::Assigns(std::initializer_list<value_type> values) {
  if (values.size() > 0) values_ = Shared<Map>(Map(values));
}

Json& Assigns::operator[](std::string_view name) {
  Map& own = values_.own();
  const auto found = own.find(name);
  return found != own.end() ? found->second : own[std::string(name)];
}

std::size_t Assigns::erase(std::string_view name) {
  if (!contains(name)) return 0;
  Map& own = values_.own();
  own.erase(own.find(name));
  return 1;
}

bool Assigns::contains(std::string_view name) const { return map().contains(name); }

Assigns::const_iterator Assigns::find(std::string_view name) const { return map().find(name); }

const Assigns::Map& Assigns::map() const {
  static const Map none;
  return values_ ? *values_ : none;
}

}  // namespace phx
