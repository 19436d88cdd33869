/// hiredis' four functions that touch a socket, and the one of C that asks for its error, over the
/// sockets of a RedisLoop. What hiredis makes of bytes is its own. See outside.cc.

extern "C" {  // before hiredis.h, which includes it as C++
#include <hiredis/sds.h>
}
#include <hiredis/hiredis.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>

#include "conformance/simulation/machine/redis_loop.h"

using phx::simulation::RedisLoop;

namespace {

/// hiredis keeps the descriptor alone, and not the loop that it belongs to.
struct Context : redisContext {
  RedisLoop* loop;
};

int fail(redisContext* context, int error, const char* text) {
  context->err = error;
  std::snprintf(context->errstr, sizeof context->errstr, "%s", text);
  return REDIS_ERR;
}

RedisLoop& loop_of(redisContext* context) { return *static_cast<Context*>(context)->loop; }

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

redisContext* __wrap_redisConnectNonBlock(const char* name, int port) {
  auto* context = new Context{};
  context->loop = &RedisLoop::running();
  context->fd = context->loop->dial(name, port);
  context->obuf = sdsempty();
  context->reader = redisReaderCreate();
  return context;
}

void __wrap_redisFree(redisContext* context) {
  if (context == nullptr) return;
  loop_of(context).close(context->fd);
  sdsfree(context->obuf);
  redisReaderFree(context->reader);
  delete static_cast<Context*>(context);
}

int __wrap_redisBufferRead(redisContext* context) {
  const auto bytes = loop_of(context).read(context->fd);
  if (!bytes) return fail(context, REDIS_ERR_EOF, "Server closed the connection");
  if (redisReaderFeed(context->reader, bytes->data(), bytes->size()) == REDIS_OK) return REDIS_OK;
  return fail(context, context->reader->err, context->reader->errstr);
}

int __wrap_redisBufferWrite(redisContext* context, int* done) {
  const std::size_t size = sdslen(context->obuf);
  const auto taken = loop_of(context).write(context->fd, {context->obuf, size});
  if (!taken) return fail(context, REDIS_ERR_IO, "Broken pipe");
  if (*taken == size) {
    sdsclear(context->obuf);
  } else {
    sdsrange(context->obuf, static_cast<int>(*taken), -1);
  }
  *done = *taken == size ? 1 : 0;
  return REDIS_OK;
}

int __wrap_getsockopt(int socket, int, int, void* value, socklen_t* size) {
  const int error = RedisLoop::running().error(socket);
  std::memcpy(value, &error, sizeof error);
  *size = sizeof error;
  return 0;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier)
