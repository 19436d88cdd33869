/// \file
/// Asks a server whether a topic may be joined, before a case relies on it.
#include "conformance/load/bench/probe.h"

#include <fmt/format.h>

#include <optional>

#include "conformance/load/client/connection.h"
#include "conformance/load/client/frames.h"

namespace phx::bench {
namespace {

class Probe : public Listener {
 public:
  explicit Probe(std::string_view topic) : topic_(topic) {}
  std::optional<bool> joined() const { return joined_; }
  bool gone() const { return gone_; }

 private:
  void opened(Connection& connection) override {
    connection.send(frame("1", 1, topic_, "phx_join", "{}"));
  }
  void received(Connection& connection, std::string_view text) override {
    joined_ = is_ok(text);
    connection.finish();
  }
  void closed(Connection&) override { gone_ = true; }

  std::string topic_;
  std::optional<bool> joined_;
  bool gone_ = false;
};

}  // namespace

bool may_join(const Context& context, std::string_view topic) {
  Probe probe{topic};
  const Connection connection{context.loop, context.target, probe, 0};
  context.loop.run([&] { return probe.gone(); }, patience,
                   [&] { return fmt::format("no reply to the join of {} within 5 s", topic); });
  return probe.joined().value_or(false);
}

std::string idle_topic(std::size_t index, std::size_t nth) {
  return fmt::format("conformance:idle{}-{}", index, nth);
}

}  // namespace phx::bench
