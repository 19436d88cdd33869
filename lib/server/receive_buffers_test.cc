/// Buffers that are taken, given back and emptied.

#include "server/receive_buffers.h"

#include <sys/mman.h>

#include <cstring>
#include <thread>
#include <vector>

#include "testing/case.h"

using namespace phx::server;
using namespace phx::testing;

namespace {

constexpr std::size_t page = 4'096;
constexpr std::size_t pages = receive_size / page;

/// How many of the buffer's pages are in memory.
std::size_t resident(void* buffer) {
  std::vector<unsigned char> seen(pages);
  expect_eq(mincore(buffer, receive_size, seen.data()), 0);
  std::size_t count = 0;
  for (const unsigned char flags : seen) count += flags & 1;
  return count;
}

char* full() {
  auto* buffer = static_cast<char*>(ReceiveBuffers::take(receive_size));
  std::memset(buffer, 'x', receive_size);
  return buffer;
}

}  // namespace

TEST("who rests keeps no memory, and can write again") {
  char* buffer = full();
  expect_eq(resident(buffer), pages);
  ReceiveBuffers::rest(buffer);
  expect_eq(resident(buffer), 0u);
  buffer[0] = 'y';
  expect_eq(resident(buffer), 1u);
  expect_eq(buffer[1], '\0');
  expect(ReceiveBuffers::give_back(buffer), "it was one of these");
}

TEST("a newcomer has the buffer that went last, and its pages, until they are cooled") {
  char* first = full();
  char* second = full();
  ReceiveBuffers::give_back(first);
  ReceiveBuffers::give_back(second);
  expect(ReceiveBuffers::take(receive_size) == second, "the last to go is the first to come");
  expect_eq(resident(second), pages);
  ReceiveBuffers::cool();
  expect_eq(resident(first), 0u);
  expect_eq(resident(second), pages);
  ReceiveBuffers::give_back(second);
  ReceiveBuffers::cool();
  expect_eq(resident(second), 0u);
}

TEST("each thread is told of the buffer that it took last, and once") {
  void* mine = ReceiveBuffers::take(receive_size);
  std::thread([] { ReceiveBuffers::give_back(ReceiveBuffers::take(receive_size)); }).join();
  expect(ReceiveBuffers::taken_last() == mine, "not the other thread's");
  expect(ReceiveBuffers::taken_last() == nullptr, "it has been told");
  ReceiveBuffers::give_back(mine);
}

TEST("what is too large for a buffer is not taken, and what is none is not given back") {
  expect(ReceiveBuffers::take(2 * receive_size) == nullptr, "it has no room");
  expect(ReceiveBuffers::taken_last() == nullptr, "nothing was taken");
  char elsewhere = 'x';
  expect(!ReceiveBuffers::give_back(&elsewhere), "it is malloc's, or nobody's");
}
