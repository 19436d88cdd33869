#pragma once
/// \file
/// One connection: two ends, and between them bytes on their way.
///
///     connecting → open → finishing → ended
///
/// An end behaves as net/lws_stream.cc does on the server's side, and as net/dialed_stream.cc on
/// the client's; for what a simulation can see the two are alike.

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "conformance/simulation/machine/network.h"

namespace phx::simulation {

class WireStream;

/// Neither copied nor moved.
class Wire : public std::enable_shared_from_this<Wire> {
 public:
  enum End : std::size_t { client, server };

  Wire(Network& network, int number, const Access& access, std::string to, Random random,
       Traffic& traffic);
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  int number() const { return number_; }
  const Access& access() const { return access_; }
  const std::string& to() const { return to_; }

 private:
  friend class Network;
  friend class WireStream;

  enum class Stage : unsigned char { connecting, open, finishing, ended };
  /// Bytes that come to one end.
  struct Way {
    struct Piece {
      Clock::time_point arrives;
      std::string bytes;
    };
    std::deque<Piece> pieces = {};
    std::size_t waiting = 0;  ///< Bytes of all pieces; at most Access::window.
    std::optional<Clock::time_point> end_arrives = {};
    Clock::time_point latest = {};  ///< Nothing overtakes what was sent before.
    Clock::time_point taken = {};   ///< When the last byte that was read arrived.
    bool writer_waits = false;      ///< For room.
  };
  struct Side {
    Host* host = nullptr;
    WireStream* socket = nullptr;
    net::StreamUser* user = nullptr;
    Stage stage = Stage::connecting;
    bool paused = false;
    Way in = {};
    std::string failure = {};
    std::optional<Agenda::Entry> delivery = {}, room = {}, reset = {}, linger = {}, told = {};
  };

  // For its sockets.
  std::size_t write(End end, std::string_view bytes);
  void set_paused(End end, bool paused);
  void finish(End end, Millis linger);
  /// Ends this end, and notifies its user.
  void close(End end, const std::string& why);
  /// The same for a stream that is destroyed.
  void release(End end);
  Millis quiet_for(End end) const;

  // For its network.
  void connect(Host& host, Millis patience);
  void arrive(const Network::Port* port);
  void refuse(const std::string& why);
  void adopted(Host& host, WireStream& socket);
  void be_reset(End end);
  void go_on();

  bool carries() const { return !broken_ && !access_.silent; }
  bool can_deliver(End end) const;
  void plan_delivery(End end);
  void deliver(End end);
  std::string take_arrived(End end);
  void make_room(End end);
  void writable(End end);
  void send_end(End from);
  Clock::time_point arrival(Way& way);
  /// How long what is sent now takes.
  Micros delay();
  static End other(End end) { return end == client ? server : client; }
  void tell_end(End end);
  void forget_if_over();
  Agenda& agenda() const { return network_.agenda_; }

  Network& network_;
  const int number_;
  const Access& access_;
  Traffic& traffic_;  ///< Of this access.
  const std::string to_;
  Random random_;
  std::array<Side, 2> sides_;
  bool broken_ = false;  ///< For ever: nothing gets through, and neither end is notified.
};

/// One end as its user sees it.
class WireStream final : public net::DialedStream {
 public:
  WireStream(std::shared_ptr<Wire> wire, Wire::End end, net::Peer peer)
      : wire_(std::move(wire)), end_(end), peer_(std::move(peer)) {}
  ~WireStream() override { wire_->release(end_); }

  void set_user(net::StreamUser& user) override;
  std::size_t write(std::string_view bytes) override { return wire_->write(end_, bytes); }
  void pause() override { wire_->set_paused(end_, true); }
  void resume() override { wire_->set_paused(end_, false); }
  void finish(Millis linger) override { wire_->finish(end_, linger); }
  void drop() override { wire_->close(end_, "dropped"); }
  Millis quiet_for() const override { return wire_->quiet_for(end_); }
  const net::Peer& peer() const override { return peer_; }
  const std::string& failure() const override { return wire_->sides_[end_].failure; }

 private:
  const std::shared_ptr<Wire> wire_;
  const Wire::End end_;
  const net::Peer peer_;
};

}  // namespace phx::simulation
