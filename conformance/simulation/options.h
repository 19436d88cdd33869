#pragma once
/// \file
/// The command line of phx-simulate.

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/simulation/play.h"

namespace phx::simulation {

/// A value.
struct Options {
  std::string world = "chat";
  std::optional<std::uint64_t> seed = {};  ///< One world, and its story.
  std::string kept = {};                   ///< Which of its actions: `0,3,7`.
  std::uint64_t step = 0;                  ///< Stop there for a debugger.
  std::string trace = {};                  ///< Files for what happened.
  std::string har = {};
  std::uint64_t worlds = 0;  ///< How many, with the seeds from 1 on.
  std::uint64_t from = 1;    ///< The first seed of these.
  bool all = false;          ///< Plays on after a broken world.
  double seconds = 60;       ///< How long to play worlds of fresh seeds, if none of these is set.
  std::size_t jobs = 1;
  bool brief = false;      ///< A broken invariant alone, without its story.
  std::string scene = {};  ///< A small scene in each order, or in `order`.
  std::string order = {};
  std::uint64_t orders = 100'000;          ///< The most that are played of one scene.
  std::optional<std::size_t> delays = {};  ///< How often an order may leave the first way.
};

/// Nothing if there is nothing to do: `status` is then the program's.
std::optional<Options> parse_options(int argc, char** argv, int& status);
/// The world that `--seed` and `--keep` name, or `--scene` and `--order`.
Play play_of(const Options& options);

}  // namespace phx::simulation
