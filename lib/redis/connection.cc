/// The hooks that hiredis asks an event loop for, and the first words with a Redis.

#include "redis/connection.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <utility>

namespace phx::redis {

std::string_view text_of(const redisReply* reply) {
  if (reply == nullptr) return {};
  const bool text = reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS ||
                    reply->type == REDIS_REPLY_ERROR;
  return text ? std::string_view(reply->str, static_cast<std::size_t>(reply->len))
              : std::string_view();
}

struct Connection::Context {
  Context(Loop& the_loop, Host& the_host, const Options& the_options)
      : loop(the_loop), host(the_host), options(the_options) {}

  void connect(const Address& address);
  void log_in();
  void expect_ok(const redisReply* reply, const char* what);
  void ready(bool readable, bool writable);
  void want(bool read, bool write);
  void end(std::string why);
  void ended();
  void call(const std::vector<std::string_view>& words, redisCallbackFn* callback, void* data);

  static Context& of(void* data) { return *static_cast<Context*>(data); }
  static Context& of(const redisAsyncContext* async) { return of(async->data); }

  Loop& loop;
  Host& host;
  const Options options;
  redisAsyncContext* async = nullptr;
  std::unique_ptr<Loop::Watch> watch;
  std::unique_ptr<Loop::Timer> patience;
  std::unique_ptr<Loop::Timer> soon;
  OnReply on_message;
  std::string reason;
  bool reading = false;
  bool writing = false;
  bool silent = false;  ///< Destroyed by us: the host hears nothing more.
};

// --- The hooks ----------------------------------------------------------------------------------

void Connection::Context::want(bool read, bool write) {
  reading = read;
  writing = write;
  if (watch) watch->want(reading, writing);
}

/// Reading may end the connection, and then there is nothing left to write to.
void Connection::Context::ready(bool readable, bool writable) {
  if (readable && async != nullptr) redisAsyncHandleRead(async);
  if (writable && async != nullptr) redisAsyncHandleWrite(async);
}

/// hiredis frees its context after this.
void Connection::Context::ended() {
  if (reason.empty()) reason = async->errstr != nullptr ? async->errstr : "";
  if (reason.empty()) reason = "Redis closed the connection";
  async = nullptr;
  watch.reset();
  patience.reset();
  if (!silent) host.closed(reason);
}

void Connection::Context::connect(const Address& address) {
  patience = loop.timer([this] { end("no connection within the time for it"); });
  soon = loop.timer([this] {
    if (async != nullptr)
      redisAsyncFree(async);
    else if (!silent)
      host.closed(reason);
  });
  async = redisAsyncConnect(address.host.c_str(), address.port);
  if (async == nullptr || async->err != 0) {
    const std::string why = async != nullptr ? async->errstr : "no memory";
    if (async != nullptr) redisAsyncFree(std::exchange(async, nullptr));
    return end(why);
  }
  async->data = this;
  async->ev.data = this;
  async->ev.addRead = [](void* data) noexcept { of(data).want(true, of(data).writing); };
  async->ev.delRead = [](void* data) noexcept { of(data).want(false, of(data).writing); };
  async->ev.addWrite = [](void* data) noexcept { of(data).want(of(data).reading, true); };
  async->ev.delWrite = [](void* data) noexcept { of(data).want(of(data).reading, false); };
  async->ev.cleanup = [](void* data) noexcept { of(data).ended(); };
  watch =
      loop.watch(async->c.fd, [this](bool readable, bool writable) { ready(readable, writable); });
  redisAsyncSetConnectCallback(async, [](const redisAsyncContext* of_it, int status) noexcept {
    if (status == REDIS_OK) of(of_it).log_in();
  });
  patience->start(options.connect_patience);
}

/// Not at once: the caller may stand in one of hiredis' callbacks, or in our constructor.
void Connection::Context::end(std::string why) {
  if (reason.empty()) reason = std::move(why);
  soon->start(Millis{0});
}

// --- The first words ----------------------------------------------------------------------------

void Connection::Context::expect_ok(const redisReply* reply, const char* what) {
  if (reply == nullptr || reply->type != REDIS_REPLY_ERROR) return;
  end(std::string(what) + ": " + std::string(text_of(reply)));
}

void Connection::Context::log_in() {
  if (!options.password.empty()) {
    std::vector<std::string_view> words{"AUTH"};
    if (!options.user.empty()) words.push_back(options.user);
    words.push_back(options.password);
    call(
        words,
        [](redisAsyncContext* async_context, void* reply, void*) noexcept {
          of(async_context)
              .expect_ok(static_cast<redisReply*>(reply), "Redis refused the password");
        },
        nullptr);
  }
  if (options.database != 0) {
    const std::string database = std::to_string(options.database);
    call(
        {"SELECT", database},
        [](redisAsyncContext* async_context, void* reply, void*) noexcept {
          of(async_context)
              .expect_ok(static_cast<redisReply*>(reply), "Redis refused the database");
        },
        nullptr);
  }
  call(
      {"PING"},
      [](redisAsyncContext* async_context, void* data, void*) noexcept {
        Context& self = of(async_context);
        const auto* reply = static_cast<redisReply*>(data);
        // A user without the right to ping is known, and may subscribe or publish.
        if (reply != nullptr && !text_of(reply).starts_with("NOPERM")) {
          self.expect_ok(reply, "Redis refused us");
        }
        if (reply == nullptr || !self.reason.empty()) return;
        self.patience->stop();
        self.host.connected();
      },
      nullptr);
}

void Connection::Context::call(const std::vector<std::string_view>& words,
                               redisCallbackFn* callback, void* data) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAsyncCommandArgv(async, callback, data, static_cast<int>(words.size()), texts.data(),
                        sizes.data());
}

// --- What is said afterwards --------------------------------------------------------------------

Connection::Connection(Loop& loop, Host& host, const Address& address, const Options& options)
    : context_(std::make_unique<Context>(loop, host, options)) {
  context_->connect(address);
}

Connection::~Connection() {
  context_->silent = true;
  if (context_->async != nullptr) redisAsyncFree(context_->async);
}

void Connection::command(const std::vector<std::string_view>& words, OnReply on_reply) {
  if (context_->async == nullptr) return on_reply(nullptr);
  auto kept = std::make_unique<OnReply>(std::move(on_reply));
  context_->call(
      words,
      [](redisAsyncContext*, void* reply, void* data) noexcept {
        const std::unique_ptr<OnReply> once(static_cast<OnReply*>(data));
        (*once)(static_cast<const redisReply*>(reply));
      },
      kept.release());
}

void Connection::subscribe(std::string_view channel, OnReply on_reply) {
  if (context_->async == nullptr) return;
  context_->on_message = std::move(on_reply);
  context_->call(
      {"SUBSCRIBE", channel},
      [](redisAsyncContext* async_context, void* reply, void*) noexcept {
        if (reply != nullptr) {
          Context::of(async_context).on_message(static_cast<const redisReply*>(reply));
        }
      },
      nullptr);
}

void Connection::close(std::string reason) { context_->end(std::move(reason)); }

}  // namespace phx::redis
