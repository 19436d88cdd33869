/// Visits a shard's processes or topics, and keeps the first rows.

#include "dashboard/survey.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace phx::dashboard {
namespace {

using process::Entry;
using process::Pid;

/// A process's parent is the socket of its client; a supervisor's children are added later.
Pid parent_of(const Entry& each) {
  const Pid client = each.process.client();
  return client == each.pid ? Pid{} : client;
}

std::uint64_t number(Millis time) { return static_cast<std::uint64_t>(time.count()); }

/// In the order of process_columns.
std::array<std::uint64_t, process_columns.size()> numbers_of(const Entry& each,
                                                             std::size_t children) {
  constexpr std::uint64_t per_mille = 1'000;
  const std::uint64_t age = std::max<std::uint64_t>(1, number(each.age));
  return {
      each.mailbox,      each.mailbox_bytes,   each.process.unsent_bytes(),         each.turns,
      number(each.used), number(each.longest), number(each.used) * per_mille / age, each.monitors,
      children,          number(each.age)};
}

ProcessRow row_of(const Entry& each, std::size_t children) {
  return {.pid = each.pid,
          .parent = parent_of(each),
          .kind = std::string(each.process.kind()),
          .name = each.process.name(),
          .topic = std::string(each.process.topic()),
          .awaiting = each.awaiting,
          .working = each.working,
          .numbers = numbers_of(each, children)};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

std::optional<Pid> pid_of(std::string_view text) {
  std::uint64_t shard = 0, serial = 0;
  const char* const end = text.data() + text.size();
  const auto dot = std::from_chars(text.data(), end, shard);
  if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return {};
  const auto rest = std::from_chars(dot.ptr + 1, end, serial);
  if (rest.ec != std::errc() || rest.ptr != end || serial == 0) return {};
  Pid pid;
  pid.shard = shard;
  pid.serial = serial;
  return pid.shard == shard && pid.serial == serial ? std::optional(pid) : std::nullopt;
}

std::weak_ordering compared(const ProcessRow& a, const ProcessRow& b, ProcessColumn by) {
  if (by == ProcessColumn::pid) return a.pid <=> b.pid;
  if (by == ProcessColumn::kind) return a.kind <=> b.kind;
  if (by == ProcessColumn::topic) return a.about() <=> b.about();
  return a.number(by) <=> b.number(by);
}

void ProcessTotals::add(const ProcessTotals& other) {
  processes += other.processes;
  found += other.found;
  for (const auto& [kind, count] : other.kinds) kinds[kind] += count;
  mailbox += other.mailbox;
  mailbox_bytes += other.mailbox_bytes;
  unsent_bytes += other.unsent_bytes;
  for (std::size_t i = 0; i < most.size(); ++i) most[i] = std::max(most[i], other.most[i]);
}

bool ProcessSurvey::step(const Context& context) {
  if (!census_) {
    census_.emplace(*context.scheduler);
    if (query_.parent && *query_.parent) {
      process::Census::visit(*context.scheduler, *query_.parent, [this](const Entry& parent) {
        const std::vector<Pid> children = parent.process.children();
        children_.insert(children.begin(), children.end());
      });
    }
  }
  const bool more = census_->step([this](const Entry& each) { visit(each); },
                                  [this] {
                                    top_.clear();
                                    totals_ = {};
                                  });
  if (more) return true;
  for (ProcessRow& row : top_.rows()) {
    const auto found = parents_.find(row.pid);
    if (found != parents_.end()) row.parent = found->second;
  }
  if (query_.parent && !*query_.parent) {
    std::erase_if(top_.rows(), [](const ProcessRow& row) { return bool(row.parent); });
  }
  return false;
}

void ProcessSurvey::visit(const Entry& each) {
  const std::vector<Pid> children = each.process.children();
  const bool supervises = each.process.kind() == "supervisor";
  if (supervises) {
    for (const Pid child : children) parents_[child] = each.pid;
  }
  const auto numbers = numbers_of(each, children.size());
  ++totals_.processes;
  const auto kind = totals_.kinds.find(each.process.kind());
  if (kind != totals_.kinds.end()) {
    ++kind->second;
  } else {
    totals_.kinds.emplace(each.process.kind(), 1);
  }
  totals_.mailbox += each.mailbox;
  totals_.mailbox_bytes += each.mailbox_bytes;
  totals_.unsent_bytes += each.process.unsent_bytes();
  if (!supervises) {
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      totals_.most[i] = std::max(totals_.most[i], numbers[i]);
    }
  }
  if (!wanted(each)) return;
  ++totals_.found;
  if (!is_number(query_.column) || top_.takes(numbers[static_cast<std::size_t>(query_.column)])) {
    top_.add(row_of(each, children.size()));
  }
}

bool ProcessSurvey::wanted(const Entry& each) const {
  if (query_.parent) {
    const Pid parent = parent_of(each);
    if (!*query_.parent && parent) return false;
    if (*query_.parent && parent != *query_.parent && !children_.contains(each.pid)) return false;
  }
  return query_.text.empty() || contains(each.process.kind(), query_.text) ||
         contains(each.process.topic(), query_.text) || contains(each.process.name(), query_.text);
}

bool DetailSurvey::step(const Context& context) {
  process::Census::visit(*context.scheduler, pid_, [this](const Entry& each) {
    constexpr std::size_t most = 100;
    children = each.process.children();
    row = row_of(each, children.size());
    if (children.size() > most) children.resize(most);
    network = each.process.network();
  });
  mail = process::Census::mail(*context.scheduler, pid_);
  handled = process::Census::watch(*context.scheduler, pid_, Clock::now());
  return false;
}

bool TopicSurvey::step(const Context& context) {
  return context.pubsub->step(
      walk_,
      [this](const pubsub::Topic& topic) {
        const std::string_view name = *topic.name;
        if (!query_.text.empty() && !contains(name, query_.text)) return;
        ++topics_;
        top_.add({.topic = std::string(name),
                  .numbers = {topic.subscribers.size(), topic.broadcasts, topic.deliveries}});
      },
      [this] {
        top_.clear();
        topics_ = 0;
      });
}

std::vector<TopicRow> merged(std::vector<std::vector<TopicRow>> parts, const TopicQuery& query) {
  std::unordered_map<std::string, TopicRow> all;
  for (auto& part : parts) {
    for (TopicRow& row : part) {
      const auto [at, is_new] = all.try_emplace(row.topic, row);
      if (is_new) continue;
      ++at->second.shards;
      auto& numbers = at->second.numbers;
      const auto [members, broadcasts, deliveries] = row.numbers;
      // A broadcast goes to each shard, and is one all the same.
      numbers = {numbers[0] + members, std::max(numbers[1], broadcasts), numbers[2] + deliveries};
    }
  }
  Top<TopicRow, TopicColumn> top(query.column, query.ascending, query.top);
  for (auto& [topic, row] : all) top.add(std::move(row));
  return std::move(top).sorted();
}

}  // namespace phx::dashboard
