/// Dispatches to the mounts in order, then to the pages; otherwise 404.

#include "endpoint/endpoint.h"

#include <algorithm>
#include <exception>
#include <set>
#include <stdexcept>

#include "base/option_error.h"
#include "endpoint/find_mount.h"
#include "endpoint/request_id.h"
#include "http/query.h"

namespace phx {
namespace {

using http::Request;
using http::Response;
using transport::Mount;

/// A transport's answer as an endpoint's.
template <class... Ts>
Endpoint::Outcome widened(std::variant<Ts...> outcome) {
  return std::visit([](auto& one) -> Endpoint::Outcome { return std::move(one); }, outcome);
}

void check_path(const std::string& path, const char* whose) {
  if (path.starts_with('/')) return;
  throw std::invalid_argument("expected " + std::string(whose) + " path to begin with /, got \"" +
                              path + "\"");
}

template <class Rate>
void check_rate(const std::optional<Rate>& rate, const std::string& name) {
  if (!rate || (rate->per_second > 0 && rate->burst > 0)) return;
  throw std::invalid_argument("expected a " + name +
                              " of at least 1 a second and a burst of at least 1, got a 0: set " +
                              name + " to std::nullopt for no limit");
}

/// Refuses times and limits with which every client would be closed, or no message taken.
void check_limits(const transport::WebsocketOptions& websocket) {
  require_time("WebsocketOptions::timeout", websocket.timeout);
  require_one("WebsocketOptions::max_frame_size", websocket.max_frame_size);
  require_time("WebsocketOptions::message_patience", websocket.message_patience);
}

void check_limits(const transport::LongpollOptions& longpoll) {
  require_time("LongpollOptions::window", longpoll.window);
  require_one("LongpollOptions::max_waiting_frames", longpoll.max_waiting_frames);
  require_one("LongpollOptions::max_waiting_bytes", longpoll.max_waiting_bytes);
}

void check_mount(const Mount& mount) {
  check_path(mount.path, "a mount's");
  if (!mount.socket) {
    throw std::invalid_argument("expected a user socket at \"" + mount.path + "\", got none");
  }
  require_option(!transport::offers(mount).empty(), "Mount::serializers", "at least one serializer",
                 "none");
  serializer::check_offers(transport::offers(mount));
  require_option(mount.websocket || mount.longpoll, "Mount::websocket or Mount::longpoll",
                 "a mount with a transport", "none");
  if (mount.websocket) check_path(mount.websocket->path, "a websocket's");
  if (mount.longpoll) check_path(mount.longpoll->path, "a long-poll's");
  if (mount.websocket) check_limits(*mount.websocket);
  if (mount.longpoll) check_limits(*mount.longpoll);
  check_rate(mount.message_rate, "message_rate");
  check_rate(mount.byte_rate, "byte_rate");
}

/// Refuses a second mount at the same place: no client would ever reach it.
void check_new(const Mount& mount, const std::vector<Mount>& mounts) {
  const auto same_place = [](const auto& one, const auto& other) {
    return one && other && one->path == other->path;
  };
  for (const Mount& other : mounts) {
    if (other.path != mount.path) continue;
    if (!same_place(other.websocket, mount.websocket) &&
        !same_place(other.longpoll, mount.longpoll)) {
      continue;
    }
    throw std::invalid_argument(
        "expected one user socket for each path and transport, got two at \"" + mount.path + "\"");
  }
}

/// Stands for a child that could not be made. It crashes in its first turn, so its supervisor
/// starts it again, or gives up, as with any child that crashes.
class NotMade final : public process::Process {
 public:
  // clang-tidy takes a kept exception for one that should be thrown. NOLINTNEXTLINE
  NotMade(std::string id, std::exception_ptr why) : id_(std::move(id)), why_(std::move(why)) {}
  std::string name() const override { return "child " + id_; }

 protected:
  void init() override { std::rethrow_exception(why_); }
  void handle(process::Message) override {}

 private:
  const std::string id_;
  const std::exception_ptr why_;
};

std::unique_ptr<process::Process> made(const Child& child, const Context& context) try {
  auto process = child.start(context);
  if (process == nullptr) throw std::logic_error("expected a process from Child::start, got null");
  return process;
} catch (...) {
  return std::make_unique<NotMade>(child.id, std::current_exception());
}

Endpoint::Outcome with_headers(Endpoint::Outcome outcome, const Request::Headers& headers) {
  if (headers.empty()) return outcome;
  const auto append = [headers](Request::Headers& to) {
    to.insert(to.end(), headers.begin(), headers.end());
  };
  if (auto* deferred = std::get_if<http::Deferred>(&outcome)) {
    return http::changed(std::move(*deferred),
                         [append](Response& response) { append(response.headers); });
  }
  if (auto* upgrade = std::get_if<transport::Upgrade>(&outcome)) append(upgrade->headers);
  if (auto* response = std::get_if<Response>(&outcome)) append(response->headers);
  return outcome;
}

}  // namespace

Endpoint::Endpoint(EndpointOptions options)
    : telemetry_(std::make_unique<telemetry::Telemetry>()),
      broadcaster_(std::make_unique<Broadcaster>(options.pubsub)),
      options_(std::move(options)),
      tokens_(std::make_shared<const transport::LongpollTokens>(
          options_.secret_key_base,
          transport::LongpollLimits{.all = options_.max_longpoll_sessions,
                                    .an_address = options_.max_longpoll_sessions_per_address})) {}

void Endpoint::socket(Mount mount) {
  require_stopped("socket");
  check_mount(mount);
  check_new(mount, mounts_);
  mounts_.push_back(std::move(mount));
}

Endpoint::~Endpoint() = default;

/// Its shards read what it has without a lock.
void Endpoint::require_stopped(const char* function) const {
  if (!broadcaster_->is_open()) return;
  throw std::logic_error(
      "expected an endpoint without a running server, got one that serves: call Endpoint::" +
      std::string(function) + " before Server::start");
}

void Endpoint::admin_socket(Mount mount) {
  require_stopped("admin_socket");
  check_mount(mount);
  check_new(mount, admin_mounts_);
  admin_mounts_.push_back(std::move(mount));
}

void Endpoint::get(std::string_view path, Page page) { at(path).get = std::move(page); }

void Endpoint::post(std::string_view path, Page page) { at(path).post = std::move(page); }

Endpoint::Pages& Endpoint::at(std::string_view path) {
  require_stopped("get and post");
  return pages_[http::plain_path(path)];
}

/// A method without a handler here is refused with the list of those that have one (RFC 9110,
/// 15.5.6).
Response Endpoint::Pages::answer(const Request& request) const {
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && get) return get(request);
  if (request.method == "POST" && post) return post(request);
  return {405, "", {{"allow", !post ? "GET, HEAD" : !get ? "POST" : "GET, HEAD, POST"}}};
}

void Endpoint::presence(Presence& presence, presence::ClusterOptions options) {
  if (!options_.pubsub) return options.tracker.require_sense();
  presence.connect(options_.pubsub, std::move(options));
  for (auto& tracker : presence.trackers()) child({tracker.id, std::move(tracker.start)});
}

void Endpoint::child(Child child) {
  require_stopped("child");
  if (!child.start) {
    throw std::invalid_argument("expected a function that makes the child \"" + child.id +
                                "\", got none: set Child::start");
  }
  children_.push_back(std::move(child));
}

std::vector<process::ChildSpec> Endpoint::children(const Context& context) const {
  std::vector<process::ChildSpec> specs;
  for (const Child& child : children_) {
    if (!child.on_each_shard && context.scheduler->shard() != 0) continue;
    specs.push_back({child.id, [child, context] { return made(child, context); }, child.restart,
                     child.shutdown});
  }
  return specs;
}

std::vector<std::unique_ptr<socket::Drainer>> Endpoint::drainers() const {
  return drainers_of(mounts_);
}

std::vector<std::unique_ptr<socket::Drainer>> Endpoint::admin_drainers() const {
  return drainers_of(admin_mounts_);
}

std::vector<std::unique_ptr<socket::Drainer>> Endpoint::drainers_of(
    const std::vector<Mount>& mounts) const {
  std::vector<std::unique_ptr<socket::Drainer>> drainers;
  std::set<const UserSocket*> seen;
  for (const Mount& mount : mounts) {
    if (!seen.insert(mount.socket.get()).second) continue;
    drainers.push_back(
        std::make_unique<socket::Drainer>(mount.socket, mount.drainer, *telemetry_, mount.path));
  }
  return drainers;
}

bool Endpoint::is_admin(const transport::Mount& mount) const {
  return std::any_of(admin_mounts_.begin(), admin_mounts_.end(),
                     [&](const transport::Mount& each) { return &each == &mount; });
}

process::HopRecorder* Endpoint::traces_for(const Request& request) const try {
  if (options_.traces == nullptr) return nullptr;
  const Json given = http::parse_query(request.query())[telemetry::Traces::parameter];
  return options_.traces->recorder_for(given.string_or(""));
} catch (const http::BadQuery&) {
  return nullptr;  // which the mount answers
}

//! [dispatch]
Endpoint::Outcome Endpoint::dispatch(const Request& request,
                                     const Context& context) const noexcept {
  const RequestSubject subject(request);
  const LogScope about(subject);
  try {
    return secured(request, context);
  } catch (const std::exception& error) {
    context.scheduler->log().error("a request failed",
                                   {{"path", request.path()}, {"reason", error.what()}});
  } catch (...) {
    context.scheduler->log().error("a request failed", {{"path", request.path()}});
  }
  return http::rendered_error(500);
}
//! [dispatch]

std::optional<Endpoint::Outcome> Endpoint::dispatch_admin(const Request& request,
                                                          const Context& context) const {
  auto found = find_mount(admin_mounts_, request.path());
  if (!found || found->transport != MountedTransport::websocket) return {};
  return widened(transport::upgrade({request, *found->mount, std::move(found->params), context}));
}

/// Runs before everything else, as in Phoenix: a redirected request is not examined further.
Endpoint::Outcome Endpoint::secured(const Request& request, const Context& context) const {
  if (!options_.force_ssl) return route(request, context);
  const Request actual = transport::rewritten(request, options_.force_ssl->rewrite_on);
  transport::Secured secured = transport::force_ssl(actual, *options_.force_ssl, options_.url_host,
                                                    context.scheduler->log());
  if (secured.redirect) return std::move(*secured.redirect);
  return with_headers(route(actual, context), secured.headers);
}

//! [route]
Endpoint::Outcome Endpoint::route(const Request& request, const Context& context) const {
  process::hop("path", request.path());
  if (auto found = find_mount(mounts_, request.path())) {
    const bool websocket = found->transport == MountedTransport::websocket;
    transport::Attempt attempt{request,
                               *found->mount,
                               std::move(found->params),
                               context,
                               websocket ? "websocket" : "longpoll",
                               options_.url_host};
    return websocket ? widened(transport::upgrade(std::move(attempt)))
                     : widened(transport::longpoll(std::move(attempt), tokens_));
  }
  if (const auto found = pages_.find(http::plain_path(request.path())); found != pages_.end()) {
    if (request.body_too_long) return http::rendered_error(400);
    return found->second.answer(request);
  }
  return Response{404, "Not Found"};
}
//! [route]

}  // namespace phx
