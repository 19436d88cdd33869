/// Calls zlib: with a limit on the way in, without history on the way out.

#include "websocket/deflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace phx::websocket {
namespace {

constexpr std::string_view tail{"\x00\x00\xff\xff", 4};  // of a sync flush; RFC 7692, 7.2.1
constexpr int window_bits_of_all = 15;  // reads what any smaller window has written
constexpr std::size_t max_shared = 16;

Bytef* input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

}  // namespace

// --- In -----------------------------------------------------------------------------------------

struct Inflater::Stream : z_stream {
  Stream() : z_stream{} {
    check(inflateInit2(this, -window_bits_of_all) == Z_OK, "zlib has memory for a stream");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(this); }
};

Inflater::Inflater(bool takes_over) : takes_over_(takes_over) {}
Inflater::~Inflater() = default;

/// The client ended its DEFLATE stream, as it may within a message. What comes next may still refer
/// to what came before.
void Inflater::begin_again() {
  std::array<Bytef, 1u << window_bits_of_all> window;
  uInt size = window.size();
  inflateGetDictionary(stream_.get(), window.data(), &size);
  inflateReset(stream_.get());
  inflateSetDictionary(stream_.get(), window.data(), size);
}

Inflater::Result Inflater::add(std::string_view bytes, std::string& message, std::size_t limit) {
  if (!stream_) stream_ = std::make_unique<Stream>();
  const std::size_t before = message.size();
  std::array<char, 16'384> plain;
  stream_->next_in = input(bytes);
  stream_->avail_in = static_cast<uInt>(bytes.size());
  do {
    stream_->next_out = reinterpret_cast<Bytef*>(plain.data());
    stream_->avail_out = plain.size();
    const int result = inflate(stream_.get(), Z_SYNC_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Result::malformed;
    message.append(plain.data(), plain.size() - stream_->avail_out);
    if (message.size() > limit) return Result::too_large;
    if (result == Z_STREAM_END) begin_again();
  } while (stream_->avail_in > 0 || stream_->avail_out == 0);
  allowed_ -= std::min(allowed_, message.size() - before);
  return Result::good;
}

Inflater::Result Inflater::finish(std::string& message, std::size_t limit) {
  const Result result = add(tail, message, limit);
  if (!takes_over_) stream_.reset();
  return result;
}

// --- Out ----------------------------------------------------------------------------------------

struct Deflater::Stream : z_stream {
  explicit Stream(int window_bits) : z_stream{} {
    constexpr int memory_level = 8;  // zlib's own default
    // The whole shard waits. For a megabyte of JSON the default level takes 17 ms and makes 259 kB,
    // this one 5 ms and 296 kB; for a small message both make the same.
    check(deflateInit2(this, Z_BEST_SPEED, Z_DEFLATED, -window_bits, memory_level,
                       Z_DEFAULT_STRATEGY) == Z_OK,
          "zlib has memory for a stream");
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { deflateEnd(this); }
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

serializer::FramePtr Deflater::compressed(const serializer::FramePtr& frame, int window_bits) {
  const auto done = std::find_if(shared_.begin(), shared_.end(), [&](const Done& d) {
    return d.plain == frame && d.window_bits == window_bits;
  });
  if (done != shared_.end()) return done->compressed;
  auto made = std::make_shared<const serializer::Frame>(
      serializer::Frame{frame->opcode, compress(frame->bytes, window_bits)});
  const bool others_get_it = frame.use_count() > 1;
  if (others_get_it && shared_.size() == max_shared) shared_.erase(shared_.begin());
  if (others_get_it) shared_.push_back({frame, made, window_bits});
  return made;
}

std::string Deflater::compress(std::string_view bytes, int window_bits) {
  constexpr int least_bits = 9;  // zlib's minimum; it refers back less than 2^8 bytes
  std::unique_ptr<Stream>& stream = streams_[std::max(window_bits, least_bits)];
  if (!stream) stream = std::make_unique<Stream>(std::max(window_bits, least_bits));
  deflateReset(stream.get());
  constexpr std::size_t flush_mark = 16;  // more than the empty block after the data takes
  std::string out(deflateBound(stream.get(), bytes.size()) + flush_mark, '\0');
  stream->next_in = input(bytes);
  stream->avail_in = static_cast<uInt>(bytes.size());
  stream->next_out = reinterpret_cast<Bytef*>(out.data());
  stream->avail_out = static_cast<uInt>(out.size());
  const int result = deflate(stream.get(), Z_SYNC_FLUSH);
  check(result == Z_OK && stream->avail_in == 0 && stream->avail_out > 0,
        "a message is compressed in one call");
  return out.substr(0, out.size() - stream->avail_out - tail.size());
}

}  // namespace phx::websocket
