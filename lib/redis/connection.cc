/// Bytes to and from one socket, answers to callers, and the login.

#include "redis/connection.h"

#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace phx::redis {
namespace {

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

/// hiredis' own functions, except that a long list is refused when it is announced: hiredis would
/// reserve memory for each element, and visit each to free it.
redisReplyObjectFunctions limited(const redisReplyObjectFunctions& functions) {
  [[maybe_unused]] static const auto create_array = functions.createArray;
  redisReplyObjectFunctions limited = functions;
  limited.createArray = [](const redisReadTask* task, auto elements) -> void* {
    if (static_cast<std::size_t>(elements) > Options::max_reply_elements) return nullptr;
    return create_array(task, elements);
  };
  return limited;
}

/// The size of the text that Redis has begun to send, if its first line is there: `$123`. Its bytes
/// wait in the buffer until all have come.
std::size_t announced(const redisReader& reader) {
  if (reader.pos == 0 || reader.pos >= reader.len || reader.buf[reader.pos - 1] != '$') return 0;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(reader.buf + reader.pos, reader.buf + reader.len, size);
  return error == std::errc() ? size : 0;
}

/// The error of the attempt to connect; empty if it succeeded.
std::string connect_error(int socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  return error == 0 ? std::string() : std::strerror(error);
}

}  // namespace

std::string_view text_of(const redisReply* reply) {
  if (reply == nullptr) return {};
  const bool text = reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS ||
                    reply->type == REDIS_REPLY_ERROR;
  return text ? std::string_view(reply->str, static_cast<std::size_t>(reply->len))
              : std::string_view();
}

void Connection::Free::operator()(redisContext* context) const { redisFree(context); }

Connection::Connection(Loop& loop, Host& host, const Address& address, const Options& options)
    : host_(host),
      options_(options),
      redis_(redisConnectNonBlock(address.host.c_str(), address.port)),
      patience_(loop.timer([this] { close("no connection within the time for it"); })),
      soon_(loop.timer([this] { ended(); })),
      turn_ends_(loop.timer([this] { write(); })) {
  if (!redis_ || redis_->err != 0) {
    close(redis_ ? redis_->errstr : "no memory");
    return;
  }
  static redisReplyObjectFunctions functions = limited(*redis_->reader->fn);
  redis_->reader->fn = &functions;
  watch_ =
      loop.watch(redis_->fd, [this](bool readable, bool writable) { ready(readable, writable); });
  watch_->want(true, true);  // writable: it is connected
  patience_->start(options_.connect_patience);
}

/// libuv must not watch a socket that is closed: its number may be another's by then.
Connection::~Connection() {
  watch_.reset();
  answer_nothing();
}

// --- The socket ---------------------------------------------------------------------------------

void Connection::ready(bool readable, bool writable) {
  if (!established_) return established();
  if (readable) read();
  if (writable && reason_.empty()) write();
}

void Connection::established() {
  if (std::string error = connect_error(redis_->fd); !error.empty()) return close(std::move(error));
  established_ = true;
  log_in();
}

void Connection::read() {
  const redisReader& reader = *redis_->reader;
  const std::size_t before = reader.len;
  if (redisBufferRead(redis_.get()) != REDIS_OK) return close(redis_->errstr);
  unfinished_bytes_ += reader.len - before;
  while (reason_.empty()) {
    void* next = nullptr;
    if (redisGetReplyFromReader(redis_.get(), &next) != REDIS_OK) {
      const bool memory = redis_->err == REDIS_ERR_OOM;
      return close(memory ? "Redis announced a list that is too long" : redis_->errstr);
    }
    if (next == nullptr) break;
    unfinished_bytes_ = reader.len - reader.pos;
    const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(next));
    answered(reply.get());
  }
  if (reason_.empty() &&
      std::max(unfinished_bytes_, announced(reader)) > options_.max_reply_bytes) {
    close("Redis sends a message of more than " + std::to_string(options_.max_reply_bytes) +
          " bytes: see the limits of messages");
  }
}

/// After it has subscribed, no command is answered; the only error is a refused subscription.
void Connection::answered(const redisReply* reply) {
  if (!waiting_.empty()) {
    const OnReply on_reply = std::move(waiting_.front());
    waiting_.pop_front();
    return on_reply(reply);
  }
  if (reply->type == REDIS_REPLY_ERROR) {
    refused_ = true;
    return close(std::string(text_of(reply)));
  }
  if (on_message_) on_message_(reply);
}

void Connection::write() {
  int done = 0;
  if (redisBufferWrite(redis_.get(), &done) != REDIS_OK) return close(redis_->errstr);
  writing_ = done == 0;
  watch_->want(true, writing_);
}

// --- Its end ------------------------------------------------------------------------------------

/// Not at once: the caller may be in a callback, or in our constructor.
void Connection::close(std::string reason) {
  if (!reason_.empty()) return;
  reason_ = reason.empty() ? "the connection failed" : std::move(reason);
  watch_.reset();
  patience_->stop();
  turn_ends_->stop();
  soon_->start(Millis{0});
}

void Connection::ended() {
  redis_.reset();
  answer_nothing();
  host_.closed(reason_);
}

void Connection::answer_nothing() {
  redis_.reset();
  std::deque<OnReply> waiting;
  waiting.swap(waiting_);
  for (const OnReply& on_reply : waiting) on_reply(nullptr);
}

// --- The login ----------------------------------------------------------------------------------

void Connection::log_in() {
  if (!options_.password.empty()) {
    std::vector<std::string_view> words{"AUTH"};
    if (!options_.user.empty()) words.push_back(options_.user);
    words.push_back(options_.password);
    command(words,
            [this](const redisReply* reply) { expect_ok(reply, "Redis refused the password"); });
  }
  if (options_.database != 0) {
    command({"SELECT", std::to_string(options_.database)},
            [this](const redisReply* reply) { expect_ok(reply, "Redis refused the database"); });
  }
  command({"PING"}, [this](const redisReply* reply) {
    // A user without the right to ping is logged in, and may subscribe or publish.
    if (!text_of(reply).starts_with("NOPERM")) expect_ok(reply, "Redis refused us");
    if (reply == nullptr || !reason_.empty()) return;
    patience_->stop();
    host_.connected();
  });
}

void Connection::expect_ok(const redisReply* reply, const char* what) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ERROR) return;
  refused_ = true;
  close(std::string(what) + ": " + std::string(text_of(reply)));
}

// --- Commands -----------------------------------------------------------------------------------

void Connection::command(const std::vector<std::string_view>& words, OnReply on_reply) {
  if (!redis_) return on_reply(nullptr);
  waiting_.push_back(std::move(on_reply));
  send(words);
}

void Connection::say(std::string_view what, std::span<const std::string> channels) {
  if (!redis_ || channels.empty()) return;
  std::vector<std::string_view> words{what};
  words.insert(words.end(), channels.begin(), channels.end());
  send(words);
}

void Connection::send(std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  texts.reserve(words.size());
  sizes.reserve(words.size());
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(redis_.get(), static_cast<int>(words.size()), texts.data(), sizes.data());
  // Called at once, with all commands until then: a socket takes them unless it is full.
  if (watch_ && !std::exchange(writing_, true)) turn_ends_->start(Millis{0});
}

}  // namespace phx::redis
