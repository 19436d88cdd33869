#pragma once
/// \file
/// The values that a connection, or a channel, keeps between messages, by name.

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>

#include "base/shared.h"
#include "json/json.h"

namespace phx {

/// A map from names to values:
///
///     socket.assigns["user"] = "ann";
///     if (socket.assigns.contains("user")) socket.assigns.erase("user");
///
/// Copies share their values until one of them changes: the channels of a connection begin with
/// its assigns, and most change none.
class Assigns {
 public:
  using Map = std::map<std::string, Json, std::less<>>;
  using value_type = Map::value_type;
  using const_iterator = Map::const_iterator;

  Assigns();
  // In assigns.cc: a map's own are long, and each file that knows a socket would compile them.
  Assigns(std::initializer_list<value_type> values);
  Assigns(const Assigns& other);
  Assigns(Assigns&& other) noexcept;
  Assigns& operator=(const Assigns& other);
  Assigns& operator=(Assigns&& other) noexcept;
  ~Assigns();

  /// The value, to be read or changed; null if there was none.
  Json& operator[](std::string_view name);
  std::size_t erase(std::string_view name);

  bool contains(std::string_view name) const;
  const_iterator find(std::string_view name) const;
  const_iterator begin() const { return map().begin(); }
  const_iterator end() const { return map().end(); }
  std::size_t size() const { return map().size(); }
  bool empty() const { return map().empty(); }

 private:
  const Map& map() const;

  Shared<Map> values_;
};

}  // namespace phx
