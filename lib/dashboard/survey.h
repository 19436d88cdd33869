#pragma once
/// \file
/// What one look sees of one shard: the first rows by a column, and the sums over all.
///
/// A look is gathered in bounded steps, and keeps a bounded number of rows, however many processes
/// and topics there are.

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "channel/socket.h"
#include "process/census.h"

namespace phx::dashboard {

/// The columns that processes are sorted by: those of numbers, and then three others.
enum class ProcessColumn : unsigned char {
  mailbox,
  mailbox_bytes,
  unsent_bytes,
  turns,
  used,
  longest,
  load,  ///< Time used, as a share of its age.
  monitors,
  children,
  age,
  pid,
  kind,
  topic,  ///< Or, without one, the name.
};
inline constexpr std::array<std::string_view, 10> process_columns{
    "mailbox", "mailbox_bytes", "unsent_bytes", "turns",    "used",
    "longest", "load",          "monitors",     "children", "age"};
inline constexpr std::array<std::string_view, 13> process_sorts{
    "mailbox",  "mailbox_bytes", "unsent_bytes", "turns", "used", "longest", "load",
    "monitors", "children",      "age",          "pid",   "kind", "topic"};
enum class TopicColumn : unsigned char { members, broadcasts, deliveries };
inline constexpr std::array<std::string_view, 3> topic_columns{"members", "broadcasts",
                                                               "deliveries"};

/// The reverse of process::to_string; nothing for anything else.
std::optional<process::Pid> pid_of(std::string_view text);

/// Which rows to keep. A value.
template <class Column>
struct Query {
  Column column{};
  bool ascending = false;
  std::size_t top = 50;
  std::string text = {};  ///< Only rows with this text in their kind, name or topic.
  /// Only the children of this process; with Pid{}, only processes without a parent.
  std::optional<process::Pid> parent = {};
};
using ProcessQuery = Query<ProcessColumn>;
using TopicQuery = Query<TopicColumn>;

struct ProcessRow {
  process::Pid pid;
  process::Pid parent;
  std::string kind, name, topic;
  bool awaiting = false;
  bool working = false;
  std::array<std::uint64_t, process_columns.size()> numbers{};  ///< By column; times in ms.

  /// REQUIRES: a column of numbers.
  std::uint64_t number(ProcessColumn column) const {
    return numbers[static_cast<std::size_t>(column)];
  }
  const std::string& about() const { return topic.empty() ? name : topic; }
};
inline bool is_number(ProcessColumn column) {
  return static_cast<std::size_t>(column) < process_columns.size();
}
std::weak_ordering compared(const ProcessRow& a, const ProcessRow& b, ProcessColumn by);

struct TopicRow {
  std::string topic;
  std::size_t shards = 1;  ///< With a member.
  std::array<std::uint64_t, topic_columns.size()> numbers{};

  std::uint64_t number(TopicColumn column) const {
    return numbers[static_cast<std::size_t>(column)];
  }
};
inline std::weak_ordering compared(const TopicRow& a, const TopicRow& b, TopicColumn by) {
  return a.number(by) <=> b.number(by);
}

/// The first rows by a column: a heap whose top is the last of them. A value.
template <class Row, class Column>
class Top {
 public:
  Top(Column column, bool ascending, std::size_t most)
      : column_(column), ascending_(ascending), most_(most) {}

  void add(Row row) {
    if (most_ == 0) return;
    const auto before = [this](const Row& a, const Row& b) { return precedes(a, b); };
    if (rows_.size() == most_) {
      if (!precedes(row, rows_.front())) return;
      std::pop_heap(rows_.begin(), rows_.end(), before);
      rows_.pop_back();
    }
    rows_.push_back(std::move(row));
    std::push_heap(rows_.begin(), rows_.end(), before);
  }
  /// Whether a row with this number would be kept: saves making one that would not. REQUIRES: a
  /// column of numbers.
  bool takes(std::uint64_t number) const {
    if (rows_.size() < most_) return true;
    if (most_ == 0) return false;
    const std::uint64_t last = rows_.front().number(column_);
    return ascending_ ? number <= last : number >= last;
  }
  void clear() { rows_.clear(); }
  /// In order.
  std::vector<Row> sorted() && {
    std::sort(rows_.begin(), rows_.end(),
              [this](const Row& a, const Row& b) { return precedes(a, b); });
    return std::move(rows_);
  }
  std::vector<Row>& rows() { return rows_; }

 private:
  /// Equal rows are ordered by what identifies them, so that a page does not flicker.
  bool precedes(const Row& a, const Row& b) const {
    const std::weak_ordering order = compared(a, b, column_);
    if (order != 0) return ascending_ ? order < 0 : order > 0;
    return id(a) < id(b);
  }
  static auto id(const Row& row) {
    if constexpr (requires { row.pid; }) {
      return row.pid;
    } else {
      return std::string_view(row.topic);
    }
  }

  Column column_;
  bool ascending_;
  std::size_t most_;
  std::vector<Row> rows_;
};

/// The sums over all processes of a shard, and their maxima.
struct ProcessTotals {
  std::size_t processes = 0, found = 0;  ///< All; and those that the query is about.
  std::map<std::string, std::size_t, std::less<>> kinds = {};
  std::uint64_t mailbox = 0, mailbox_bytes = 0, unsent_bytes = 0;
  std::array<std::uint64_t, process_columns.size()> most{};  ///< By column, without supervisors.

  void add(const ProcessTotals& other);
};

/// One shard's part of a look. On that shard's thread, except for its making and its end.
class Survey {
 public:
  virtual ~Survey() = default;
  /// The next step. False: it is complete.
  virtual bool step(const Context& context) = 0;
};

class ProcessSurvey final : public Survey {
 public:
  explicit ProcessSurvey(ProcessQuery query)
      : query_(std::move(query)), top_(query_.column, query_.ascending, query_.top) {}
  bool step(const Context& context) override;

  std::vector<ProcessRow> rows() && { return std::move(top_).sorted(); }
  const ProcessTotals& totals() const { return totals_; }

 private:
  void visit(const process::Entry& each);
  bool wanted(const process::Entry& each) const;

  const ProcessQuery query_;
  Top<ProcessRow, ProcessColumn> top_;
  ProcessTotals totals_;
  std::optional<process::Census> census_;
  std::map<process::Pid, process::Pid> parents_;  ///< Of the children of supervisors.
  std::set<process::Pid> children_;               ///< Of query_.parent.
};

/// One process, with the mail that waits for it; a second look soon after sees what it handled.
class DetailSurvey final : public Survey {
 public:
  explicit DetailSurvey(process::Pid pid) : pid_(pid) {}
  bool step(const Context& context) override;

  std::optional<ProcessRow> row;
  std::map<std::string, std::size_t> mail = {};  ///< How many messages of each type.
  std::vector<process::Handled> handled = {};    ///< The newest first: see Census::watch().
  std::vector<process::Pid> children = {};
  std::string network = {};

 private:
  const process::Pid pid_;
};

class TopicSurvey final : public Survey {
 public:
  /// A shard keeps this many rows, so a topic's sum over the shards is exact for up to as many
  /// topics; beyond, a topic that is among the first of no shard may be missing.
  static constexpr std::size_t max_rows = 1'000;

  explicit TopicSurvey(TopicQuery query)
      : query_(std::move(query)), top_(query_.column, query_.ascending, max_rows) {}
  bool step(const Context& context) override;

  std::vector<TopicRow> rows() && { return std::move(top_.rows()); }
  std::size_t topics() const { return topics_; }

 private:
  const TopicQuery query_;
  Top<TopicRow, TopicColumn> top_;
  BucketWalk walk_;
  std::size_t topics_ = 0;
};

/// The rows of all shards as one list, each topic once.
std::vector<TopicRow> merged(std::vector<std::vector<TopicRow>> parts, const TopicQuery& query);

}  // namespace phx::dashboard
