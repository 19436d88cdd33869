#pragma once
/// \file
/// A client that asks one thing by the wire, and knows the answer that is due.

#include <memory>
#include <string>
#include <vector>

#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/oracle.h"

namespace phx::simulation {

/// Its name begins with this.
constexpr const char* stranger_name = "stranger";

/// By which rules a server of a world answers requests: some force https, each in another way.
constexpr std::size_t house_rules = 7;

/// One thing to ask for. A value.
struct Errand {
  /// A request, on a connection of its own, or a message on the websocket that it has opened. Or
  /// the end of its connection while its request waits for the answer. Or a moment, in which the
  /// server's processes come to rest.
  struct Step {
    enum Kind { request, next_request, text, binary, raw, hang_up, wait } kind = request;
    std::string what;
    /// Of an answer: what must be in it, first its status, and what must not, after a `!`. Of a
    /// message: the frames that come of it, in turn, each from its beginning on; of a binary one
    /// after `binary `, of a close `close 1008`, and `gone` for the connection's end.
    std::vector<std::string> due;
  };
  std::string name;
  int rules = -1;  ///< Only in a house with these rules; -1: in any but those that forbid it.
  std::vector<Step> steps;
};
/// All there are. In each text `{server}` is the server's name, `{token}` the latest of a
/// session, and `hall:a` or `turns:a` a topic that is nobody else's.
const std::vector<Errand>& errands();

/// Runs one errand, from visit() on. Neither copied nor moved.
class Stranger {
 public:
  Stranger(Machine& machine, Oracle& oracle, std::size_t number, const Errand& errand,
           std::string server);
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger();

  Host& host() { return host_; }
  /// Begins, on its host.
  void visit();
  /// It has got all that was due, or an invariant is broken. Its connection ends.
  void leave();

 private:
  class Line;
  void next();
  void hang_up();
  void wait();
  void heard();
  bool has_answer();
  bool has_frames();
  void compare(const std::string& answer);
  std::string filled(std::string text) const;
  void violated(const std::string& got);

  Machine& machine_;
  Oracle& oracle_;
  Host host_;
  Access access_;
  const Errand& errand_;
  const std::string server_;
  std::size_t step_ = 0;
  std::size_t seen_ = 0;  ///< Frames of this step.
  std::string token_;
  std::unique_ptr<Line> line_;
  std::vector<std::unique_ptr<Line>> old_;
  bool wrong_ = false;
};

}  // namespace phx::simulation
