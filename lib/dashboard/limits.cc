/// Which figure belongs to which option.

#include "dashboard/limits.h"

#include <algorithm>
#include <optional>

namespace phx::dashboard {
namespace {

using telemetry::Limit;

/// The most of a column over all processes.
std::uint64_t most(const ProcessTotals& totals, ProcessColumn column) {
  return totals.most[static_cast<std::size_t>(column)];
}

std::optional<std::uint64_t> measured(std::string_view option, const History& history,
                                      const ProcessTotals& totals, std::size_t sessions) {
  if (option == "max-connections") return history.latest().connections;
  if (option == "memory") return history.latest().memory;
  if (option == "max-longpoll-sessions") return sessions;
  if (option == "max-channels") return most(totals, ProcessColumn::children);
  if (option == "max-mailbox") return most(totals, ProcessColumn::mailbox);
  if (option == "max-mailbox-bytes") return most(totals, ProcessColumn::mailbox_bytes);
  if (option == "client-memory") {
    return most(totals, ProcessColumn::mailbox_bytes) + most(totals, ProcessColumn::unsent_bytes);
  }
  if (option == "outbox-limit") return most(totals, ProcessColumn::unsent_bytes);
  if (option == "long-turn") return most(totals, ProcessColumn::longest);
  return {};
}

std::optional<std::uint64_t> reached(std::string_view option, const History& history) {
  struct Counted {
    std::string_view option;
    Limit limit;
  };
  static constexpr std::array counted{
      Counted{"max-connections-per-address", Limit::address_connections},
      Counted{"max-head", Limit::request_head},
      Counted{"max-fields", Limit::request_head},
      Counted{"max-body", Limit::request_body},
      Counted{"request-patience", Limit::request_time},
      Counted{"max-frame-size", Limit::message_size},
      Counted{"message-rate", Limit::message_rate},
      Counted{"byte-rate", Limit::byte_rate},
      Counted{"message-patience", Limit::message_time},
      Counted{"write-patience", Limit::write_time},
      Counted{"client-memory", Limit::client_memory},
      Counted{"memory", Limit::memory},
      Counted{"max-channels", Limit::channels},
      Counted{"max-name-size", Limit::name_size},
      Counted{"max-longpoll-sessions", Limit::longpoll_sessions},
      Counted{"max-longpoll-sessions-per-address", Limit::longpoll_sessions},
      Counted{"max-waiting-frames", Limit::longpoll_frames},
      Counted{"max-waiting-bytes", Limit::longpoll_bytes},
      Counted{"farewell", Limit::farewell}};
  const auto found = std::find_if(counted.begin(), counted.end(),
                                  [&](const Counted& one) { return one.option == option; });
  if (found != counted.end()) return history.limits(found->limit);
  if (option == "max-connections") return history.faults(Fault::connection_refused);
  if (option == "max-mailbox" || option == "max-mailbox-bytes") {
    return history.faults(Fault::mailbox_overflow);
  }
  if (option == "outbox-limit") return history.faults(Fault::slow_consumer);
  if (option == "long-turn") return history.faults(Fault::long_turn);
  return {};
}

}  // namespace

Json limits_as_json(const std::vector<LimitRow>& rows, const History& history,
                    const ProcessTotals& totals, std::size_t longpoll_sessions) {
  Json list = Json::array();
  for (const LimitRow& row : rows) {
    // The memory's limit may be the machine's: 0 stands for that among the options.
    const bool of_machine = row.option == "memory" && row.value == 0;
    Json json = Json::object({{"option", row.option},
                              {"help", row.help},
                              {"unit", row.unit},
                              {"value", of_machine ? history.memory_limit() : row.value}});
    if (const auto now = measured(row.option, history, totals, longpoll_sessions)) {
      json.set("measured", *now);
    }
    if (const auto times = reached(row.option, history)) json.set("reached", *times);
    list.append(std::move(json));
  }
  return list;
}

}  // namespace phx::dashboard
