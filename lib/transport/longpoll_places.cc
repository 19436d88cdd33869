/// Counts the sessions by address, and lists the newcomers from the oldest to the youngest.

#include "transport/longpoll_places.h"

#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "base/network.h"

namespace phx::transport {
namespace {

using Line = std::list<LongpollPlaces::Session*>;

struct Address {
  std::size_t living = 0;
  Line newcomers = {};
  std::map<std::uint16_t, Line> connections = {};  ///< Of those, by the connection.
};
/// Ordered, as a client chooses what is looked up: see network_of.
using Addresses = std::map<std::string, Address>;

}  // namespace

struct LongpollPlaces::Session {
  Session(std::shared_ptr<Table> in, Addresses::iterator of, std::uint16_t from)
      : table(std::move(in)), address(of), network(of->first), port(from) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const std::shared_ptr<Table> table;
  const Addresses::iterator address;
  const std::string network;  ///< The address's key, which may be gone once it is not counted.
  const std::uint16_t port;
  process::Pid pid = {};
  bool counted = true;  ///< Until it gives up its place, or ends.
  bool newcomer = false;
  Line::iterator in_all = {}, in_address = {}, in_connection = {};
};

struct LongpollPlaces::Table {
  mutable std::mutex mutex;
  Addresses addresses;  // that have a session
  std::map<process::Pid, Session*> sessions;
  Line newcomers;
  std::size_t living = 0;

  void come(Session& session) {
    Address& address = session.address->second;
    Line& connection = address.connections[session.port];
    session.newcomer = true;
    session.in_all = newcomers.insert(newcomers.end(), &session);
    session.in_address = address.newcomers.insert(address.newcomers.end(), &session);
    session.in_connection = connection.insert(connection.end(), &session);
  }

  void no_newcomer(Session& session) {
    if (!std::exchange(session.newcomer, false)) return;
    Address& address = session.address->second;
    const auto connection = address.connections.find(session.port);
    newcomers.erase(session.in_all);
    address.newcomers.erase(session.in_address);
    connection->second.erase(session.in_connection);
    if (connection->second.empty()) address.connections.erase(connection);
  }

  void leave(Session& session) {
    if (!std::exchange(session.counted, false)) return;
    no_newcomer(session);
    --living;
    if (session.pid) sessions.erase(session.pid);
    if (--session.address->second.living == 0) addresses.erase(session.address);
  }

  /// The oldest newcomer of that connection, of that address, or of all, where the limit is
  /// reached. False: all the places are in use.
  bool make_room(const LongpollLimits& limits, const Address& address, std::uint16_t port,
                 Admission& admission) {
    const auto connection = address.connections.find(port);
    const bool connection_full = port != 0 && connection != address.connections.end() &&
                                 connection->second.size() >= limits.newcomers;
    const bool address_full = limits.an_address > 0 && address.living >= limits.an_address;
    if (!connection_full && !address_full && living < limits.all) return true;
    admission.limit = address_full ? limits.an_address : limits.all;
    const Line& line = connection_full ? connection->second
                       : address_full  ? address.newcomers
                                       : newcomers;
    if (line.empty()) return false;
    Session& oldest = *line.front();
    admission.leave.push_back(oldest.pid);
    leave(oldest);
    return true;
  }
};

LongpollPlaces::Session::~Session() {
  const std::lock_guard lock(table->mutex);
  table->leave(*this);
}

LongpollPlaces::LongpollPlaces(LongpollLimits limits)
    : limits_(limits), table_(std::make_shared<Table>()) {}

LongpollPlaces::Admission LongpollPlaces::admit(const std::string& address, std::uint16_t port) {
  const std::lock_guard lock(table_->mutex);
  Admission admission;
  const std::string network = phx::network_of(address);
  {
    static const Address nobody;
    const auto known = table_->addresses.find(network);
    const Address& there = known == table_->addresses.end() ? nobody : known->second;
    if (!table_->make_room(limits_, there, port, admission)) return admission;
  }
  const auto at = table_->addresses.try_emplace(network).first;
  ++at->second.living;
  ++table_->living;
  admission.place = std::make_shared<Session>(table_, at, port);
  return admission;
}

void LongpollPlaces::begun(const Place& place, process::Pid pid) {
  const std::lock_guard lock(table_->mutex);
  if (!place->counted) return;
  place->pid = pid;
  table_->sessions[pid] = place.get();
  table_->come(*place);
}

void LongpollPlaces::used(process::Pid pid) {
  const std::lock_guard lock(table_->mutex);
  const auto found = table_->sessions.find(pid);
  if (found != table_->sessions.end()) table_->no_newcomer(*found->second);
}

std::string LongpollPlaces::network_of(const Place& place) {
  return place ? place->network : std::string();
}

std::size_t LongpollPlaces::living() const {
  const std::lock_guard lock(table_->mutex);
  return table_->living;
}

}  // namespace phx::transport
