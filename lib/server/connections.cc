/// Upgrades connections from HTTP to websocket, and writes at the end of a turn.

#include "server/connections.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "telemetry/faults.h"

namespace phx::server {
namespace {

constexpr std::size_t read_on_at_once = 8;  // with a quarter of a megabyte each

}  // namespace

Connections::Connections(const Endpoint& endpoint, net::Loop& loop, process::Scheduler& scheduler,
                         pubsub::PubSub& pubsub, const ConnectionLimits& limits)
    : endpoint_(endpoint),
      loop_(loop),
      scheduler_(scheduler),
      context_{&scheduler, &pubsub, &endpoint.telemetry()},
      limits_(limits) {}

// --- Arrival ------------------------------------------------------------------------------------

void Connections::adopt(int socket, Client client, const net::Certificate* certificate) {
  if (closed_ || !has_room(client.peer.address)) return static_cast<void>(::close(socket));
  auto stream = loop_.adopt(socket, client.peer, certificate);
  if (!stream) {
    scheduler_.log().warn("a connection can't be watched and is closed",
                          {{"descriptor", std::to_string(socket)}, {"peer", client.peer.address}});
    return;
  }
  client.peer = stream->peer();
  welcome(std::move(stream), std::move(client));
}

void Connections::welcome(std::unique_ptr<net::Stream> stream, Client client) {
  auto connection =
      std::make_unique<HttpConnection>(*this, std::move(stream), std::move(client), ++welcomed_);
  if (stopping_) connection->answer_and_close();
  http_.emplace(connection->number(), std::move(connection));
}

bool Connections::admit(Client& client) {
  return limits_.addresses == nullptr ||
         server::admit(*limits_.addresses, client, telemetry(), scheduler_.log());
}

bool Connections::has_room(const std::string& peer) {
  if (size() < limits_.max_connections) {
    full_ = false;
    return true;
  }
  if (!std::exchange(full_, true)) {
    scheduler_.log().warn("connection limit reached: new connections are closed",
                          {{"connections", std::to_string(size())}, {"peer", peer}});
  }
  telemetry().execute(telemetry::ConnectionRefused{size(), peer});
  return false;
}

//! [become_websocket]
void Connections::become_websocket(std::unique_ptr<net::Stream> stream, transport::Upgrade upgrade,
                                   Client client, std::string_view early) {
  process::hop("upgrade", upgrade.mount->path);
  auto connection =
      std::make_shared<WebsocketConnection>(*this, std::move(stream), std::move(client), upgrade);
  const process::Pid pid = scheduler_.spawn(std::make_unique<transport::WebsocketProcess>(
      *upgrade.mount->socket, std::move(upgrade.socket), connection, upgrade.timeout));
  websockets_.emplace(pid, connection);
  if (endpoint_.is_admin(*upgrade.mount)) of_admin_.insert(pid);
  connection->begin(pid, early);
}
//! [become_websocket]

std::unique_ptr<websocket::Reader> Connections::take_reader(std::size_t max_message) {
  if (spare_reader_ && spare_reader_->max_message() == max_message) {
    return std::move(spare_reader_);
  }
  return std::make_unique<websocket::Reader>(
      websocket::Reader::Options{.max_message = max_message});
}

/// Handles a burst from many clients in parts: messages just read are still in the cache, and less
/// memory is needed at once. If frames wait only for as many clients as have just been read, they
/// are answers, and are written now: they are in the cache, too. A broadcast waits for the end of
/// the turn, when one write takes all that have come for a client.
void Connections::mail_sent(std::size_t messages) {
  constexpr std::size_t a_part = 16;
  traffic.messages_in += messages;
  unread_ += messages;
  ++unread_clients_;
  if (unread_ < a_part || spent_) return;
  spent_ = scheduler_.run(Clock::now());
  if (dirty_.size() <= unread_clients_) write_dirty();
  unread_ = 0;
  unread_clients_ = 0;
}

// --- Writing ------------------------------------------------------------------------------------

bool Connections::flush() {
  write_dirty();
  write_on();
  budget_ = WebsocketConnection::Budget(written_at_once);
  const bool mail = !behind_.empty();  // sent by read_on, to be handled in another turn
  read_on();
  unread_ = 0;
  unread_clients_ = 0;
  spent_ = false;
  deflater_.forget();
  ended_http_.clear();
  ended_websockets_.clear();
  return mail || !bulky_.empty();
}

/// In a fan-out little of each connection is in the cache, so the next ones are prefetched while
/// the kernel works. A flush may find its connection broken, but never makes another dirty.
void Connections::write_dirty() {
  constexpr std::size_t near = 4;
  constexpr std::size_t nearer = 2;
  for (std::size_t i = 0; i < dirty_.size(); ++i) {
    if (i + near < dirty_.size()) dirty_[i + near]->prefetch();
    if (i + nearer < dirty_.size()) dirty_[i + nearer]->prefetch_stream();
    const bool gives_way = budget_.spent() && dirty_[i]->bulky();
    if (gives_way || dirty_[i]->flush(budget_))
      bulky_.push_back(websockets_.at(dirty_[i]->process()));
  }
  dirty_.clear();
}

/// Connections with much to write take turns with the budget that the others have left.
void Connections::write_on() {
  for (std::size_t left = bulky_.size(); left > 0 && !budget_.spent(); --left) {
    const auto connection = std::move(bulky_.front());
    bulky_.pop_front();
    if (connection->flush(budget_)) bulky_.push_back(connection);
  }
}

/// Reads on for a few connections that had more to inflate than their share.
void Connections::read_on() {
  for (std::size_t left = std::min(behind_.size(), read_on_at_once); left > 0; --left) {
    const auto [connection, unread] = std::move(behind_.front());
    behind_.pop_front();
    connection->resume_reading(unread);
  }
}

// --- Memory by client ----------------------------------------------------------------------------

/// Mail counts for the client of the process that it waits for: a websocket's or a long-poll
/// session's.
std::vector<Connections::Holder> Connections::holders() {
  std::vector<Holder> all;
  auto mail = scheduler_.bytes_by_client();
  for (const auto& [pid, websocket] : websockets_) {
    std::size_t bytes = websocket->held();
    const auto found = mail.find(pid);
    if (found != mail.end()) bytes += std::exchange(found->second, 0);
    all.push_back(
        {bytes, [websocket = websocket](const auto& reached) { websocket->evict(reached); }});
  }
  for (const auto& [number, connection] : http_) {
    all.push_back({connection->held(),
                   [connection = connection.get()](const auto&) { connection->evict(); }});
  }
  for (const auto& [session, bytes] : mail) {
    if (bytes == 0) continue;
    all.push_back({bytes, [this, session = session](const telemetry::LimitReached& reached) {
                     telemetry::report_limit(telemetry(), scheduler_.log(), reached);
                     scheduler_.exit(session, {process::ExitReason::shutdown, "too much memory"});
                   }});
  }
  return all;
}

Connections::Holder Connections::largest_holder() {
  const auto all = holders();
  const auto largest = std::max_element(
      all.begin(), all.end(), [](const Holder& a, const Holder& b) { return a.bytes < b.bytes; });
  return largest == all.end() ? Holder{} : *largest;
}

void Connections::limit_clients() {
  for (const Holder& holder : holders()) {
    if (holder.bytes <= limits_.client_memory) continue;
    holder.evict({telemetry::Limit::client_memory, limits_.client_memory});
  }
}

// --- The end ------------------------------------------------------------------------------------

void Connections::finished(HttpConnection& connection) {
  const auto found = http_.find(connection.number());
  if (found == http_.end()) return;
  ended_http_.push_back(std::move(found->second));
  http_.erase(found);
}

void Connections::finished(WebsocketConnection& connection) {
  const auto found = websockets_.find(connection.process());
  if (found == websockets_.end()) return;
  if (limits_.access_log) {  // set by HttpConnection
    write_access(*limits_.access_log, *static_cast<const AccessEntry*>(connection.place().get()),
                 connection.bytes_sent());
  }
  ended_websockets_.push_back(std::move(found->second));
  websockets_.erase(found);
  of_admin_.erase(connection.process());
}

void Connections::stop() {
  stopping_ = true;
  for (HttpConnection* connection : of_http()) connection->answer_and_close();
}

bool Connections::awaits_newcomers() const {
  return std::any_of(http_.begin(), http_.end(),
                     [](const auto& entry) { return entry.second->newcomer(); });
}

void Connections::refuse_newcomers() {
  closed_ = true;
  for (HttpConnection* connection : of_http()) {
    if (connection->newcomer()) connection->close_if_idle();
  }
}

/// A copy, because some connections end at once.
std::vector<HttpConnection*> Connections::of_http() const {
  std::vector<HttpConnection*> all;
  for (const auto& [number, connection] : http_) all.push_back(connection.get());
  return all;
}

void Connections::clear() {
  http_.clear();
  ended_http_.clear();
  dirty_.clear();
  bulky_.clear();
  behind_.clear();
  websockets_.clear();
  of_admin_.clear();
  ended_websockets_.clear();
}

}  // namespace phx::server
