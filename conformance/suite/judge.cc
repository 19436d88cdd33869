/// Runs one case and catches its end.

#include "conformance/suite/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "conformance/suite/clients/client_trial.h"
#include "conformance/suite/core/story.h"
#include "conformance/suite/core/trial.h"

namespace phx::conformance {
namespace {

constexpr std::size_t max_shown = 4'000;  // of a frame, in the reports

Verdict verdict_of_violation(const Rule& rule, const Options& options) {
  switch (rule.level) {
    case Level::must: return Verdict::failed;
    case Level::should: return options.strict ? Verdict::failed : Verdict::warned;
    case Level::may: return Verdict::warned;
  }
  return Verdict::failed;
}

Outcome outcome_of(Verdict verdict, const Violation& violation, const RunningCase& running) {
  return {.verdict = verdict,
          .reason = running.anonymous(summary_of(violation.expected(), violation.actual())),
          .expected = shortened(violation.expected(), max_shown),
          .actual = shortened(violation.actual(), max_shown),
          .where = violation.where()};
}

/// Runs the case to its end.
Judgement end_of(const Rule& rule, const Options& options, RunningCase& running) {
  try {
    running.run();
    return {};
  } catch (const SetupFailed& failed) {
    return {outcome_of(Verdict::setup_failed, failed, running), failed.step()};
  } catch (const SeenTooLate& violation) {
    return {.outcome = outcome_of(verdict_of_violation(rule, options), violation, running),
            .seen_too_late = true};
  } catch (const Violation& violation) {
    return {outcome_of(verdict_of_violation(rule, options), violation, running)};
  } catch (const NotHttp& error) {
    const Violation violation("an HTTP response", error.what());
    return {outcome_of(verdict_of_violation(rule, options), violation, running)};
  } catch (const Skipped& skipped) {
    return {{.verdict = Verdict::skipped, .reason = skipped.what()}};
  } catch (const std::exception& error) {
    return {{.verdict = Verdict::suite_failed,
             .reason = fmt::format("the case itself failed: {}", error.what())}};
  } catch (...) {
    return {{.verdict = Verdict::suite_failed,
             .reason = "the case itself failed, with something that is not a std::exception"}};
  }
}

/// The server refused this axis. V-01 and P-01 judge that, and no other rule breaks; but a server
/// that sent nothing at all is not excused.
bool has_no_such_axis(const Judgement& judgement) {
  const bool opening = judgement.setup == Step::connect || judgement.setup == Step::poll;
  return opening && judgement.outcome.actual.starts_with("HTTP ");
}

}  // namespace

namespace {

constexpr int max_tries = 3;

std::unique_ptr<RunningCase> case_of(const Rule& rule, const Options& options, Network& network,
                                     Axis axis) {
  if (rule.side() == Side::client) return std::make_unique<ClientTrial>(rule, options);
  return std::make_unique<Trial>(rule, options, network, axis);
}

Judgement judge_once(const Rule& rule, const Options& options, Network& network,
                     const std::function<void(const RunningCase&)>& look, Axis axis) {
  const auto running = case_of(rule, options, network, axis);
  Judgement judgement = end_of(rule, options, *running);
  Outcome& outcome = judgement.outcome;
  if (has_story(outcome.verdict)) {
    outcome.conversations = running->conversations(outcome.where);
    outcome.more_conversations = running->connections() - outcome.conversations.size();
  }
  outcome.differs_by_release = running->asked_for_release();
  outcome.axis = axis;
  if (look) look(*running);
  return judgement;
}

}  // namespace

Judgement judge(const Rule& rule, const Options& options, Network& network,
                const std::function<void(const RunningCase&)>& look, Axis axis) {
  const auto began = Clock::now();
  Judgement judgement = judge_once(rule, options, network, look, axis);
  int tries = 1;
  for (; judgement.seen_too_late && tries < max_tries; ++tries) {
    judgement = judge_once(rule, options, network, look, axis);
  }
  Outcome& outcome = judgement.outcome;
  if (tries > 1) {
    outcome.remark = fmt::format(
        "tried {} times: {}", tries,
        judgement.seen_too_late ? "it was seen too late each time" : "the machine was busy");
  }
  outcome.took = std::chrono::duration_cast<Millis>(Clock::now() - began);
  return judgement;
}

Judgement judge_on_axes(const Rule& rule, const Options& options, Network& network,
                        const std::function<void(const RunningCase&)>& look) {
  std::optional<Judgement> gravest;
  std::vector<AxisVerdict> axes;
  Millis took{0};
  for (const Axis axis : rule.axes) {
    if (!options.wants(axis)) continue;
    Judgement one = judge(rule, options, network, look, axis);
    if (axis != Axis::v2 && has_no_such_axis(one)) {
      one = {{.verdict = Verdict::skipped, .reason = one.outcome.reason, .took = one.outcome.took}};
    }
    axes.push_back({axis, one.outcome.verdict});
    took += one.outcome.took;
    const bool differs =
        one.outcome.differs_by_release || (gravest && gravest->outcome.differs_by_release);
    const std::string remark = gravest ? gravest->outcome.remark : "";
    if (!gravest || one.outcome.verdict > gravest->outcome.verdict) gravest = std::move(one);
    gravest->outcome.differs_by_release = differs;
    if (gravest->outcome.remark.empty()) gravest->outcome.remark = remark;
    if (has_story(gravest->outcome.verdict)) break;
  }
  if (!gravest) throw std::logic_error(rule.id + " was planned, though on no axis");
  gravest->outcome.took = took;
  if (rule.axes.size() > 1) gravest->outcome.axes = std::move(axes);
  return *gravest;
}

namespace {

/// Whether only rules of section Q were asked for: a server of live pages has no other topic.
bool only_live_pages(const Options& options) {
  return !options.only.empty() &&
         std::all_of(options.only.begin(), options.only.end(), [](const std::string& pattern) {
           return pattern == "Q" || pattern.starts_with("Q-");
         });
}

}  // namespace

std::optional<std::string> what_is_wrong(const std::string& topic, const std::string& join_params,
                                         const Options& options, Network& network) {
  Options probing = options;
  probing.topic = topic;
  probing.join_params = join_params;
  const Rule rule{"sanity", Level::must, Profile::core, "the server answers", "", {}};
  Trial trial(rule, probing, network);
  try {
    Client& client = trial.connect();
    if (!only_live_pages(options)) {
      client.send(R"(["1","1","{topic}","phx_join",{join}])");
      client.expect_mention("ok");
    }
    client.send(R"([null,"alive","phoenix","heartbeat",{}])");
    client.expect_mention_at_last("alive");
    return std::nullopt;
  } catch (const Violation& violation) {
    return fmt::format("{}\n{}", summary_of(violation.expected(), violation.actual()),
                       told(trial.conversations("")));
  } catch (const NotHttp& error) {
    return fmt::format("{}\n{}", summary_of("an HTTP response", error.what()),
                       told(trial.conversations("")));
  }
}

void await_cluster(const Options& options, Network& network) {
  if (options.nodes.empty() || options.core || !options.wants(Axis::cluster)) return;
  constexpr int max_attempts = 40;
  Options probing = options;
  probing.timeout_scale = options.timeout_scale / 20;  // a quarter of a second
  const Rule rule{
      "cluster", Level::must, Profile::contract, "the nodes are one cluster", "", [](Trial& t) {
        std::vector<Client*> members;
        for (std::size_t node = 0; node < t.nodes(); ++node) members.push_back(&t.join());
        for (Client* sender : members) {
          sender->send(R"(["1","2","{topic}","broadcast_from",{"n":1}])");
          sender->expect(R"(["1","2","{topic}","phx_reply",{ok}])");
          for (Client* other : members) {
            if (other == sender) continue;
            other->expect(R"([null,null,"{topic}","broadcasted",{"n":1}])");
          }
        }
      }};
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    const Judgement one = judge(rule, probing, network, {}, Axis::cluster);
    if (one.outcome.verdict == Verdict::passed) return;
  }
}

std::optional<std::string> what_is_wrong_with_the_server(const Options& options, Network& network) {
  return what_is_wrong(options.topic, options.join_params, options, network);
}

}  // namespace phx::conformance
