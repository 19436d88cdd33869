/// The way of a hop to its recorder, for frames that are traced.

#include "process/hop.h"

#include "base/type_name.h"

namespace phx::process {

//! [follow]
void TraceScope::follow(const Trail* trail, Pid pid) {
  if (trail == nullptr) {
    current_trace = {};
  } else {
    current_trace = {trail->recorder, trail->id, trail->hop, pid, Clock::now() - trail->queued,
                     trail->foreign};
  }
}
//! [follow]

std::unique_ptr<Trail> current_trail() {
  const Trace& at = current_trace;
  return std::make_unique<Trail>(Trail{at.recorder, at.id, at.hop, Clock::now(), at.foreign});
}

//! [record_hop]
/// Works for none while it records: what the recorder sends is not traced.
void record_hop(std::string_view form, std::string_view bytes, std::source_location where,
                const std::type_info* callee, const char* function) {
  Trace trace = std::exchange(current_trace, {});
  if (trace.id == 0) trace.id = trace.recorder->begin();
  std::string called = callee == nullptr ? "" : type_name(*callee) + "::" + function;
  trace.hop = trace.recorder->record({trace, form, bytes, std::move(called), where});
  trace.waited = {};
  if (trace.hop != 0) current_trace = trace;
}
//! [record_hop]

}  // namespace phx::process
