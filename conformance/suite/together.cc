/// One thread for each rule.

#include "conformance/suite/together.h"

#include <future>
#include <memory>

namespace phx::conformance {

JudgedTogether judged_together(const std::vector<Rule>& rules, const Options& options,
                               const std::function<void(const Rule&, const RunningCase&)>& look) {
  // Made and ended here: libwebsockets counts its contexts without a lock.
  std::vector<std::unique_ptr<Network>> networks;
  std::vector<std::future<Judgement>> judgements;
  for (const Rule& rule : rules) {
    Network& network = *networks.emplace_back(std::make_unique<Network>(options.trust));
    judgements.push_back(std::async(std::launch::async, [&] {
      return judge_on_axes(rule, options, network,
                           [&](const RunningCase& running) { look(rule, running); });
    }));
  }
  JudgedTogether judged;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Judgement judgement = judgements[i].get();
    const bool kept = judgement.outcome.verdict == Verdict::passed;
    judged.emplace(rules[i].id, kept ? std::optional(std::move(judgement)) : std::nullopt);
  }
  return judged;
}

}  // namespace phx::conformance
