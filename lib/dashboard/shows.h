#pragma once
/// \file
/// What the open pages show: each view is gathered once a second, however many pages have it open,
/// and not at all while none has.

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/endpoint.h"
#include "process/scheduler.h"
#include "serializer/payload.h"

namespace phx::dashboard {

/// A path of Dashboard::answer without its prefix, and its query.
struct View {
  std::string path, query;
  auto operator<=>(const View&) const = default;
};

/// Sent to each page that shows a view: `{"path", "query", "after", "status", "response"}`.
/// Numbered rows, seconds and lines, begin after `after`.
struct Shown {
  serializer::Payload payload;
};
inline std::size_t heap_bytes(const Shown& shown) { return shown.payload.stored_bytes(); }

/// Any thread, except for gather(). Neither copied nor moved.
class Shows : public std::enable_shared_from_this<Shows> {
 public:
  /// Of all pages together.
  static constexpr std::size_t max_views = 16;

  using Answer = std::function<Endpoint::Outcome(const http::Request&)>;
  /// The number of the newest row that a path has now, if it numbers its rows.
  using Newest = std::function<std::optional<std::uint64_t>(std::string_view path)>;
  Shows(Answer answer, Newest newest) : answer_(std::move(answer)), newest_(std::move(newest)) {}

  /// The page, a process, is sent these from now on, and no others. False: there would be too many
  /// views, and it is sent none.
  bool show(process::Pid page, const std::set<View>& views);
  /// Begins to gather each view, unless it still is from the last time. The first shard's thread,
  /// once a second.
  void gather(process::Scheduler& scheduler);

 private:
  class Gathering;
  struct Pages {
    std::set<process::Pid> pids = {};
    std::uint64_t newest = 0;
    bool under_way = false;
  };
  void gathered(const View& view, std::uint64_t after, const http::Response& response,
                process::Scheduler& scheduler);

  const Answer answer_;
  const Newest newest_;
  std::mutex mutex_;
  std::map<View, Pages> views_;
};

}  // namespace phx::dashboard
