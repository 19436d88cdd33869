#pragma once
/// \file
/// The words that a live page makes up: its elements' ids, its signed tokens, its CSRF token.
///
/// A replay gets others than the recording. They are learnt from the page and the frames, where
/// they stand at the same places; the client's side is then played with the new ones,
/// and the server's side is compared with them.

#include <map>
#include <string>
#include <string_view>

namespace phx::trace {

/// Whether a response's body is a page that a live view rendered: its tokens are in it.
bool is_live_page(std::string_view body);

class Generated {
 public:
  /// Pairs the made-up words of two texts in their order, if both have as many.
  void learn(const std::string& recorded, const std::string& replayed);
  /// The recorded text with the words of the replay.
  std::string now(std::string recorded) const;
  bool empty() const { return words_.empty(); }

 private:
  std::map<std::string, std::string> words_;  // recorded to replayed
};

}  // namespace phx::trace
