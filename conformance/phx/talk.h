/// \file
/// One run of phx: a topic, its events, and what is typed.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include "client/client.h"
#include "client/presence_list.h"
#include "conformance/phx/options.h"
#include "conformance/phx/printer.h"

namespace phx::talk {

/// The main thread reads; callbacks come on the client's. Neither copied nor moved.
class Talk {
 public:
  /// \throws OptionError for a URL that can't be used.
  explicit Talk(const Options& options);
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  /// Joins, and talks until the end. Returns the exit status.
  int run();

 private:
  static ClientOptions client_options(const Options& options);
  void listen();
  void listen_to_connection();
  void listen_to_join();
  void read_input();
  void take(std::string_view bytes);
  void push_line(const std::string& line);
  void leave_if_done();
  bool is_full() const;
  void out_of_time();
  void wake();
  void end(int status);
  bool is_over() const { return leaving_ || status_ >= 0; }
  std::optional<Clock::time_point> deadline() const;
  int patience() const;

  const Options options_;
  Printer printer_;
  const Clock::time_point began_ = Clock::now();
  int wake_[2] = {-1, -1};  ///< The client's thread writes a byte to end poll().
  std::atomic<int> status_ = -1;
  std::atomic<bool> joined_ = false;
  std::atomic<bool> refused_ = false;  ///< Some push was.
  std::atomic<bool> leaving_ = false;
  std::atomic<int> unanswered_ = 0;
  int pushed_ = 0;                 ///< Main thread.
  std::atomic<int> answered_ = 0;  ///< The highest number of a push that was answered.
  std::atomic<Clock::time_point> last_answer_ = Clock::time_point();
  /// Main thread: once the input has ended and all of it has gone out.
  std::optional<Clock::time_point> leave_at_;
  bool was_open_ = false;   ///< Client's thread.
  std::string last_error_;  ///< Client's thread: the same failure of each try is printed once.
  std::string typed_;       ///< An unfinished line.
  bool skips_ = false;      ///< The rest of a line that was too long.
  bool reads_ = true;
  Client client_;
  Topic topic_;
  std::optional<PresenceList> present_;
};

}  // namespace phx::talk
