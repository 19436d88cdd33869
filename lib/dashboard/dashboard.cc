/// Takes a look on every shard for each request, and answers when all are complete.

#include "dashboard/dashboard.h"

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include "dashboard/answers.h"
#include "dashboard/surveyor.h"

namespace phx {
namespace {

using dashboard::BadQuery;
using dashboard::error_answer;
using dashboard::json_answer;
using dashboard::ProcessSurvey;
using dashboard::ProcessTotals;
using http::Request;
using http::Response;

constexpr const char* handler_id = "phx-dashboard";
constexpr std::string_view processes_prefix = "processes/";
constexpr std::string_view end_suffix = "/end";

}  // namespace

/// Shared with the surveyors, which may outlive the dashboard.
struct Dashboard::Shared {
  explicit Shared(DashboardOptions o) : options(std::move(o)) {}

  /// A shard whose surveyor lives.
  struct Shard {
    Context context;
    process::Pid surveyor;
  };
  using Shards = std::map<std::uint32_t, Shard>;

  /// A copy, with the first shard in it; or empty if the server does not run.
  Shards running() const {
    const std::lock_guard lock(mutex);
    return shards.contains(0) ? shards : Shards{};
  }

  const DashboardOptions options;
  /// The newest of the rows that a path numbers.
  std::optional<std::uint64_t> newest(std::string_view path) const {
    if (path == "overview") return history.latest().number;
    if (path == "log" && options.log) return options.log->last();
    return {};
  }

  dashboard::History history;
  std::shared_ptr<dashboard::Shows> shows;
  std::atomic<std::size_t> looks = 0;  ///< Under way.
  mutable std::mutex mutex;
  Shards shards;
};

/// The surveyor of one shard, known while it lives. The first shard's also counts the seconds.
class Dashboard::Clerk final : public dashboard::Surveyor {
 public:
  Clerk(const Context& context, std::shared_ptr<Shared> shared)
      : Surveyor(context), context_(context), shared_(std::move(shared)) {}

 protected:
  void init() override {
    {
      const std::lock_guard lock(shared_->mutex);
      shared_->shards.insert_or_assign(self().shard, Shared::Shard{context_, self()});
    }
    if (self().shard == 0) tick_later();
  }
  void handle(process::Message message) override {
    if (!message.holds<Tick>()) return Surveyor::handle(std::move(message));
    shared_->history.tick();
    shared_->shows->gather(scheduler());
    tick_later();
  }
  void buried() override {
    const std::lock_guard lock(shared_->mutex);
    shared_->shards.erase(self().shard);
  }

 private:
  struct Tick {};
  void tick_later() { scheduler().send_after(Millis{1'000}, self(), Tick{}); }

  const Context context_;
  const std::shared_ptr<Shared> shared_;
};

Dashboard::Dashboard(Endpoint& endpoint, DashboardOptions options)
    : endpoint_(endpoint),
      shared_(std::make_shared<Shared>(std::move(options))),
      live_(std::make_shared<dashboard::LiveSocket>(
          [this](const Request& request) { return answer(request); },
          [shared = shared_.get()](std::string_view path) { return shared->newest(path); })) {
  shared_->shows = live_->shows();
  endpoint.admin_socket({.path = "/dashboard/live",
                         .socket = live_,
                         .connect_info = {.peer_data = true},
                         .auth_token = true});
  endpoint.telemetry().attach(handler_id, shared_->history.handlers());
  endpoint.child(
      {.id = "dashboard",
       .start = [shared = shared_](
                    const Context& context) { return std::make_unique<Clerk>(context, shared); },
       .on_each_shard = true});
}

Dashboard::~Dashboard() { endpoint_.telemetry().detach(handler_id); }

// --- A look --------------------------------------------------------------------------------------

/// The place of one look among Dashboard::max_looks, given back at its end. Null if there is none.
std::shared_ptr<void> Dashboard::place(const std::shared_ptr<Shared>& shared) {
  if (shared->looks.fetch_add(1) >= max_looks) {
    --shared->looks;
    return nullptr;
  }
  return {shared.get(), [shared](void*) { --shared->looks; }};
}

/// Takes a look at each shard, or at one of them, and answers with what `render` makes of the
/// surveys. Each survey belongs to its shard until it is complete; then all are on the first
/// shard's thread, as are the request and the answer.
template <class Survey>
Endpoint::Outcome Dashboard::look(std::function<std::shared_ptr<Survey>()> make,
                                  Render<Survey> render, std::optional<std::uint32_t> only) const {
  return http::Deferred{[shared = shared_, make = std::move(make), render = std::move(render),
                         only](std::shared_ptr<http::Responder> client) {
    const Shared::Shards shards = shared->running();
    if (shards.empty()) return client->respond(error_answer(503, "the server is not running"));
    const std::shared_ptr<void> taken = place(shared);
    if (!taken) return client->respond(error_answer(503, "too many looks are under way"));
    std::vector<std::pair<process::Pid, std::shared_ptr<Survey>>> asked;
    auto parts = std::make_shared<Parts<Survey>>();
    for (const auto& [number, shard] : shards) {
      if (only && number != *only) continue;
      parts->push_back(make());
      asked.emplace_back(shard.surveyor, parts->back());
    }
    if (asked.empty()) return client->respond(error_answer(404, "no process has this pid"));
    process::Scheduler* const first = shards.begin()->second.context.scheduler;
    const auto left = std::make_shared<std::atomic<std::size_t>>(asked.size());
    const auto done = [=] {
      if (--*left == 0) first->post([=] { client->respond(render(*parts)); });
      static_cast<void>(taken);  // until all closures are gone
    };
    for (auto& [surveyor, survey] : asked) {
      first->send(surveyor, dashboard::Look{std::move(survey), done});
    }
  }};
}

namespace {

/// The totals of all shards, and the first rows.
template <class Parts>
std::pair<ProcessTotals, std::vector<dashboard::ProcessRow>> joined(
    const Parts& parts, const dashboard::ProcessQuery& query) {
  ProcessTotals totals;
  dashboard::Top<dashboard::ProcessRow, dashboard::ProcessColumn> top(query.column, query.ascending,
                                                                      query.top);
  for (const auto& part : parts) {
    totals.add(part->totals());
    for (dashboard::ProcessRow& row : std::move(*part).rows()) top.add(std::move(row));
  }
  return {totals, std::move(top).sorted()};
}

template <class Rows>
Json list_of(const Rows& rows) {
  Json list = Json::array();
  for (const auto& row : rows) list.append(dashboard::as_json(row));
  return list;
}

Json faults_of(const dashboard::History& history) {
  Json faults = Json::object();
  for (std::size_t i = 0; i < dashboard::fault_names.size(); ++i) {
    faults.set(dashboard::fault_names[i], history.faults(static_cast<dashboard::Fault>(i)));
  }
  return faults;
}

Json limits_of(const dashboard::History& history) {
  Json limits = Json::object();
  for (std::size_t i = 0; i < telemetry::limits; ++i) {
    const auto limit = static_cast<telemetry::Limit>(i);
    if (const auto times = history.limits(limit)) limits.set(telemetry::to_string(limit), times);
  }
  return limits;
}

Response nodes(const dashboard::History& history, const Presence* presence) {
  const auto now = Clock::now();
  const auto since = [now](Clock::time_point then) { return floor<Millis>(now - then).count(); };
  Json nodes = Json::array();
  for (const Presence::Node& node :
       presence == nullptr ? std::vector<Presence::Node>{} : presence->nodes()) {
    nodes.append(Json::object({{"name", one_line(node.name)},
                               {"up", node.is_up},
                               {"heard_ms_ago", since(node.heard)},
                               {"clock", node.clock}}));
  }
  Json links = Json::array();
  for (const auto& [role, link] : history.redis()) {
    links.append(Json::object({{"role", role},
                               {"up", link.up},
                               {"where", one_line(link.where)},
                               {"for_ms", since(link.since)}}));
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(history.redis_took());
  return json_answer(
      200, Json::object({{"nodes", nodes}, {"redis", links}, {"redis_delay_us", took.count()}}));
}

Response log_lines(const LogTail* log, std::string_view query) {
  if (log == nullptr) return error_answer(404, "this server keeps no lines of its log");
  const std::string level = dashboard::text_in(query, "level");
  Level least = Level::debug;
  try {
    if (!level.empty()) least = level_of(level);
  } catch (const std::invalid_argument& error) {
    throw BadQuery(error.what());
  }
  Json lines = Json::array();
  const auto found = log->after(dashboard::number_in(query, "after", 0), least,
                                dashboard::text_in(query, "text"), Dashboard::max_rows);
  for (const LogTail::Line& line : found) {
    const auto since_1970 = floor<Millis>(line.time.time_since_epoch()).count();
    lines.append(Json::object({{"number", line.number},
                               {"time", since_1970},
                               {"level", name_of(line.level)},
                               {"text", line.text}}));
  }
  return json_answer(200, Json::object({{"lines", lines}, {"last", log->last()}}));
}

/// From a number on, as many as fit in one answer: ask again with the last one's.
Response hops(const telemetry::Traces* traces, std::string_view query) {
  if (traces == nullptr) return error_answer(404, "this server keeps no traces");
  Json list = Json::array();
  for (const auto& hop :
       traces->since(dashboard::number_in(query, "after", 0), Dashboard::max_rows)) {
    list.append(telemetry::as_json(hop));
  }
  return json_answer(200, Json::object({{"hops", list}}));
}

Json detail_of(const dashboard::DetailSurvey& found) {
  Json json = dashboard::as_json(*found.row);
  Json mail = Json::object();
  for (const auto& [type, count] : found.mail) mail.set(one_line(type), count);
  Json children = Json::array();
  for (const process::Pid child : found.children) children.append(to_string(child));
  Json handled = Json::array();
  for (const process::Handled& each : found.handled) {
    handled.append(Json::object({{"type", one_line(each.type)},
                                 {"bytes", each.bytes},
                                 {"ago_ms", floor<Millis>(each.ago).count()},
                                 {"took_ns", std::chrono::nanoseconds(each.took).count()}}));
  }
  json.set("mail", mail);
  json.set("handled", handled);
  json.set("first_children", children);
  json.set("network", one_line(found.network));
  return json;
}

}  // namespace

// --- Answers -------------------------------------------------------------------------------------

Endpoint::Outcome Dashboard::processes(
    const dashboard::ProcessQuery& asked,
    std::function<Json(const ProcessTotals&, const std::vector<dashboard::ProcessRow>&)> render)
    const {
  return look<ProcessSurvey>(
      [asked] { return std::make_shared<ProcessSurvey>(asked); },
      [asked, render = std::move(render)](const Parts<ProcessSurvey>& parts) {
        const auto [totals, rows] = joined(parts, asked);
        return json_answer(200, render(totals, rows));
      });
}

Endpoint::Outcome Dashboard::overview(std::uint64_t after) const {
  return processes({.top = 0}, [after, shared = shared_](const ProcessTotals& totals, const auto&) {
    dashboard::History& history = shared->history;
    const auto channels = totals.kinds.find("channel");
    history.looked({channels == totals.kinds.end() ? 0 : channels->second, totals.mailbox_bytes,
                    totals.unsent_bytes});
    return Json::object({{"seconds", list_of(history.after(after))},
                         {"totals", dashboard::as_json(totals)},
                         {"faults", faults_of(history)},
                         {"limits", limits_of(history)},
                         {"memory_limit", history.memory_limit()}});
  });
}

Endpoint::Outcome Dashboard::limits() const {
  return processes({.top = 0}, [shared = shared_, &endpoint = endpoint_](
                                   const ProcessTotals& totals, const auto&) {
    return Json::object(
        {{"limits", dashboard::limits_as_json(shared->options.limits, shared->history, totals,
                                              endpoint.longpoll_sessions())}});
  });
}

Endpoint::Outcome Dashboard::topics(const dashboard::TopicQuery& asked) const {
  using dashboard::TopicSurvey;
  return look<TopicSurvey>(
      [asked] { return std::make_shared<TopicSurvey>(asked); },
      [asked, presence = shared_->options.presence](const Parts<TopicSurvey>& parts) {
        std::vector<std::vector<dashboard::TopicRow>> rows;
        std::size_t most = 0;
        for (const auto& part : parts) {
          most = std::max(most, part->topics());
          rows.push_back(std::move(*part).rows());
        }
        Json list = Json::array();
        for (const dashboard::TopicRow& row : dashboard::merged(std::move(rows), asked)) {
          Json json = dashboard::as_json(row);
          if (presence != nullptr) json.set("present", presence->count(row.topic));
          list.append(std::move(json));
        }
        return json_answer(200, Json::object({{"topics", list}, {"in_a_shard", most}}));
      });
}

Endpoint::Outcome Dashboard::detail(process::Pid pid) const {
  using dashboard::DetailSurvey;
  return look<DetailSurvey>([pid] { return std::make_shared<DetailSurvey>(pid); },
                            [](const Parts<DetailSurvey>& parts) {
                              const DetailSurvey& found = *parts.front();
                              if (!found.row) return error_answer(404, "no process has this pid");
                              return json_answer(200, detail_of(found));
                            },
                            static_cast<std::uint32_t>(pid.shard));
}

Response Dashboard::end(process::Pid pid, const std::string& peer) const {
  const Shared::Shards shards = shared_->running();
  if (!shards.contains(pid.shard)) return error_answer(404, "no process has this pid");
  const Context& first = shards.begin()->second.context;
  first.log().warn("a process is ended from the dashboard",
                   {{"pid", to_string(pid)}, {"peer", peer}});
  first.scheduler->exit(pid, {process::ExitReason::killed, "by the operator"});
  return json_answer(202, Json::object({{"status", "ok"}}));
}

Endpoint::Outcome Dashboard::answer(const Request& request) try {
  std::string_view what = request.path().substr(prefix.size());
  const std::string_view query = request.query();
  const bool ends = what.starts_with(processes_prefix) && what.ends_with(end_suffix);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (ends ? request.method != "POST" : !reads) {
    const std::string allowed = ends ? "POST" : "GET, HEAD";
    Response refusal = error_answer(405, "expected " + allowed);
    refusal.headers.emplace_back("allow", allowed);
    return refusal;
  }
  if (what == "overview") return overview(dashboard::number_in(query, "after", 0));
  if (what == "topics") return topics(dashboard::topic_query(query, max_rows));
  if (what == "limits") return limits();
  if (what == "nodes") return nodes(shared_->history, shared_->options.presence);
  if (what == "traces") return hops(shared_->options.traces.get(), query);
  if (what == "log") return log_lines(shared_->options.log.get(), query);
  if (what == "processes") {
    return processes(dashboard::process_query(query, max_rows), [](const ProcessTotals& totals,
                                                                   const auto& rows) {
      return Json::object({{"totals", dashboard::as_json(totals)}, {"processes", list_of(rows)}});
    });
  }
  if (!what.starts_with(processes_prefix)) return error_answer(404, "Not Found");
  what.remove_prefix(processes_prefix.size());
  if (ends) what.remove_suffix(end_suffix.size());
  const auto pid = dashboard::pid_of(what);
  if (!pid) throw BadQuery("expected a pid such as 0.42 in the path");
  if (ends) return end(*pid, request.peer);
  return detail(*pid);
} catch (const BadQuery& error) {
  return error_answer(422, error.what());
}

}  // namespace phx
