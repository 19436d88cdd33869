/// \file
/// A server under measurement: its address, and its history.
#include "conformance/load/bench/subject.h"

#include <fmt/format.h>

#include "conformance/load/client/error.h"
#include "conformance/suite/wire/loopback.h"

namespace phx::bench {
namespace {

// Lets a server finish the last case's closes.
constexpr Millis between_cases{200};

}  // namespace

Subject::Subject(const Contender& contender) : contender_(contender), target_(contender.target) {
  if (!contender.command.empty()) {
    start();
  } else {
    resolve(target_);
    knock(target_);
  }
}

void Subject::start() {
  command_.reset();
  others_.clear();
  command_ = start_one(target_);
  while (others_.size() + 1 < contender_.nodes) {
    Node node{target_, nullptr};
    node.command = start_one(node.target);
    others_.push_back(std::move(node));
  }
  used_ = false;
}

std::unique_ptr<Command> Subject::start_one(Target& target) {
  target.port = conformance::free_port();
  auto command = std::make_unique<Command>(contender_.name, contender_.command, target.port);
  target.pid = command->pid();
  resolve(target);
  command->await(target);
  return command;
}

Result Subject::run(const Case& what, Loop& loop, const Terms& terms) {
  if (saturated_.contains(what.series)) return skipped("it was saturated at a lower rate");
  auto result = attempt(what, loop, terms);
  for (std::size_t i = 0; i < terms.retries && disturbed(result); ++i) {
    fmt::print(stderr, "other programs were busy; measuring again\n");
    auto again = attempt(what, loop, terms);
    if (again.others_busy < result.others_busy) result = std::move(again);
  }
  if (result.saturated) saturated_.insert(what.series);
  return result;
}

Result Subject::attempt(const Case& what, Loop& loop, const Terms& terms) {
  if (what.fresh && used_) {
    if (!command_) return skipped("it needs a server that has had no clients yet");
    start();
  }
  used_ = true;
  try {
    Context context{loop, target_, terms.window, terms.descriptors};
    if (!others_.empty()) context.other = &others_.front().target;
    auto result = what.run(context);
    loop.pause(between_cases);
    return result;
  } catch (const Failure& failure) {
    throw Failure(fmt::format("{}: {}: {}", contender_.name, what.name, failure.what()));
  }
}

}  // namespace phx::bench
