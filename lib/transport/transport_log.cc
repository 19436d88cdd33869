/// The two log lines of a request.

#include "transport/transport_log.h"

namespace phx::transport {

using std::chrono::steady_clock;

TransportLog::TransportLog(const Log& log, Level level, const http::Request& request)
    : log_(log),
      level_(level),
      method_(request.method),
      path_(request.path()),
      came_(steady_clock::now()) {
  log_.write(level_, "a request came", {{"method", method_}, {"path", path_}});
}

void TransportLog::answered(int status) const {
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - came_);
  log_.write(level_, "a request was answered",
             {{"method", method_},
              {"path", path_},
              {"status", std::to_string(status)},
              {"microseconds", std::to_string(took.count())}});
}

}  // namespace phx::transport
