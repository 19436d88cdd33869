/// \file
/// A soak's faults: counted by kind, with the first of each in full.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace phx::soak {

/// The kinds of faults of a server under load.
enum class Wrong {
  missing,       ///< A reply, a broadcast or an end that never came.
  doubled,       ///< One that came twice.
  out_of_order,  ///< One that came before another that was due first.
  unexpected,    ///< One without a request, or with the wrong contents.
  broken,        ///< The connection: refused, dropped, closed, or not the protocol.
  miscounted,    ///< A node's own counts are wrong.
};

const char* name_of(Wrong kind);

/// Collects faults. Not a value: one for each run, and all its parts report to it.
class Findings {
 public:
  using OnFirst = std::function<void(const std::string& sentence)>;

  /// `on_first` is called with each sentence that is kept.
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
