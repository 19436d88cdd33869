#pragma once
/// \file
/// Runs the case of one rule and returns its outcome.

#include <functional>
#include <optional>
#include <string>

#include "conformance/suite/core/options.h"
#include "conformance/suite/core/outcome.h"
#include "conformance/suite/core/rule.h"
#include "conformance/suite/core/violation.h"
#include "conformance/suite/wire/network.h"

namespace phx::conformance {

class RunningCase;

/// An outcome, and where its case stopped if it never reached its rule.
struct Judgement {
  Outcome outcome;
  std::optional<Step> setup = {};
  bool seen_too_late = false;
};

/// A case that saw a violation too late is tried again, up to three times; the remark says so.
/// `look` gets the running case when the case is over, before its connections close. Does not pass
/// on a case's exceptions.
Judgement judge(const Rule& rule, const Options& options, Network& network,
                const std::function<void(const RunningCase&)>& look = {}, Axis axis = Axis::v2);

/// The same on each axis of the rule that the options select, up to the first on which it is
/// broken: the gravest outcome is the rule's. An axis that the server lacks is skipped.
Judgement judge_on_axes(const Rule& rule, const Options& options, Network& network,
                        const std::function<void(const RunningCase&)>& look = {});

/// Connects, joins the topic of this kind with this payload, and sends a heartbeat; any answer that
/// says ok is enough, because a server that answers can be judged. Nothing if all went well,
/// otherwise the fault, ready to print.
std::optional<std::string> what_is_wrong(const std::string& topic, const std::string& join_params,
                                         const Options& options, Network& network);

/// The same on `--topic`: whether the server answers at all.
std::optional<std::string> what_is_wrong_with_the_server(const Options& options, Network& network);

/// Nodes take a while to find each other: waits, with a limit, until one node's broadcast reaches
/// all others. If it never does, M-01 reports it.
void await_cluster(const Options& options, Network& network);

}  // namespace phx::conformance
