#pragma once
/// \file
/// Plays the client's side of a trace to a server, and compares the server's answers.
///
/// Every step of the client waits for the server's earlier steps, and as long as in the recording,
/// up to a limit. Between connections the order of the server's messages is free. In a browser's or
/// a proxy's recording, control frames and most headers do not count.

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "conformance/suite/wire/connection.h"
#include "conformance/suite/wire/server_process.h"
#include "traces/phx-trace/narrator.h"
#include "traces/phx-trace/normal.h"

namespace phx::trace {

/// A replay's result: the first step at which it differed, or none.
struct Verdict {
  bool agrees = true;
  std::size_t step = 0;  ///< As `show` counts; 0: after the last.
  std::string why = {};
  std::string recorded = {};
  std::string replayed = {};
};

/// A length of the recording, to wait for.
conformance::Millis millis(Seconds seconds);

class Replay {
 public:
  /// `server`: the process at `url`, if it is ours; a trace that signals its server needs it. The
  /// trace must outlive the replay.
  Replay(const Trace& trace, const conformance::Url& url, conformance::ServerProcess* server);
  ~Replay();
  Verdict run();

 private:
  /// One entry as it is played.
  struct Playing {
    std::unique_ptr<conformance::Connection> connection;
    /// Received and not expected yet.
    std::map<Sender, std::deque<conformance::Received>> waiting = {};
    bool answered = false;
    bool skipped = false;             ///< A poll whose messages an earlier poll brought.
    bool client_closed = false;       ///< By a close frame, or by ending the connection.
    bool said_goodbye = false;        ///< By a close frame: the answer may come too late.
    bool server_closed = false;       ///< The recording says so, too.
    std::set<std::string> left = {};  ///< Topics: a presence's diff may be under way.
    std::size_t sent = 0;             ///< Messages of the entry that were sent.
  };
  /// Ends a replay at its first difference.
  struct Differs {
    Verdict verdict;
  };

  void play(const Explained& explained);
  void play_request(const Entry& entry);
  void play_frames(const Entry& entry, const Message& first);
  void play_happening(const Step& step);
  void expect_response(const Explained& explained);
  /// A poll's messages, however they are split over polls.
  void expect_messages(const Explained& explained, const conformance::Response& response);
  conformance::Response poll_again(const Explained& explained);
  void expect_frame(const Explained& explained);
  void expect_end(const Explained& explained);
  void given_up(const Explained& explained);
  /// Nothing more may come on any connection.
  void expect_silence();
  void expect_heartbeat(const Entry& entry, Playing& playing);
  void expect_nothing(const Entry& entry, Playing& playing);

  void pace(const Step& step);
  Playing& playing(const Entry& entry);
  conformance::Clock::time_point deadline(const Step& step) const;
  std::optional<conformance::Received> next(Playing& playing, Sender sender,
                                            conformance::Clock::time_point deadline);
  /// Whatever waits, or else comes next.
  std::optional<conformance::Received> any(Playing& playing,
                                           conformance::Clock::time_point deadline);
  std::optional<conformance::Received> receive(Playing& playing,
                                               conformance::Clock::time_point deadline);
  conformance::Frame frame_of(const Message& message) const;
  std::vector<conformance::Frame> frames_at_once(const Entry& entry, Playing& playing);
  conformance::Request upgrade_of(const Entry& entry) const;
  /// The request with the current token, to the current host, on the URL's mount.
  conformance::Request said_now(const Entry& entry) const;

  const Trace& trace_;
  conformance::Url url_;
  conformance::ServerProcess* server_;
  conformance::Network network_;
  Normal normal_;
  std::set<std::string>
      topics_;  // that a client joins: the observer gets others' ends only by chance
  std::map<const Entry*, Playing> playing_;
  std::map<std::string, std::deque<std::string>> ahead_;  // a polling client's, not asked for yet
  Seconds previous_ = 0;  // when the last step was, in the recording
};

}  // namespace phx::trace
