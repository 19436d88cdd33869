#pragma once
/// \file
/// One open websocket: passes its client's messages to the transport process, and that process's
/// frames to the client.
///
/// Between a stream of bytes and the transport process. Shard thread only.

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "net/stream.h"
#include "net/timer.h"
#include "process/departures.h"
#include "process/scheduler.h"
#include "server/client.h"
#include "telemetry/limits.h"
#include "telemetry/shard_measured.h"
#include "transport/pipeline.h"
#include "transport/websocket_process.h"
#include "websocket/outbox.h"
#include "websocket/reader.h"

namespace phx::server {

class WebsocketConnection;

/// What a websocket needs from its shard.
class WebsocketHost {
 public:
  virtual ~WebsocketHost() = default;
  virtual net::Loop& loop() = 0;
  virtual process::Scheduler& scheduler() = 0;
  /// The connection has sent `messages` to its process, and has no more at hand. Processes may get
  /// their turns before this returns.
  virtual void mail_sent(std::size_t messages) = 0;
  /// Compresses for all the connections of the shard.
  virtual websocket::Deflater& deflater() = 0;
  /// The connection has bytes to write: flush() it at the end of this turn of the loop.
  virtual void dirty(WebsocketConnection& connection) = 0;
  /// The connection has inflated its share of this turn: let it resume_reading() with what it has
  /// not read.
  virtual void behind(WebsocketConnection& connection, std::string unread) = 0;
  /// A clean reader for messages of that size; what one connection gives back, another may get.
  virtual std::unique_ptr<websocket::Reader> take_reader(std::size_t max_message) = 0;
  virtual void give_back(std::unique_ptr<websocket::Reader> reader) = 0;
  /// Space where frames are joined for a write. Not preserved between writes.
  virtual std::string& writing_space() = 0;
  /// The limit in bytes of memory on what waits for one client.
  virtual std::size_t outbox_limit() const = 0;
  /// How long bytes may wait for a client; up to twice that, if they begin to wait in between.
  virtual Millis write_patience() const = 0;
  /// The time, cheaply: when this round of the loop began.
  virtual Clock::time_point now() const = 0;
  /// How long the client of a closing connection has to take the last bytes.
  virtual Millis farewell() const = 0;
  /// How long it then has to answer the close and to end its own side. What it sends meanwhile is
  /// discarded: a reset would destroy the close on its way to it.
  virtual Millis close_linger() const = 0;
  virtual const telemetry::Telemetry& telemetry() const = 0;
  /// A client went over one of its limits.
  virtual void limit_reached(const telemetry::LimitReached& reached, const std::string& peer) = 0;
  /// The stream has ended: the connection may be destroyed, once nothing of it is on the stack.
  virtual void finished(WebsocketConnection& connection) = 0;

  telemetry::Traffic traffic = {};  ///< Of all connections.
};

class WebsocketConnection final : public transport::Wire, public net::StreamUser {
 public:
  /// Answers the handshake; what follows on the stream is read from begin() on.
  WebsocketConnection(WebsocketHost& host, std::unique_ptr<net::Stream> stream, Client client,
                      const transport::Upgrade& upgrade);

  /// Sends the connection's messages to `process` from here on. `early` came with the request.
  void begin(process::Pid process, std::string_view early);

  // The transport process's requests.
  void send(serializer::FramePtr frame) override;
  void send_own(serializer::Draft& draft) override;
  void close(socket::CloseCode code) override;
  void answer_close(unsigned code) override;
  void pong(std::string payload) override;
  Millis quiet_for() const override { return stream_->quiet_for(); }
  const std::string& peer() const override { return stream_->peer().address; }
  std::size_t unsent_limit() const override { return host_.outbox_limit(); }
  std::size_t unsent() const override { return outbox_.held(); }

  // The stream's events.
  void received(std::string_view bytes) override;
  /// The connection may know that it has ended before the network does.
  void writable() override {
    if (!outbox_.empty()) schedule_flush();
  }
  void closed() override;

  /// The former Client::place. See Connections::finished.
  const std::shared_ptr<const void>& place() const { return place_; }
  std::uint64_t bytes_sent() const { return stream_->bytes_sent(); }

  /// Fetches into the cache what the next flush() touches.
  void prefetch() const {
    __builtin_prefetch(&stream_);
    __builtin_prefetch(&outbox_);
  }
  /// After prefetch(), fetches the stream's own memory.
  void prefetch_stream() const { __builtin_prefetch(stream_.get()); }

  /// How many bytes are written, to one connection and in all, before others get their turn.
  class Budget {
   public:
    static constexpr std::size_t per_connection = 262'144;
    explicit Budget(std::size_t bytes) : left_(bytes) {}
    bool spent() const { return left_ == 0; }
    void spend(std::size_t bytes) { left_ -= std::min(left_, bytes); }

   private:
    std::size_t left_;
  };
  /// Writes the waiting bytes, as many as the client takes and its share of the budget allows.
  /// True: flush it again, once others have had their turn.
  bool flush(Budget& budget);
  /// True: more bytes wait than its share of a flush, so others go first once the budget is spent.
  bool bulky() const { return outbox_.bytes() > Budget::per_connection; }
  /// Reads on, with the bytes that were passed to behind().
  void resume_reading(std::string_view unread);

  /// Bytes of memory that wait for the client, or for the rest of its message.
  std::size_t held() const { return outbox_.held() + (reader_ ? reader_->held() : 0); }
  process::Pid process() const { return process_; }
  /// It holds too much memory: ends the connection at once.
  void evict(const telemetry::LimitReached& reached);

 private:
  /// The time that the client has to take what waits for it.
  struct Drain {
    Drain(net::Loop& loop, std::function<void()> due) : timer(loop, std::move(due)) {}
    net::Timer timer;
    std::size_t must_go = 0;  ///< Bytes that waited when it began, and still do.
    bool farewell = false;    ///< The last bytes: the time limit is not restarted.
  };
  /// False: the rest is read in a later turn.
  bool read(std::string_view bytes);
  void take(serializer::Frame&& frame);
  void take(websocket::Ping ping);
  void take(websocket::Close close);
  void take(const websocket::Failure& failure);
  void refuse(socket::CloseCode code);
  void forward_close(unsigned code);
  void finish(std::optional<unsigned> code);
  void end();
  void sent();
  void schedule_flush();
  void drop_slow_reader();
  void limit_farewell();
  void limit_drain();
  void drain_is_due();
  Drain& drain();
  void limit_message(bool completed);
  void message_is_due();
  void slow_down(std::size_t bytes);
  void resume_unless_held_back();

  WebsocketHost& host_;
  const std::unique_ptr<net::Stream> stream_;
  const std::shared_ptr<const void> place_;  ///< See Client.
  process::Pid process_;
  std::unique_ptr<websocket::Reader> reader_;  ///< While it has something to remember.
  websocket::Outbox outbox_;
  const transport::Mount& mount_;
  socket::UsedUp messages_{};                ///< Of Mount::message_rate.
  socket::UsedUp bytes_{};                   ///< Of Mount::byte_rate.
  std::unique_ptr<Drain> drain_;             ///< While bytes wait for the client.
  std::unique_ptr<net::Timer> message_due_;  ///< While a message has begun and is not complete.
  std::unique_ptr<net::Timer> resume_;       ///< Once the client was too fast.
  process::Departures departures_;           ///< Traced frames that are not written.
  const signed char window_bits_;            ///< For compression; 0 if not negotiated.
  bool dirty_ = false;                       ///< On the shard's list for the end of this turn.
  bool behind_ = false;                      ///< Its input is read in a later turn.
  bool slowed_ = false;                      ///< It sends too fast, and is held back for a while.
  bool listening_ = true;                    ///< False once the client has closed, failed or gone.
  bool said_all_ = false;                    ///< The client's last bytes were its close.
  bool closing_ = false;                     ///< Nothing more is sent except the outbox's frames.
};

}  // namespace phx::server
