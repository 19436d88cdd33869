/// Log lines to a descriptor that takes them, takes them late, or never does.

#include "base/line_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <sstream>
#include <vector>

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

constexpr Millis at_once{0};

/// The test decides when the reader reads.
class Pipe {
 public:
  Pipe() { expect(::pipe2(ends_.data(), O_CLOEXEC) == 0, "a pipe"); }
  ~Pipe() {
    for (const int end : ends_) ::close(end);
  }
  int writing_end() const { return ends_[1]; }
  /// Reads until the text ends in `end`.
  std::string read_until(const std::string& end) const {
    std::string text;
    std::array<char, 65'536> part;
    while (!text.ends_with(end)) {
      const ssize_t size = ::read(ends_[0], part.data(), part.size());
      expect(size > 0, "more comes");
      text.append(part.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

std::string report_loss(std::size_t lost) { return "lost " + std::to_string(lost) + "\n"; }

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

const std::string kilobyte = std::string(1'023, 'x') + "\n";
/// A kilobyte each: the pipe holds 64 of them, the thread one full queue, and the queue another.
constexpr std::size_t more_than_all_keep = 4'000;

}  // namespace

PHX_TEST("lines arrive in order, and flush() waits for them") {
  const Pipe pipe;
  LineWriter writer(pipe.writing_end(), report_loss);
  writer.write("one\n");
  writer.write("two\nthree\n");
  expect(writer.flush(), "written");
  expect_eq(pipe.read_until("three\n"), std::string("one\ntwo\nthree\n"));
}

PHX_TEST("a pipe that nobody reads blocks no caller; lost lines are counted and reported") {
  const Pipe pipe;
  LineWriter writer(pipe.writing_end(), report_loss);
  for (std::size_t i = 0; i < more_than_all_keep; ++i) writer.write(kilobyte);
  expect(!writer.flush(at_once), "it hangs");
  // The reader starts: it gets all kept lines, and after later ones the number lost.
  std::size_t kept = 0, lost = 0;
  while (kept + lost < more_than_all_keep) {
    writer.write(kilobyte.substr(1));
    for (const std::string& line : lines_of(pipe.read_until("\n"))) {
      if (line.starts_with("lost ")) lost += std::stoul(line.substr(5));
      if (line.size() == kilobyte.size() - 1) ++kept;
    }
  }
  expect(kept >= LineWriter::max_bytes / kilobyte.size(), "a queue full is kept");
  expect(lost > 0, "the others are counted");
}

PHX_TEST("if nobody reads, the destructor breaks off the write, and the thread ends") {
  const Pipe pipe;
  const auto held = std::make_shared<int>();
  const auto began = Clock::now();
  {
    LineWriter writer(pipe.writing_end(), [held](std::size_t lost) { return report_loss(lost); });
    for (std::size_t i = 0; i < more_than_all_keep; ++i) writer.write(kilobyte);
  }
  expect(Clock::now() - began < Millis{5'000}, "after a second");
  expect_eq(held.use_count(), 1);
}

PHX_TEST("a full disk or a closed pipe loses lines, and the next lines try again") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  std::size_t lost = 0;
  {
    LineWriter writer(full, [&](std::size_t count) {
      lost = count;
      return report_loss(count);
    });
    writer.write("one\ntwo\n");
    expect(writer.flush(), "given up");
    writer.write("three\n");
    expect(writer.flush(), "given up, too");
    expect_eq(lost, 2u);
    writer.write("four\n");
    expect(writer.flush(), "and so on");
    expect_eq(lost, 3u);
  }
  ::close(full);
}

PHX_TEST("a non-blocking descriptor is waited for too") {
  const Pipe pipe;
  ::fcntl(pipe.writing_end(), F_SETFL, O_NONBLOCK);
  LineWriter writer(pipe.writing_end(), report_loss);
  constexpr std::size_t more_than_a_pipe = 200;
  for (std::size_t i = 0; i < more_than_a_pipe; ++i) writer.write(kilobyte);
  writer.write("end\n");
  expect_eq(pipe.read_until("end\n").size(), more_than_a_pipe * kilobyte.size() + 4);
}
