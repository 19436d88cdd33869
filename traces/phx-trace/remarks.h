#pragma once
/// \file
/// Parts of a file that a reader left out, or had to guess: each kind is counted and becomes a
/// sentence.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace phx::trace {

class Remarks {
 public:
  /// One kind of remark; the count precedes either text. Both outlive every Remarks.
  struct Kind {
    std::string_view one;        ///< `request without an answer was left out`
    std::string_view many = {};  ///< `requests without …`; empty: `one` stands by itself.
  };

  /// `example`: where, and why; only the first of each kind is kept.
  void add(const Kind& kind, std::string_view example = {});
  void add(const Remarks& others);
  bool empty() const { return counted_.empty(); }
  /// `1 request without an answer was left out`, in the order in which the kinds came up.
  std::vector<std::string> sentences() const;

 private:
  struct Counted {
    Kind kind;
    std::size_t count = 0;
    std::string example;
  };
  std::vector<Counted> counted_;
};

/// `1 message`, `2 messages`.
std::string counted(std::size_t count, std::string_view noun);

}  // namespace phx::trace
