#pragma once
/// \file
/// Two pages that live, in C++: the same that were recorded from Phoenix LiveView
/// (traces/liveview).

#include <string>
#include <vector>

#include "phoenix.h"

namespace demo {

using phx::Assign;
using phx::Html;
using phx::Json;
using phx::Result;

/// A button with a state of its own: a click adds `by`.
struct Stepper : phx::LiveComponent {
  Assign<int> by = 1;
  Assign<int> clicks = 0;

  Html render() override;
  Result handle_event(std::string_view event, const Json& value) override;
};

struct Item {
  int id;
  std::string name;
};

/// A counter with all that a page can have.
class Counter : public phx::LiveView {
 public:
  void mount(const Json& params, const Json& session) override;
  void handle_params(const Json& params, std::string_view uri) override;
  Html render() override;
  Result handle_event(std::string_view event, const Json& value) override;
  void handle_info(phx::Message message) override;

 private:
  struct Tick {};
  /// Handles the events that change the address, and returns false for any other.
  bool navigate(std::string_view event);
  void validate(const Json& item);
  void save(const std::string& name);
  void save_files();

  Assign<int> count_ = 0;
  Assign<int> page_ = 1;
  Assign<phx::Form> form_{phx::Form("item", {{"name", ""}})};
  Assign<std::vector<std::string>> errors_;
  Assign<std::vector<std::string>> plain_{{"a", "b"}};
  phx::Stream<Item> items_{"items"};
  phx::Upload file_{*this, "file", {.chunk_size = 1'000}};
};

/// Another page, to go to and come back from.
class Other : public phx::LiveView {
  Html render() override;
};

/// The layouts around both, and their addresses.
phx::LiveOptions options(std::string secret_key_base);
void add_views(phx::Live& live);

}  // namespace demo
