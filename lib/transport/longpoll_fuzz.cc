/// Bodies of long-poll posts: the first byte says whether it is one message or one per line.

#include "transport/longpoll.h"

#include "serializer/serializer.h"
#include "testing/fuzz.h"

using namespace phx;
using namespace phx::transport;
using phx::testing::must;

FUZZ(input) {
  const bool lines = (phx::testing::first_byte(input) & 1) != 0;
  http::Request request{"POST", "/socket/longpoll"};
  if (lines) request.headers = {{"content-type", "application/x-ndjson"}};
  request.body = input;
  auto messages = messages_of(request);
  must(messages.size() <= (lines ? 100 : 1), "a post has at most a hundred messages");
  must(lines || messages.front()->bytes == input, "a body of another type is one message");
  for (auto& message : messages) {
    if (!message) continue;
    must(message->bytes.size() <= input.size(), "a message is no longer than its post");
    try {
      serializer::v2_json().decode(std::move(*message));
    } catch (const serializer::DecodeError&) {
    }
  }
}
