/// The shard's libwebsockets context, and the one switch over what it reports.

#include <stdexcept>

#include "server/handshake.h"
#include "server/receive_buffers.h"
#include "server/shard.h"

namespace phx::server {
namespace {

// libwebsockets' lifetime timers sit in one sorted list that each message would walk; idle time is
// our own matter (transport::Websocket). A policy of zeros switches them off.
const lws_retry_bo_t no_timers{};

const lws_protocols* protocols(lws_callback_function callback) {
  constexpr std::size_t whole_messages = 0;          // rx_buffer_size: as much as was read at once
  constexpr std::size_t one_pass_bytes = 1'000'000;  // tx_packet_size
  static const lws_protocols list[] = {
      {"phoenix", callback, sizeof(Connection*), whole_messages, 0, nullptr, one_pass_bytes},
      {nullptr, nullptr, 0, 0, 0, nullptr, 0}};
  return list;
}

// libwebsockets' own permessage-deflate loses bytes under libuv (before 4.3.3), bounds nothing that
// it inflates, and takes 300 kB of each connection. So this one is ours, and does nothing: that it
// is there lets frames with RSV1 through, and Connection inflates them. Its options are those that
// libwebsockets is to repeat in its answer: websocket::agree_on has chosen before.

int speak_deflate(lws_context*, const lws_extension*, lws*, lws_extension_callback_reasons why,
                  void*, void* in, std::size_t) noexcept {
  static const lws_ext_options options[] = {{"server_no_context_takeover", EXTARG_NONE},
                                            {"client_no_context_takeover", EXTARG_NONE},
                                            {"server_max_window_bits=8", EXTARG_NONE},
                                            {"server_max_window_bits=9", EXTARG_NONE},
                                            {"server_max_window_bits=10", EXTARG_NONE},
                                            {"server_max_window_bits=11", EXTARG_NONE},
                                            {"server_max_window_bits=12", EXTARG_NONE},
                                            {"server_max_window_bits=13", EXTARG_NONE},
                                            {"server_max_window_bits=14", EXTARG_NONE},
                                            {"server_max_window_bits=15", EXTARG_NONE},
                                            {"client_max_window_bits=8", EXTARG_NONE},
                                            {"client_max_window_bits=9", EXTARG_NONE},
                                            {"client_max_window_bits=10", EXTARG_NONE},
                                            {"client_max_window_bits=11", EXTARG_NONE},
                                            {"client_max_window_bits=12", EXTARG_NONE},
                                            {"client_max_window_bits=13", EXTARG_NONE},
                                            {"client_max_window_bits=14", EXTARG_NONE},
                                            {"client_max_window_bits=15", EXTARG_NONE},
                                            {nullptr, EXTARG_NONE}};
  if (why == LWS_EXT_CB_CONSTRUCT) *static_cast<const lws_ext_options**>(in) = options;
  return 0;
}

const lws_extension extensions[] = {{"permessage-deflate", speak_deflate, nullptr},
                                    {nullptr, nullptr, nullptr}};

}  // namespace

void Shard::open_context() {
  // libwebsockets writes its lines into one buffer that all threads share, and one at each
  // adoption.
  lws_set_log_level(0, nullptr);
  ReceiveBuffers::install();
  void* loops[] = {&loop_};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.foreign_loops = loops;
  info.pt_serv_buf_size = receive_size;
  info.user = this;
  info.retry_and_idle_policy = &no_timers;
  context_ = lws_create_context(&info);
  if (context_ == nullptr) {
    throw std::runtime_error(
        "libwebsockets could not start on libuv: is the package libwebsockets-evlib-uv installed?");
  }
  info.protocols = protocols(on_event);
  info.extensions = extensions;
  info.vhost_name = "phoenix";
  vhost_ = lws_create_vhost(context_, &info);
  if (vhost_ == nullptr) throw std::runtime_error("libwebsockets could not make its vhost");
}

void Shard::close_context() {
  // With a foreign loop this takes two calls, with turns of the loop between them to let go.
  lws_context_destroy(context_);
  while (uv_run(&loop_, UV_RUN_NOWAIT) != 0) {
  }
  lws_context_destroy(context_);
}

int Shard::on_event(lws* wsi, lws_callback_reasons why, void* user, void* in, size_t size) noexcept
    try {
  auto* shard = static_cast<Shard*>(lws_context_user(lws_get_context(wsi)));
  return shard->event(wsi, why, static_cast<Connection**>(user), in, size);
} catch (...) {
  return -1;  // nothing may be thrown through C frames
}

int Shard::event(lws* wsi, lws_callback_reasons why, Connection** user, void* in, size_t size) {
  const std::string_view bytes(static_cast<const char*>(in), in == nullptr ? 0 : size);
  switch (why) {
    case LWS_CALLBACK_ADD_HEADERS:
      if (adopting_.connection == nullptr) return 0;
      return handshake::add_headers(*adopting_.upgrade, wsi,
                                    *static_cast<lws_process_html_args*>(in));
    case LWS_CALLBACK_ESTABLISHED: return established(wsi, user);
    case LWS_CALLBACK_RECEIVE: return (*user)->received(wsi, bytes);
    case LWS_CALLBACK_SERVER_WRITEABLE: return (*user)->writable();
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: return (*user)->peer_closes(bytes);
    case LWS_CALLBACK_CLOSED: closed(user); return 0;
    default: return lws_callback_http_dummy(wsi, why, user, in, size);
  }
}

int Shard::established(lws* wsi, Connection** user) {
  if (adopting_.connection == nullptr) return -1;
  *user = std::exchange(adopting_.connection, nullptr);
  (*user)->established(wsi);
  return 0;
}

void Shard::closed(Connection** user) {
  Connection* connection = std::exchange(*user, nullptr);
  if (connection == nullptr) return;
  connection->gone();
  connections_.erase(connection);
}

}  // namespace phx::server
