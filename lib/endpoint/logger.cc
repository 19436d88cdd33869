/// The lines, one small function each.

#include "endpoint/logger.h"

#include "channel/events.h"
#include "socket/events.h"

namespace phx {
namespace {

using telemetry::on;

std::string microseconds(telemetry::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

/// Internal topics are not logged. Mirrors Phoenix.Logger's channel_log.
bool is_ours(const Socket& socket) { return socket.topic().starts_with("phoenix"); }

/// Writes to a log the parameters that a filter allows. Copied into each handler.
class Lines {
 public:
  Lines(const Log& log, const ParameterFilter& filter) : log_(log), filter_(filter) {}

  void connected(const SocketConnected& event) const {
    if (!log_.enabled(event.log)) return;
    const bool ok = event.result == serializer::Status::ok;
    log_.write(event.log, ok ? "CONNECTED" : "REFUSED CONNECTION",
               {{"path", event.path},
                {"transport", event.transport},
                {"vsn", event.vsn},
                {"us", microseconds(event.duration)},
                {"params", shown(event.params)}});
  }
  void drained(const SocketDrain& event) const {
    log_.write(event.log, "DRAINING",
               {{"path", event.path},
                {"connections", std::to_string(event.count)},
                {"of", std::to_string(event.total)},
                {"round", std::to_string(event.index)},
                {"rounds", std::to_string(event.rounds)},
                {"every_ms", std::to_string(event.interval.count())}});
  }
  void joined(const ChannelJoined& event) const {
    if (!log_.enabled(event.log) || is_ours(event.socket)) return;
    const bool ok = event.result == serializer::Status::ok;
    log_.write(event.log, ok ? "JOINED" : "REFUSED JOIN",
               {{"topic", event.socket.topic()},
                {"us", microseconds(event.duration)},
                {"params", shown(event.params)}});
  }
  void handled(const ChannelHandledIn& event) const {
    if (!log_.enabled(event.log) || is_ours(event.socket)) return;
    log_.write(event.log, "HANDLED",
               {{"event", event.event},
                {"topic", event.socket.topic()},
                {"us", microseconds(event.duration)},
                {"params", shown(event.params)}});
  }
  void failed(const telemetry::HandlerFailed& event) const {
    log_.error("a telemetry handler failed and was detached",
               {{"handler", event.handler_id}, {"event", event.event}, {"reason", event.reason}});
  }

 private:
  std::string shown(const Json& params) const { return filter_.filtered(params).dump(); }
  /// A larger payload is not parsed, which would take long. An unreadable one must not end the log.
  std::string shown(const Payload& params) const try {
    constexpr std::size_t worth_reading = 4'096;  // a field is cut after 500 bytes
    const bool read = !params.is_binary() && params.view().size() <= worth_reading;
    return read ? shown(params.json()) : size_of(params);
  } catch (const JsonError&) {
    return size_of(params);
  }
  static std::string size_of(const Payload& params) {
    return "(" + std::to_string(params.view().size()) + " bytes)";
  }

  Log log_;
  ParameterFilter filter_;
};

}  // namespace

Logger::Logger(telemetry::Telemetry& telemetry, const Log& log, const ParameterFilter& filter)
    : telemetry_(telemetry) {
  const Lines lines(log, filter);
  std::vector<telemetry::Handler> handlers{
      on<SocketConnected>([lines](const SocketConnected& event) { lines.connected(event); }),
      on<SocketDrain>([lines](const SocketDrain& event) { lines.drained(event); }),
      on<ChannelJoined>([lines](const ChannelJoined& event) { lines.joined(event); }),
      on<telemetry::HandlerFailed>(
          [lines](const telemetry::HandlerFailed& event) { lines.failed(event); })};
  // A handler costs each message some time, so it is attached only if the log takes its level.
  if (log.enabled(Level::info)) {
    handlers.push_back(
        on<ChannelHandledIn>([lines](const ChannelHandledIn& event) { lines.handled(event); }));
  }
  telemetry.attach(id, std::move(handlers));
}

}  // namespace phx
