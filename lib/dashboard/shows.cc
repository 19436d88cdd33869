/// Asks as a page would, and sends the answer to all that wait for it.

#include "dashboard/shows.h"

#include <utility>

#include "dashboard/dashboard.h"

namespace phx::dashboard {

/// A view whose answer takes time.
class Shows::Gathering final : public http::Responder {
 public:
  Gathering(std::shared_ptr<Shows> shows, View view, std::uint64_t after,
            process::Scheduler& scheduler)
      : shows_(std::move(shows)), view_(std::move(view)), after_(after), scheduler_(scheduler) {}
  bool gone() const override { return false; }

 private:
  void send(http::Response response) override {
    shows_->gathered(view_, after_, response, scheduler_);
  }

  const std::shared_ptr<Shows> shows_;
  const View view_;
  const std::uint64_t after_;
  process::Scheduler& scheduler_;
};

bool Shows::show(process::Pid page, const std::set<View>& views) {
  const std::lock_guard lock(mutex_);
  for (auto at = views_.begin(); at != views_.end();) {
    if (!views.contains(at->first)) at->second.pids.erase(page);
    at = at->second.pids.empty() ? views_.erase(at) : std::next(at);
  }
  std::size_t more = 0;
  for (const View& view : views) more += views_.contains(view) ? 0 : 1;
  const bool room = views_.size() + more <= max_views;
  for (const View& view : room ? views : std::set<View>{}) {
    const auto [at, is_new] = views_.try_emplace(view);
    at->second.pids.insert(page);
    if (is_new) at->second.newest = newest_(view.path).value_or(0);
  }
  return room;
}

void Shows::gather(process::Scheduler& scheduler) {
  std::vector<std::pair<View, std::uint64_t>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [view, pages] : views_) {
      if (std::exchange(pages.under_way, true)) continue;
      const std::uint64_t newest = newest_(view.path).value_or(0);
      due.emplace_back(view, std::exchange(pages.newest, newest));
    }
  }
  for (const auto& [view, after] : due) {
    std::string query = view.query;
    if (newest_(view.path)) query += (query.empty() ? "after=" : "&after=") + std::to_string(after);
    const Endpoint::Outcome outcome =
        answer_({"GET", std::string(Dashboard::prefix) + view.path + "?" + query});
    if (const auto* response = std::get_if<http::Response>(&outcome)) {
      gathered(view, after, *response, scheduler);
    } else {
      std::get<http::Deferred>(outcome).begin(
          std::make_shared<Gathering>(shared_from_this(), view, after, scheduler));
    }
  }
}

void Shows::gathered(const View& view, std::uint64_t after, const http::Response& response,
                     process::Scheduler& scheduler) {
  const std::string head = Json::object({{"path", view.path},
                                         {"query", view.query},
                                         {"after", after},
                                         {"status", response.status}})
                               .dump();
  const serializer::Payload payload = serializer::Payload::own_text(
      head.substr(0, head.size() - 1) + ",\"response\":" + response.body + "}");
  const std::lock_guard lock(mutex_);
  const auto found = views_.find(view);
  if (found == views_.end()) return;
  found->second.under_way = false;
  for (const process::Pid page : found->second.pids) scheduler.send(page, Shown{payload});
}

}  // namespace phx::dashboard
