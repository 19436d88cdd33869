/// zlib's raw DEFLATE with sync flushes, less the four bytes that each one ends with.

#include "conformance/suite/wire/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace phx::conformance {
namespace {

constexpr int raw_widest_window = -15;
constexpr std::string_view tail{"\x00\x00\xff\xff", 4};
constexpr std::size_t largest_message = 64'000'000;  // as for a frame: see frame.cc

}  // namespace

struct Deflate::Stream : z_stream {
  Stream() : z_stream{} {
    const int result = deflateInit2(this, Z_BEST_COMPRESSION, Z_DEFLATED, raw_widest_window, 8,
                                    Z_DEFAULT_STRATEGY);
    if (result != Z_OK) throw std::bad_alloc();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { deflateEnd(this); }
};

Deflate::Deflate() : stream_(std::make_unique<Stream>()) {}
Deflate::~Deflate() = default;

std::string Deflate::compressed(std::string_view message) {
  if (message.empty()) return std::string(1, '\0');  // RFC 7692, 7.2.3.6
  std::string in(message);
  std::string out;
  std::array<char, 16'384> part;
  stream_->next_in = reinterpret_cast<Bytef*>(in.data());
  stream_->avail_in = static_cast<uInt>(in.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(part.data());
    stream_->avail_out = part.size();
    deflate(stream_.get(), Z_SYNC_FLUSH);
    out.append(part.data(), part.size() - stream_->avail_out);
  } while (stream_->avail_out == 0);
  out.resize(out.size() - tail.size());
  return out;
}

struct Inflate::Stream : z_stream {
  explicit Stream(int window_bits)
      : z_stream{}, at_once(std::min<std::size_t>(16'384, std::size_t{1} << window_bits >> 3)) {
    if (inflateInit2(this, -window_bits) != Z_OK) throw std::bad_alloc();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(this); }
  /// Bytes of output: zlib takes its output of one call as part of the window.
  const std::size_t at_once;
};

Inflate::Inflate(int window_bits) : stream_(std::make_unique<Stream>(window_bits)) {}
Inflate::~Inflate() = default;

std::optional<std::string> Inflate::plain(std::string_view message) {
  std::string in = std::string(message).append(tail);
  std::string out;
  std::array<char, 16'384> part;
  stream_->next_in = reinterpret_cast<Bytef*>(in.data());
  stream_->avail_in = static_cast<uInt>(in.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(part.data());
    stream_->avail_out = static_cast<uInt>(stream_->at_once);
    const int result = inflate(stream_.get(), Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_BUF_ERROR) return std::nullopt;
    out.append(part.data(), stream_->at_once - stream_->avail_out);
    if (out.size() > largest_message) return std::nullopt;
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  constexpr int at_block_end = 128;
  if ((stream_->data_type & at_block_end) == 0) return std::nullopt;
  return out;
}

}  // namespace phx::conformance
