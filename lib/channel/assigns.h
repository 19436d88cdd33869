#pragma once
/// \file
/// The values that a connection, or a channel, keeps between messages, by name.

#include <cstddef>
#include <forward_list>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/shared.h"
#include "base/short_text.h"
#include "json/json.h"

namespace phx {

/// A map from names to values:
///
///     socket.assigns["user"] = "ann";
///     if (socket.assigns.contains("user")) socket.assigns.erase("user");
///
/// Copies share their values until one of them changes: the channels of a connection begin with
/// its assigns, and most change none. Most connections keep a few values, so it is a list, sorted
/// by name: finding one of many takes longer than in a tree, but every idle client takes less
/// memory. To keep thousands of values, assign one object that holds them.
class Assigns {
 public:
  using List = std::forward_list<std::pair<ShortText, Json>>;
  using value_type = List::value_type;
  using const_iterator = List::const_iterator;

  Assigns();
  // In assigns.cc: a list's own are long, and each file that knows a socket would compile them.
  Assigns(std::initializer_list<std::pair<std::string_view, Json>> values);
  Assigns(const Assigns& other);
  Assigns(Assigns&& other) noexcept;
  Assigns& operator=(const Assigns& other);
  Assigns& operator=(Assigns&& other) noexcept;
  ~Assigns();

  /// The value, to be read or changed; null if there was none. Valid while this has it and no copy
  /// is made: others may be added meanwhile.
  Json& operator[](std::string_view name);
  std::size_t erase(std::string_view name);

  bool contains(std::string_view name) const;
  const_iterator find(std::string_view name) const;
  const_iterator begin() const { return list().begin(); }
  const_iterator end() const { return list().end(); }
  std::size_t size() const;
  bool empty() const { return list().empty(); }

 private:
  const List& list() const;

  Shared<List> values_;
};

}  // namespace phx
