/// How long an upload's channel waits for the next chunk, and with how many timers.

#include "live_view/upload.h"

#include "testing/case.h"
#include "testing/fakes.h"

using namespace phx;
using namespace phx::testing;
using live_view::Transfer;

namespace {

/// Stands for the view, which only gets the message that its upload has begun.
struct View : process::Process {
  void handle(process::Message) override {}
};

struct Users : UserSocket {
  explicit Users(phx::channel::Factory factory) { channel("lvu:*", std::move(factory)); }
};

/// A client that may send one file of ten bytes, and has joined its channel.
struct Sender {
  Sender() {
    transfer->max_size = 10;
    transfer->chunk_timeout = Millis{10'000};
    transfer->view = shard.scheduler.spawn(std::make_unique<View>());
    const std::string token = signer->sign(Json::object({{"transfer", transfers->add(transfer)}}),
                                           std::chrono::system_clock::now());
    client.emplace(shard, users);
    client->send(R"(["1","1","lvu:0","phx_join",{"token":")" + token + R"("}])");
    expect_eq(client->heard().size(), 1u);
  }
  void chunk(const std::string& bytes) {
    using namespace std::string_literals;
    client->send({serializer::Frame::binary, "\0\1\1\5\5"s + "12lvu:0chunk" + bytes});
  }
  /// How often the clock must move until no timer is left.
  int timers() {
    int count = 0;
    for (; const auto due = shard.scheduler.next_timer(); ++count) {
      shard.pass(std::chrono::ceil<Millis>(*due - shard.scheduler.now()));
    }
    return count;
  }

  const std::shared_ptr<live_view::Transfers> transfers = std::make_shared<live_view::Transfers>();
  const std::shared_ptr<const TokenSigner> signer =
      std::make_shared<TokenSigner>(std::string(64, 's'), "uploads");
  const std::shared_ptr<Transfer> transfer = std::make_shared<Transfer>();
  const Users users{
      [this] { return std::make_unique<live_view::UploadChannel>(transfers, signer); }};
  TestShard shard;
  std::optional<FakeClient> client;
};

constexpr const char* closed = R"(["1","1","lvu:0","phx_close",{}])";

}  // namespace

PHX_TEST("a chunk that is late ends the upload; one in time starts the wait again") {
  Sender sender;
  sender.shard.pass(Millis{9'999});
  sender.chunk("1");
  sender.shard.pass(Millis{9'999});
  sender.chunk("2");
  sender.client->heard();
  sender.shard.pass(Millis{9'999});
  expect_eq(sender.client->heard(), std::vector<std::string>{});
  sender.shard.pass(Millis{1});
  expect_eq(sender.client->heard(), std::vector<std::string>{closed});
}

PHX_TEST("a whole file may wait for its view as long as it likes") {
  Sender sender;
  sender.chunk("1234567890");
  sender.client->heard();
  sender.shard.pass(Millis{60'000});
  expect_eq(sender.client->heard(), std::vector<std::string>{});
}

PHX_TEST("however many chunks come, one timer waits for the next") {
  Sender sender;
  for (int i = 0; i < 1'000; ++i) {
    sender.chunk("");
    sender.shard.pass(Millis{1});
  }
  const int timers = sender.timers();
  expect(timers <= 2, "there were " + std::to_string(timers));
}
