/// Gives traces to workers, each with its own server, and judges the results.

#include "traces/phx-trace/replays.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "traces/phx-trace/generated.h"
#include "traces/phx-trace/index.h"
#include "traces/phx-trace/names.h"
#include "traces/phx-trace/replay.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Millis;
using conformance::ServerProcess;
using conformance::Url;

constexpr Millis start_patience{15'000};
constexpr std::size_t max_shown = 400;

struct Job {
  std::string file;
  Trace trace = {};
  Seconds length = 0;
  bool signals = false;  ///< It ends its server.
  bool readable = true;
  Verdict verdict = {};
};

/// A live view is joined with the tokens of its page.
bool brings_tokens(const Entry& entry) {
  return entry.request.method == "GET" && entry.response && is_live_page(entry.response->body);
}

/// A server has none of a browser's other requests; and without its answers a long-poll session
/// can't be replayed.
void keep_what_can_be_played(Job& job) {
  std::vector<Entry>& entries = job.trace.entries;
  std::erase_if(
      entries, [](const Entry& entry) { return !is_conversation(entry) && !brings_tokens(entry); });
  const bool lost = std::any_of(entries.begin(), entries.end(), [](const Entry& entry) {
    return is_longpoll(entry.request.target) && entry.body_is_missing;
  });
  if (!lost) return;
  const std::size_t polls =
      std::erase_if(entries, [](const Entry& entry) { return is_longpoll(entry.request.target); });
  fmt::print("· {}: {} not played, because the file lacks the answers\n", job.file,
             counted(polls, "long-poll request"));
}

Job job_of(const std::string& file) {
  try {
    Job job{.file = file, .trace = read_har_file(file)};
    for (const std::string& sentence : job.trace.remarks.sentences()) {
      fmt::print("· {}: {}\n", file, sentence);
    }
    if (!job.trace.whole) keep_what_can_be_played(job);
    if (job.trace.entries.empty()) throw BadFile("expected a conversation, but there is none");
    const auto steps = timeline(job.trace);
    if (!steps.empty()) job.length = steps.back().at - steps.front().at;
    job.signals = std::any_of(steps.begin(), steps.end(), [](const Step& step) {
      return step.happening && step.happening->kind == Happening::Kind::signal;
    });
    return job;
  } catch (const BadFile& error) {
    return {.file = file,
            .readable = false,
            .verdict = {.agrees = false, .why = fmt::format("it can't be read: {}", error.what())}};
  }
}

Verdict play(const Job& job, const Url& url, ServerProcess* server) try {
  Verdict verdict = Replay(job.trace, url, server).run();
  if (server && !job.signals && server->ended()) {
    return {
        .agrees = false,
        .why = fmt::format("the server is gone: {}\n{}", *server->ended(), server->last_words())};
  }
  return verdict;
} catch (const std::exception& error) {
  return {.agrees = false, .why = fmt::format("it can't be played: {}", error.what())};
}

std::unique_ptr<ServerProcess> start(const ReplayOptions& options) {
  auto server = std::make_unique<ServerProcess>(options.command);
  if (const auto why = server->wait_until_it_listens(start_patience)) {
    throw std::runtime_error(
        fmt::format("the server does not start: {}\n{}", *why, server->last_words()));
  }
  return server;
}

Url url_of(const ServerProcess& server) { return {.host = "127.0.0.1", .port = server.port()}; }

/// The longest first, so that none of them is left at the end.
void play_with_own_servers(const ReplayOptions& options, std::vector<Job>& jobs) {
  std::vector<Job*> queue;
  for (Job& job : jobs) {
    if (!job.signals && job.readable) queue.push_back(&job);
  }
  std::sort(queue.begin(), queue.end(),
            [](const Job* a, const Job* b) { return a->length > b->length; });
  // Processes are made before threads: a child must not inherit what another thread has open.
  std::vector<std::unique_ptr<ServerProcess>> servers;
  while (servers.size() < std::min(options.at_once, queue.size()))
    servers.push_back(start(options));
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> workers;
  for (const auto& server : servers) {
    workers.emplace_back([&queue, &next, own = server.get()] {
      for (std::size_t i = next++; i < queue.size(); i = next++) {
        queue[i]->verdict = play(*queue[i], url_of(*own), own);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  servers.clear();
  for (Job& job : jobs) {
    if (!job.signals) continue;
    const auto server = start(options);
    job.verdict = play(job, url_of(*server), server.get());
  }
}

void play_to_url(const ReplayOptions& options, std::vector<Job>& jobs) {
  const auto url = conformance::parse_url(options.url);
  if (!url) {
    throw std::invalid_argument(
        fmt::format("--url: expected ws://host:port/socket, got \"{}\"", options.url));
  }
  std::erase_if(jobs, [](const Job& job) {
    if (job.signals)
      fmt::print("· {}: not played: it signals its server, so start one with -- COMMAND\n",
                 job.file);
    return job.signals;
  });
  for (Job& job : jobs) {
    if (job.readable) job.verdict = play(job, *url, nullptr);
  }
}

std::string where(const Verdict& verdict) {
  return verdict.step == 0 ? "after the last step" : fmt::format("at step {}", verdict.step);
}

void print_difference(const Job& job) {
  const Verdict& verdict = job.verdict;
  fmt::print("✗ {}: differs {}: {}\n", job.file, where(verdict), verdict.why);
  if (verdict.recorded.empty() && verdict.replayed.empty()) return;
  fmt::print("    recorded  {}\n    replayed  {}\n", cut(verdict.recorded, max_shown),
             cut(verdict.replayed, max_shown));
}

/// A trace listed as agreeing must agree, and one listed as differing must differ at that step.
bool is_as_listed(const Job& job, const Listed& listed, const std::string& index) {
  const Verdict& verdict = job.verdict;
  if (listed.agrees) {
    if (!verdict.agrees) print_difference(job);
    return verdict.agrees;
  }
  if (verdict.agrees) {
    fmt::print("✗ {}: agrees, but {} says that it differs: {}\n", job.file, index, listed.why);
  } else if (where(verdict) != listed.where) {
    print_difference(job);
    fmt::print("    {} says that it differs {}: {}\n", index, listed.where, listed.why);
  }
  return !verdict.agrees && where(verdict) == listed.where;
}

std::size_t judge(const std::vector<Job>& jobs, const ReplayOptions& options) {
  std::map<std::string, Listed> listed;
  if (!options.index.empty()) listed = read_index(options.index);
  const auto folder = std::filesystem::path(options.index).parent_path();
  std::size_t wrong = 0;
  for (const Job& job : jobs) {
    const auto file = std::filesystem::path(job.file).lexically_proximate(folder).generic_string();
    if (!is_as_listed(job, listed[file], options.index)) ++wrong;
  }
  return wrong;
}

std::string summary(const std::vector<Job>& jobs, const ReplayOptions& options, std::size_t wrong) {
  const auto agree =
      std::count_if(jobs.begin(), jobs.end(), [](const Job& job) { return job.verdict.agrees; });
  const auto differ = static_cast<std::ptrdiff_t>(jobs.size()) - agree;
  const std::string count = fmt::format("{} of {} traces agree", agree, jobs.size());
  if (options.index.empty())
    return differ == 0 ? count : fmt::format("{}; {} differ", count, differ);
  if (wrong > 0) return fmt::format("{}; {} are not as {} says", count, wrong, options.index);
  return fmt::format("{}, and {} differ as {} says", count, differ, options.index);
}

}  // namespace

int replay(const ReplayOptions& options) {
  if (options.url.empty() == options.command.empty()) {
    throw std::invalid_argument("expected either --url ws://host:port/socket or -- COMMAND");
  }
  std::vector<Job> jobs;
  for (const std::string& file : options.files) jobs.push_back(job_of(file));
  if (options.url.empty()) {
    play_with_own_servers(options, jobs);
  } else {
    play_to_url(options, jobs);
  }
  const std::size_t wrong = judge(jobs, options);
  fmt::print("{}\n", summary(jobs, options, wrong));
  return wrong == 0 ? 0 : 1;
}

}  // namespace phx::trace
