/// Compressed messages both ways, with zlib itself on the client's side.

#include "websocket/deflate.h"

#include <zlib.h>

#include <random>
#include <vector>

#include "testing/case.h"
#include "websocket/outbox.h"

using namespace phx;
using namespace phx::websocket;
using namespace phx::testing;
using Result = Inflater::Result;

namespace {

constexpr std::size_t limit = 1'000'000;

/// A client that compresses each message in a single stream.
class Client {
 public:
  Client() {
    expect(deflateInit2(&stream_, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK, "");
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { deflateEnd(&stream_); }

  /// The bytes up to the flush's last four, or up to the stream's end.
  std::string message(std::string text, int flush = Z_SYNC_FLUSH) {
    std::string out(text.size() + 1'000, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(text.data());
    stream_.avail_in = static_cast<uInt>(text.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    deflate(&stream_, flush);
    out.resize(out.size() - stream_.avail_out - (flush == Z_FINISH ? 0 : 4));
    return out;
  }
  /// Inflates what the server compressed, as a client with context takeover does.
  static std::string plain(Inflater& inflater, const std::string& bytes) {
    std::string text;
    expect(inflater.add(bytes, text, limit) == Result::good, "it inflates");
    expect(inflater.finish(text, limit) == Result::good, "to its end");
    return text;
  }

 private:
  z_stream stream_{};
};

serializer::FramePtr frame(std::string bytes) {
  return std::make_shared<const serializer::Frame>(
      serializer::Frame{serializer::Frame::text, std::move(bytes)});
}

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

}  // namespace

PHX_TEST("a message inflates however it is split, and so does one that refers to it") {
  const std::string text = R"([null,"1","phoenix","heartbeat",{}])";
  for (std::size_t cut = 0; cut < 20; ++cut) {
    Client client;
    Inflater inflater(true);
    const std::string first = client.message(text);
    std::string message;
    expect(inflater.add(first.substr(0, cut), message, limit) == Result::good, "the first half");
    expect(inflater.add(first.substr(cut), message, limit) == Result::good, "the second half");
    expect(inflater.finish(message, limit) == Result::good, "the end");
    expect_eq(message, text);
    const std::string second = client.message(text);
    expect(second.size() < first.size() / 2, "the second refers to the first");
    expect_eq(Client::plain(inflater, second), text);
  }
}

PHX_TEST("an empty message is one byte") {
  Client client;
  Inflater inflater(true);
  expect_eq(Client::plain(inflater, std::string(1, '\0')), std::string());
  expect_eq(Client::plain(inflater, client.message("text")), std::string("text"));
}

PHX_TEST("a stream that the client ends goes on with the next message") {
  Inflater inflater(true);
  Client first;
  const std::string ended = first.message("once upon a time", Z_FINISH) + std::string(1, '\0');
  expect_eq(Client::plain(inflater, ended), std::string("once upon a time"));
  Client second;
  expect_eq(Client::plain(inflater, second.message("there was")), std::string("there was"));
}

PHX_TEST("without context takeover each message stands alone") {
  Inflater inflater(false);
  for (const char* text : {"one and one", "one and one"}) {
    Client client;
    expect_eq(Client::plain(inflater, client.message(text)), std::string(text));
  }
  Client client;
  client.message("a thing that is long enough to refer to");
  std::string message;
  expect(inflater.add(client.message("a thing that is long enough to refer to"), message, limit) ==
             Result::malformed,
         "a reference to a message that is gone");
}

PHX_TEST(
    "7692, 7.2.2: data that is not DEFLATE is malformed; a truncated stream yields what it holds") {
  std::string message;
  const auto inflated = [&message](const std::string& bytes) {
    Inflater inflater(true);
    message.clear();
    const Result result = inflater.add(bytes, message, limit);
    return result == Result::good ? inflater.finish(message, limit) : result;
  };
  Client client;
  const std::string text = "some text or other";
  const std::string whole = client.message(text);
  expect(inflated(whole) == Result::good && message == text, "a message");
  expect(inflated(std::string()) == Result::good && message.empty(), "nothing");
  const std::string cut = whole.substr(0, whole.size() / 2);
  expect(inflated(cut) == Result::good && message != text, "half of one");
  for (const char* bad : {"\xff\xff\xff", "hello"}) {
    expect(inflated(bad) == Result::malformed, bad);
  }
}

PHX_TEST("a message may be as large as the limit, and a zip bomb stops there") {
  Client client;
  Inflater inflater(true);
  expect_eq(Client::plain(inflater, client.message(std::string(limit, '0'))).size(), limit);
  const std::string bomb = client.message(std::string(100 * limit, '0'));
  std::string message;
  expect(inflater.add(bomb, message, limit) == Result::too_large, "a hundred times the limit");
  expect(message.size() < limit + 16'385, "and little more is inflated");
}

PHX_TEST("a frame is compressed by itself, in each window size, and inflates to its text") {
  Deflater deflater;
  for (int bits = 8; bits <= 15; ++bits) {
    for (const std::string& text :
         {std::string("[]"), std::string(300'000, 'x'), noise(70'000), std::string()}) {
      for (int again = 0; again < 2; ++again) {
        Inflater inflater(false);
        const auto compressed = deflater.compressed(frame(text), bits);
        expect(Client::plain(inflater, compressed->bytes) == text, "the text, there and back");
      }
    }
  }
}

PHX_TEST("a small window is kept: no reference goes further back") {
  Deflater deflater;
  const std::string distant = noise(300);  // comes again 300 bytes later
  const auto narrow = deflater.compressed(frame(distant + distant), 8);
  const auto wide = deflater.compressed(frame(distant + distant), 15);
  expect(narrow->bytes.size() > 600, "a window of 256 bytes can't see it");
  expect(wide->bytes.size() < 350, "a wide one can");
}

PHX_TEST("a shared frame is compressed once a turn") {
  Deflater deflater;
  const auto shared = frame("a broadcast");
  const std::vector others{shared};  // another connection holds it
  const auto first = deflater.compressed(shared, 15);
  expect(deflater.compressed(shared, 15) == first, "the same frame again");
  expect(deflater.compressed(shared, 10) != first, "not for another window");
  deflater.forget();
  expect_eq(shared.use_count(), 2);
  expect(deflater.compressed(shared, 15) != first, "nor in a later turn");
}

PHX_TEST("RSV1 marks only a compressed frame") {
  Outbox outbox;
  outbox.add(frame("ab"), true);
  outbox.add(frame("cd"));
  outbox.add_close(1000);
  std::string space;
  expect_eq(std::string(outbox.take(space).bytes), std::string("\xc1\x02"
                                                               "ab\x81\x02"
                                                               "cd\x88\x02\x03\xe8"));
}
