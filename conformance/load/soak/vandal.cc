/// \file
/// A client that sends invalid data.
#include "conformance/load/soak/vandal.h"

#include <fmt/format.h>

#include <utility>

#include "conformance/load/client/websocket.h"

namespace phx::soak {
namespace {

using bench::Opcode;
using std::chrono::seconds;

constexpr seconds servers_patience{15};
constexpr seconds own_patience{1};

/// One way to misbehave. `bytes` are sent after a valid upgrade, or in its place.
struct Mischief {
  const char* what;
  bool upgrades;
  bool must_end;
  std::string (*bytes)(Random&);
};

std::string framed(Opcode opcode, std::string_view payload) {
  std::string bytes;
  bench::append_frame(bytes, opcode, payload);
  return bytes;
}

std::string noise(Random& random) {
  std::string bytes(1 + random() % 2'000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

const Mischief mischiefs[] = {
    {"bytes that are not HTTP", false, false, noise},
    {"half a request", false, false, [](Random&) { return std::string("GET /socket/webs"); }},
    {"an invalid request", false, true, [](Random&) { return std::string("PLEASE\r\n\r\n"); }},
    {"text that is not JSON", true, true, [](Random&) { return framed(Opcode::text, "hello"); }},
    {"JSON that is not a message", true, true, [](Random&) { return framed(Opcode::text, "{}"); }},
    {"text that is not UTF-8", true, true,
     [](Random&) { return framed(Opcode::text, "[\"\xff\xfe\"]"); }},
    {"bytes that are not a message", true, true,
     [](Random& random) { return framed(Opcode::binary, "\xff" + noise(random)); }},
    {"a frame without end", true, false,
     [](Random&) {
       return std::string("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x01\x02\x03\x04", 14);
     }},
    {"an invalid opcode", true, true, [](Random&) { return framed(static_cast<Opcode>(5), "x"); }},
    {"noise after the upgrade", true, false, noise},
    {"half a frame", true, false,
     [](Random&) {
       return framed(Opcode::text, R"([null,"1","phoenix","heartbeat",{}])").substr(0, 9);
     }},
    {"a join, and then nothing", true, false,
     [](Random&) {
       return framed(Opcode::text, R"(["1","1","conformance:soak-vandal","phx_join",{}])");
     }},
};

}  // namespace

Vandal::Vandal(World& world)
    : world_(world),
      target_(world.nodes[world.any(world.nodes.size())]),
      tcp_(world.loop, target_,
           {[this](std::string_view bytes) { return heard(bytes); },
            [this](const std::string&) { ended_ = true; }}) {
  const Mischief& mischief = mischiefs[world.any(std::size(mischiefs))];
  what_ = mischief.what;
  must_end_ = mischief.must_end;
  deadline_ = bench::Clock::now() + (must_end_ ? servers_patience : own_patience);
  rubbish_ = mischief.bytes(world.random);
  ++world_.tally.rubbish;
  if (mischief.upgrades) {
    tcp_.send(bench::upgrade_request(target_.host, target_.port, target_.websocket_path()));
  } else {
    tcp_.send(std::exchange(rubbish_, {}));
  }
}

std::size_t Vandal::heard(std::string_view bytes) {
  if (!rubbish_.empty() && bytes.find("\r\n\r\n") != bytes.npos) {
    tcp_.send(std::exchange(rubbish_, {}));
  }
  return bytes.size();
}

bool Vandal::over(Instant now) {
  if (ended_) return true;
  if (now < deadline_) return false;
  if (must_end_) {
    world_.findings.add(Wrong::missing,
                        fmt::format("{} came, and the connection was not ended for {} s", what_,
                                    servers_patience.count()));
  }
  tcp_.reset();
  return true;
}

}  // namespace phx::soak
