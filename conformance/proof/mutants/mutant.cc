/// The list of mutants, and the usual ways to break a server.

#include "conformance/proof/mutants/mutant.h"

#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "conformance/proxy/link.h"

namespace phx::conformance {
namespace {

std::vector<Mutant>& registered() {
  static std::vector<Mutant> mutants;
  return mutants;
}

std::vector<std::string> words(const char* text) {
  std::istringstream in(text);
  std::vector<std::string> found;
  for (std::string word; in >> word;) found.push_back(word);
  return found;
}

Tamper::OnMessage changing(Which which, void (*change)(Message&)) {
  return [which, change](Link&, Message message) {
    if (which(message)) change(message);
    return std::vector<Message>{std::move(message)};
  };
}

Tamper::OnMessage losing(Which which) {
  return [which](Link&, Message message) {
    return which(message) ? std::vector<Message>{} : std::vector<Message>{std::move(message)};
  };
}

}  // namespace

MutantRegistration::MutantRegistration(const char* name, const char* breaks, const char* rules,
                                       Tamper (*tamper)(), const char* release) {
  registered().push_back({name, breaks, words(rules), tamper, release});
}

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> mutants = registered();
  const auto by_name = [](const Mutant& a, const Mutant& b) { return a.name < b.name; };
  std::sort(mutants.begin(), mutants.end(), by_name);
  const auto twin =
      std::adjacent_find(mutants.begin(), mutants.end(),
                         [](const Mutant& a, const Mutant& b) { return a.name == b.name; });
  if (twin != mutants.end()) throw std::logic_error("two mutants are called " + twin->name);
  return mutants;
}

const Mutant& mutant_named(const std::vector<Mutant>& mutants, const std::string& name) {
  const auto found = std::find_if(mutants.begin(), mutants.end(),
                                  [&](const Mutant& mutant) { return mutant.name == name; });
  if (found == mutants.end()) {
    throw std::invalid_argument("expected the name of a mutant (--list shows them), got \"" + name +
                                "\"");
  }
  return *found;
}

// --- Kinds of messages --------------------------------------------------------------------------

bool every(const Message&) { return true; }
bool reply(const Message& m) { return m.is_reply() && !m.is_heartbeat(); }
bool join_reply(const Message& m) { return m.is_join_reply() && !m.is_heartbeat(); }
bool push(const Message& m) { return m.is_push() && m.join_ref != "null"; }
bool broadcast(const Message& m) { return m.is_push() && m.join_ref == "null"; }
bool closing(const Message& m) { return m.event == "phx_close"; }
bool erring(const Message& m) { return m.event == "phx_error"; }
bool heartbeat(const Message& m) { return m.is_heartbeat(); }

// --- Ways ---------------------------------------------------------------------------------------

Tamper on_way_down(Which which, void (*change)(Message&)) {
  return {.down = changing(which, change)};
}

Tamper on_way_up(Which which, void (*change)(Message&)) { return {.up = changing(which, change)}; }

Tamper lost_on_way_down(Which which) { return {.down = losing(which)}; }

Tamper lost_on_way_up(Which which) { return {.up = losing(which)}; }

Tamper twice_on_way_down(Which which) {
  return {.down = [which](Link&, Message message) {
    if (!which(message)) return std::vector<Message>{std::move(message)};
    return std::vector<Message>{message, message};
  }};
}

Tamper late_on_way_down(Which which) {
  return {.down = overtaken([which](Link&, const Message& message) { return which(message); })};
}

Tamper::OnMessage overtaken(std::function<bool(Link&, const Message&)> which) {
  const auto held = std::make_shared<std::map<int, std::vector<Message>>>();
  return [which = std::move(which), held](Link& link, Message message) {
    std::vector<Message>& waiting = (*held)[link.number()];
    if (waiting.empty() && which(link, message)) {
      waiting.push_back(std::move(message));
      return std::vector<Message>{};
    }
    std::vector<Message> together{std::move(message)};
    for (Message& late : waiting) together.push_back(std::move(late));
    waiting.clear();
    return together;
  };
}

Tamper on_response(const char* path, void (*change)(const Request&, Response&)) {
  return {.response = [path, change](Link&, const Request& request, Response& response) {
    if (request.target.find(path) != std::string::npos) change(request, response);
  }};
}

Tamper on_request(const char* path, void (*change)(Request&)) {
  return {.request = [path, change](Link&, Request& request) {
    if (request.target.find(path) != std::string::npos) change(request);
    return std::optional<Response>{};
  }};
}

Tamper on_frame_down(Opcode opcode, void (*change)(Frame&)) {
  return {.down_frame = [opcode, change](Link&, Frame frame) {
    if (frame.opcode == opcode) change(frame);
    return std::vector<Frame>{std::move(frame)};
  }};
}

}  // namespace phx::conformance
