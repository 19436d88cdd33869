#pragma once
/// \file
/// A real client with other options than people have, on one visit whose outcome is known.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "client/client.h"
#include "client/presence_list.h"
#include "conformance/simulation/machine/client_loop.h"
#include "conformance/simulation/machine/machine.h"
#include "conformance/simulation/world/oracle.h"

namespace phx::simulation {

class Visitor;

/// What a visitor does. A value.
struct Visit {
  std::string name;
  std::function<void(Visitor&)> run;
  /// What the visitor notes, in any order. Nothing else, but a `*` at the end of a text
  /// stands for any end, and `**` also for any number of such texts.
  std::vector<std::string> due;
};
/// All there are.
const std::vector<Visit>& visits();
/// Those to false servers, those to topics, and those that are present in lists: parts of visits().
void add_topics(std::vector<Visit>& all);
void add_frauds(std::vector<Visit>& all);
void add_presences(std::vector<Visit>& all);

/// Neither copied nor moved.
class Visitor {
 public:
  Visitor(Machine& machine, Oracle& oracle, std::size_t number, const Visit& visit,
          std::string server);
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;
  ~Visitor();

  Host& host() { return host_; }
  /// Begins, on its host.
  void visit() { visit_.run(*this); }
  /// Its client ends. `all`: it has noted all that was due, or an invariant is broken.
  void leave(bool all);

  // What a visit uses.
  ClientOptions options = {};
  Access access;
  /// Connects to that mount of the server. What opens, ends or fails is noted.
  Client& connect(const std::string& mount);
  /// The same to an address of its own.
  Client& connect_to(const std::string& url);
  Client& client() { return *client_; }
  /// A second client, of which nothing is noted.
  Client& another(const std::string& mount);
  /// A topic that is nobody else's.
  Topic topic(const std::string& kind = "hall", const Payload& params = {});
  std::string topic_name(const std::string& kind = "hall") const;
  /// Notes what is answered.
  std::function<void(const client::Answer&)> answers(const std::string& what);
  /// Notes each event of the topic.
  void listen(Topic topic);
  void note(std::string text);
  /// Its connection breaks.
  void cut() { machine_.network.cut(access); }
  void later(Millis wait, std::function<void()> what);
  /// Keeps something until it leaves.
  template <class Thing>
  Thing& keep(Thing thing) {
    const auto kept = std::make_shared<Thing>(std::move(thing));
    kept_.push_back(kept);
    return *kept;
  }

  /// A server of its own that keeps to no protocol: it answers the nth request, of all
  /// connections, with the nth of these texts, and ends the connection after one that ends in
  /// `{end}`. `{accept}` is what a handshake asks for.
  void serve(std::vector<std::string> answers);
  std::string address() const { return "fraud" + host_.name; }

 private:
  class Fraud;
  Machine& machine_;
  Oracle& oracle_;
  Host host_;
  const Visit& visit_;
  const std::string server_;
  std::vector<std::string> due_;
  bool leaves_ = false;
  std::unique_ptr<Fraud> fraud_;
  uv_loop_s loop_{host_, access};
  std::unique_ptr<Client> client_, second_;
  std::vector<std::shared_ptr<void>> kept_;
  std::vector<Agenda::Entry> waiting_;
};

}  // namespace phx::simulation
