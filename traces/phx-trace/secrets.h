#pragma once
/// \file
/// The secrets of one file: each gets a name that replaces it.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace phx::trace {

class Secrets {
 public:
  /// Names begin after those that the file has already.
  explicit Secrets(std::size_t named_before) : named_before_(named_before) {}

  /// `REDACTED-1` for a secret; nothing if the value is not one: it is empty, a name already, or a
  /// word such as `true`.
  std::string hidden(const std::string& value);
  std::size_t count() const { return names_.size(); }

  /// The text with each known secret of eight bytes or more replaced by its name, also if it is
  /// escaped as in JSON or in a URL. Shorter ones (`1`, `me`) occur in many other places. `open`
  /// texts, topics and events, stay.
  std::string replaced_in(const std::string& text) const;
  void leave_open(std::string word) { open_.insert(std::move(word)); }
  /// To be called once, when all secrets are known, before `replaced_in`.
  void prepare();

 private:
  void look_for(std::string text, const std::string& name);

  std::size_t named_before_;
  std::map<std::string, std::string> names_;
  std::set<std::string> open_;
  /// The secrets to find, by their first eight bytes; the longest first.
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::string, std::string>>> wanted_;
};

/// `REDACTED-7` is 7; 0 for any other text.
std::size_t redacted_number(std::string_view text);

}  // namespace phx::trace
