/// Passes an application's calls to the client's thread.

#include "client/client.h"

#include "client/engine.h"

namespace phx {

using client::Engine;
using client::PushState;
using client::TopicState;

Client::Client(std::string_view url, ClientOptions options)
    : Client(url, std::move(options), nullptr) {}

Client::Client(std::string_view url, ClientOptions options, uv_loop_s* loop)
    : engine_(std::make_shared<Engine>(url, std::move(options), loop)) {}

Client::~Client() { engine_->stop(); }

void Client::connect() {
  engine_->post([engine = engine_.get()] { engine->session().connect(); });
}

void Client::disconnect() {
  engine_->post([engine = engine_.get()] { engine->session().disconnect(); });
}

ClientStatus Client::status() const { return engine_->session().status(); }

std::size_t Client::waiting_bytes() const { return engine_->waiting_bytes(); }

Topic Client::topic(std::string name, Payload params) {
  return add(std::move(name), [params = std::move(params)] { return params; });
}

Topic Client::add(std::string name, std::function<Payload()> params) {
  auto join = std::make_shared<PushState>(std::move(params), engine_->options().timeout);
  auto state = std::make_shared<TopicState>(engine_->session(), std::move(name), std::move(join));
  engine_->post([engine = engine_.get(), state] { engine->session().add(state); });
  return {engine_, state};
}

void Client::on_open(std::function<void()> callback) {
  engine_->post([engine = engine_.get(), callback = std::move(callback)] {
    engine->session().on_open(callback);
  });
}

void Client::on_close(std::function<void(const ClientClosed&)> callback) {
  engine_->post([engine = engine_.get(), callback = std::move(callback)] {
    engine->session().on_close(callback);
  });
}

void Client::on_error(std::function<void(const std::string&)> callback) {
  engine_->post([engine = engine_.get(), callback = std::move(callback)] {
    engine->session().on_error(callback);
  });
}

}  // namespace phx
