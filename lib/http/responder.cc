/// Changes an answer on its way to the client.

#include "http/responder.h"

#include <utility>

namespace phx::http {
namespace {

class Changed final : public Responder {
 public:
  Changed(std::shared_ptr<Responder> client, std::function<void(Response&)> change)
      : client_(std::move(client)), change_(std::move(change)) {}

  void respond(Response response) override {
    change_(response);
    client_->respond(std::move(response));
  }
  bool gone() const override { return client_->gone(); }

 private:
  const std::shared_ptr<Responder> client_;
  const std::function<void(Response&)> change_;
};

}  // namespace

Deferred changed(Deferred deferred, std::function<void(Response&)> change) {
  return {[deferred = std::move(deferred),
           change = std::move(change)](std::shared_ptr<Responder> client) {
    deferred.begin(std::make_shared<Changed>(std::move(client), change));
  }};
}

}  // namespace phx::http
