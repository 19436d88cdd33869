#pragma once
/// \file
/// Where libwebsockets puts a client's bytes together, and how a silent client gives that back.
///
/// It allocates 64 kB for each websocket, as large as one read may be, and keeps them until the
/// end. Of that a page would stay in use for each client that ever said a word, and all sixteen for
/// who once sent a large message. So these buffers begin at a page of their own, and rest() returns
/// their pages to the system; the next byte brings new ones.

#include <cstddef>

namespace phx::server {

/// As much as libwebsockets reads at once.
constexpr std::size_t receive_size = 65'536;

/// libwebsockets' allocator belongs to the whole program, and so do these. Any thread.
class ReceiveBuffers {
 public:
  /// libwebsockets allocates them here from now on. Before its first context.
  static void install();

  /// The buffer that this thread took last, for who has just had a connection established. Null,
  /// if it is none of ours or has been asked for before.
  static void* taken_last();

  /// What is in the buffer is lost. Null is left alone.
  static void rest(void* buffer);
  /// The same for all that nobody has. Newcomers like them warm, so not at each goodbye.
  static void cool();

  // What libwebsockets calls.

  /// At least `size` bytes at the beginning of a page; null where there are no more.
  static void* take(std::size_t size);
  /// False: it is none of ours.
  static bool give_back(void* buffer);
};

}  // namespace phx::server
