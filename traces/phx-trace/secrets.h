#pragma once
/// \file
/// The secrets of one file: each gets a name that stands for it from then on.

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

  /// `REDACTED-1` for a secret; nothing where the value is not one: it is empty, a name already, or
  /// a word such as `true`.
  std::string hidden(const std::string& value);
  std::size_t count() const { return names_.size(); }

  /// The text with a name in the place of each known secret of eight bytes or more, also where it
  /// is escaped as in JSON or in a URL. Shorter ones (`1`, `me`) stand in many places that are
  /// none. What is `open`, a topic or an event, stays.
  std::string replaced_in(const std::string& text) const;
  void leave_open(std::string word) { open_.insert(std::move(word)); }
  /// To be called once, when all secrets are known, before `replaced_in`.
  void prepare();

 private:
  void look_for(std::string text, const std::string& name);

  std::size_t named_before_;
  std::map<std::string, std::string> names_;
  std::set<std::string> open_;
  /// What is looked for, by its first eight bytes; of several the longest first.
  std::unordered_map<std::uint64_t, std::vector<std::pair<std::string, std::string>>> wanted_;
};

/// `REDACTED-7` is 7; 0 for any other text.
std::size_t redacted_number(std::string_view text);

}  // namespace phx::trace
