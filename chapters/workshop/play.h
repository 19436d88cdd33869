#pragma once
/// \file
/// How an exercise's `play.cc` plays a reader's file at random: what it does, and what came of it.
///
///     presence::State state;  // fresh for each sequence
///     while (steps.next()) {
///       const auto shard = steps.of({0U, 1U});
///       steps.does({22, 23}, fmt::format("processes({})", shard));  // sentences
///       steps.comes(text_of(state.processes(shard)));                    // all that can be seen
///     }
///
/// The same is played with the house's file, and play.mjs compares the lines. So a line holds only
/// what the contract settles.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace phx::exercise {

/// A few steps, each of a few numbers that say what to do. A number that is not there is 0.
class Sequence {
 public:
  explicit Sequence(std::vector<std::vector<unsigned>> steps) : steps_(std::move(steps)) {}

  /// Goes on to the next step. False after the last one.
  bool next();
  /// The step's next number, less than `limit`.
  unsigned below(unsigned limit);
  bool one_in(unsigned many) { return below(many) == many - 1; }
  /// One of these.
  template <class T>
  T of(std::initializer_list<T> all) {
    return all.begin()[below(static_cast<unsigned>(all.size()))];
  }
  std::string of(std::initializer_list<const char*> all) {
    return all.begin()[below(static_cast<unsigned>(all.size()))];
  }

  /// What is done next; printed at once, as it may crash. The numbers are the contract's sentences.
  void does(std::initializer_list<int> sentences, std::string_view what);
  /// What was returned, sent or changed.
  void comes(std::string_view what);
  /// The result of `attempt`, a text, or what it throws: `kind` of the exception, by default just
  /// that there was one, as its sentence may be worded freely.
  template <class Attempt>
  void comes_of(Attempt attempt) {
    std::string came;
    try {
      came = attempt();
    } catch (...) {
      came = thrown();
    }
    comes(came);
  }

 private:
  static std::string thrown();

  std::vector<std::vector<unsigned>> steps_;
  std::size_t at_ = 0;  ///< The step after this one.
  std::size_t number_ = 0;
};

/// Each exercise's play.cc has its own.
void play(Sequence& steps);

}  // namespace phx::exercise
