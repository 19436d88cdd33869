/// The proxy around the recorder.

#include "traces/phx-trace/record.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "conformance/proxy/proxy.h"
#include "conformance/proxy/upstream.h"
#include "traces/phx-trace/recorder.h"
#include "traces/phx-trace/redact.h"

namespace phx::trace {
namespace {

using conformance::Url;

Url server_of(const RecordOptions& options) {
  const auto url = conformance::parse_url(options.url);
  if (!url) {
    throw std::invalid_argument(
        fmt::format("--url: expected ws://host:port, got \"{}\"", options.url));
  }
  if (url->secure) {
    throw std::invalid_argument(
        "--url: a proxy can't record TLS: export from the browser, and import");
  }
  return *url;
}

Seconds wall_clock() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

void write(const RecordOptions& options, const Recorder& recorder) {
  Trace trace = recorder.trace();
  trace.comment = options.comment;
  Value file = write_har(trace);
  const std::size_t secrets = options.keep_secrets ? 0 : redact(file);
  std::ofstream out(options.output, std::ios::binary | std::ios::trunc);
  if (!(out << file.pretty()) || !out.flush()) {
    throw std::runtime_error(options.output + " can't be written");
  }
  fmt::print("{}: {} requests; {}\n", options.output, recorder.entries(),
             options.keep_secrets ? "with its secrets: don't share it"
                                  : fmt::format("{} {} redacted", counted(secrets, "secret"),
                                                secrets == 1 ? "is" : "are"));
}

}  // namespace

int record(const RecordOptions& options) {
  const Url url = server_of(options);
  Recorder recorder(&wall_clock);
  bool stopped = false;
  conformance::Upstream server{.connect = [&url] { return conformance::connect_to(url); },
                               .ended = [&stopped] { return stopped; },
                               .terminate =
                                   [&stopped, &recorder] {
                                     stopped = true;
                                     recorder.cut();
                                   }};
  {
    conformance::Proxy proxy(recorder.tamper(), std::move(server), options.listen);
    fmt::print("recording {} at ws://127.0.0.1:{}{}: Ctrl-C ends it\n", url.text(), options.listen,
               url.path);
    std::fflush(stdout);
    proxy.run();
  }
  write(options, recorder);
  return 0;
}

}  // namespace phx::trace
