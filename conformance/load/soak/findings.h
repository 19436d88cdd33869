/// \file
/// What a soak has found wrong: counted by kind, and the first of each told in full.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace phx::soak {

/// What can be wrong with a server under load.
enum class Wrong {
  missing,       ///< A reply, a broadcast or an end that never came.
  doubled,       ///< One that came twice.
  out_of_order,  ///< One that came before another that was due first.
  unexpected,    ///< Nobody asked for it, or it is not what was asked for.
  broken,        ///< The connection: refused, dropped, closed, or no protocol at all.
  miscounted,    ///< A node's own counts are not what happened.
};

const char* name_of(Wrong kind);

/// Collects what is wrong. Not a value: there is one for a run, and all its parts tell it.
class Findings {
 public:
  using OnFirst = std::function<void(const std::string& sentence)>;

  /// `on_first` is told of each sentence that is kept.
  explicit Findings(OnFirst on_first = [](const std::string&) {})
      : on_first_(std::move(on_first)) {}
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  void add(Wrong kind, std::string sentence);

  std::size_t count() const { return count_; }
  std::size_t count(Wrong kind) const;
  /// The first of each kind, `max_told` at most.
  const std::vector<std::string>& sentences() const { return sentences_; }
  static constexpr std::size_t max_told = 10;

 private:
  OnFirst on_first_;
  std::map<Wrong, std::size_t> counts_;
  std::size_t count_ = 0;
  std::vector<std::string> sentences_;
};

}  // namespace phx::soak
