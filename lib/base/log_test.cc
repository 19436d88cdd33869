/// Logs that go to files and pipes: the line's form, and what is lost where nothing is taken.

#include "base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log_sink.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "phx-log-XXXXXX";
    expect(::mkdtemp(name.data()) != nullptr, "a folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string text_of(const std::filesystem::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The time that `zone`, as in TZ, gives to 2026-11-28 05:39:25.123 UTC.
std::string line_in(const char* zone, LogFormat format, std::chrono::seconds later) {
  const char* before = std::getenv("TZ");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("TZ", zone, 1);
  ::tzset();
  const std::chrono::system_clock::time_point at(Millis{1'795'844'365'123} + later);
  std::string line = finished_line(format, at, Level::warn, "\"msg\":\"hi\"");
  if (before != nullptr) {
    ::setenv("TZ", kept.c_str(), 1);
  } else {
    ::unsetenv("TZ");
  }
  ::tzset();
  return line;
}

const LogOptions unlimited{.lines_a_second = 0};

}  // namespace

PHX_TEST("a line begins with local time, to the millisecond, and its zone") {
  using std::chrono::seconds;
  expect_eq(line_in("UTC0", LogFormat::json, seconds{0}),
            R"({"time":"2026-11-28T05:39:25.123+00:00","level":"warn","msg":"hi"})"
            "\n");
  expect_eq(line_in("IST-5:30", LogFormat::json, seconds{1}),
            R"({"time":"2026-11-28T11:09:26.123+05:30","level":"warn","msg":"hi"})"
            "\n");
  expect_eq(line_in("NST3:30", LogFormat::logfmt, seconds{2}),
            "time=2026-11-28T02:09:27.123-03:30 level=warn \"msg\":\"hi\"\n");
}

PHX_TEST("only lines of the log's level and above are written") {
  const Folder folder;
  {
    const Log log = Log::to_file(folder / "log", Level::warn);
    expect(!log.enabled(Level::info) && log.enabled(Level::warn), "as asked for");
    expect(!log.enabled(Level::off), "off is not a level for a line");
    log.info("quiet");
    log.error("loud", {{"topic", "room:a"}});
  }
  const std::string text = text_of(folder / "log");
  expect(text.ends_with(" level=error msg=loud topic=room:a\n"), text);
  expect(text.find("quiet") == std::string::npos, text);
  expect(!Log::silent().enabled(Level::error), "a silent log writes nothing");
}

PHX_TEST("a log reopened by its name leaves the moved file, and loses no line") {
  const Folder folder;
  {
    const Log log = Log::to_file(folder / "log", Level::info);
    log.info("one");
    log.flush();
    std::filesystem::rename(folder / "log", folder / "log.1");
    log.info("two");
    log.flush();
    log.reopen();
    log.info("three");
  }
  const std::string old = text_of(folder / "log.1"), fresh = text_of(folder / "log");
  expect(old.find("msg=one") < old.find("msg=two"), old);
  expect(fresh.ends_with("msg=three\n") && fresh.find("two") == std::string::npos, fresh);
}

PHX_TEST("the last copy of a log closes its file") {
  const Folder folder;
  const std::filesystem::path pipe = folder / "pipe";
  expect(::mkfifo(pipe.c_str(), 0600) == 0, "a pipe");
  const int reading = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  {
    std::optional<Log> log = Log::to_file(pipe, Level::info);
    const Log copy = *log;
    log.reset();
    copy.info("one");
  }
  std::array<char, 1'000> text;
  expect(::read(reading, text.data(), text.size()) > 0, "the copy wrote");
  expect_eq(::read(reading, text.data(), text.size()), ssize_t{0});  // not EAGAIN: all are closed
  ::close(reading);
}

PHX_TEST("a log that can't be reopened goes on in its old file, and says so") {
  const Folder folder;
  std::filesystem::create_directory(folder / "logs");
  {
    const Log log = Log::to_file(folder / "logs/log", Level::info);
    std::filesystem::rename(folder / "logs", folder / "moved");
    log.reopen();
    log.info("after");
  }
  const std::string text = text_of(folder / "moved/log");
  expect(text.find("level=error msg=\"the log goes on in its old file\"") != std::string::npos,
         text);
  expect(text.ends_with("msg=after\n"), text);
}

/// Lines that came whole, and those that other lines count as lost.
std::size_t accounted_for(const std::string& text) {
  std::size_t count = 0;
  std::istringstream whole(text.substr(0, text.rfind('\n') + 1));
  for (std::string line; std::getline(whole, line);) {
    const std::size_t lost = line.find("\"lines\":\"");
    count += lost == std::string::npos ? 1 : std::stoul(line.substr(lost + 9));
  }
  return count;
}

PHX_TEST("logging never blocks: lines that nobody takes are dropped, and one line counts them") {
  constexpr std::size_t lines = 4'000;  // a kilobyte each: more than a pipe and the queue hold
  const Folder folder;
  const std::filesystem::path pipe = folder / "pipe";
  expect(::mkfifo(pipe.c_str(), 0600) == 0, "a pipe");
  const int reading = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::string text;
  {
    const Log log = Log::to_file(pipe, Level::info, LogFormat::json, unlimited);
    for (std::size_t i = 0; i < lines; ++i) {
      log.info("kept", {{"filling", std::string(450, 'x')}, {"more", std::string(450, 'y')}});
    }
    // The reader is late: each line comes, or is counted by one that says how many were lost.
    std::array<char, 65'536> part;
    while (accounted_for(text) < lines) {
      pollfd more{reading, POLLIN, 0};
      expect(::poll(&more, 1, 10'000) == 1, "more comes");
      const ssize_t size = ::read(reading, part.data(), part.size());
      expect(size > 0, "the log is open");
      text.append(part.data(), static_cast<std::size_t>(size));
    }
  }
  ::close(reading);
  expect_eq(accounted_for(text), lines);
  expect(text.find("\"msg\":\"log lines were lost because ") != std::string::npos,
         "and it says why");
}

PHX_TEST("a reader that throws loses its line, and neither the next one nor its caller") {
  bool full = true;
  std::vector<std::string> kept;
  const Log log = Log::to(Level::info, [&](Level, const std::string& line) {
    if (std::exchange(full, false)) throw std::runtime_error("no space left on device");
    kept.push_back(line);
  });
  log.error("a process crashed");
  log.info("it goes on");
  expect_eq(kept.size(), 1u);
  expect_eq(kept.front(), std::string("it goes on"));
}
