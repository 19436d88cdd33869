#pragma once
/// \file
/// One client's connection through a mutant, and the server's end of it.
///
/// It cuts both streams into what a Tamper wants to see, and passes on what comes of it.

#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <string>

#include "conformance/proxy/cutter.h"
#include "conformance/proxy/tamper.h"

namespace phx::conformance {

/// Where bytes come in and go out. Owns its descriptor.
struct End {
  int fd = -1;
  std::string unread = {};    ///< Has come, and is not whole yet.
  std::string unsent = {};    ///< Goes when the socket takes it.
  bool finished = false;      ///< Nothing more will come.
  bool to_finish = false;     ///< FIN goes behind what is unsent.
  bool said_goodbye = false;  ///< It has gone.
  bool broken = false;        ///< Reset, by the peer or to be by us.
};

class Link {
 public:
  /// Owns both sockets, which are not blocking. `all` are the links of the same proxy.
  Link(Tamper& tamper, std::list<Link>& all, int number, int client, int server);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  // For a Tamper.
  void to_client(const Message& message);
  void to_server(const Message& message);
  /// Ends both ends, after what is unsent.
  void cut();
  /// How many links there were before this one.
  int number() const { return number_; }
  /// Every link there is, this one included.
  std::list<Link>& all() { return all_; }
  /// The server has agreed to speak frames.
  bool upgraded() const { return frames_down_; }
  /// The server owes answers to requests.
  bool asked() const { return !asked_.empty(); }
  /// The path and query that the client asked for last.
  const std::string& target() const { return target_; }
  /// What a Tamper wants to remember of this connection, by name.
  std::map<std::string, std::string> notes = {};

  // For the Proxy.
  End& client() { return client_; }
  End& server() { return server_; }
  /// Bytes have come, or an end: passes on what there is.
  void pump();
  bool over() const;

 private:
  void pump_up();
  void keep_alive();
  void tell_to_go_on();
  void pump_down();
  bool pass_request();
  bool pass_response();
  void answered(Cut<Response> cut);
  void tamper_with_messages(Response& response);
  void pass_frame(End& to, Cut<Frame> cut, const Tamper::OnMessage& on_message,
                  const Tamper::OnFrame& on_frame);
  void pass_ends();

  Tamper& tamper_;
  std::list<Link>& all_;
  const int number_;
  End client_;
  End server_;
  std::string target_;
  std::deque<Request> asked_;   ///< What the server has not answered yet.
  std::size_t held_back_ = 0;   ///< Bytes of a frame that is not whole.
  bool told_to_go_on_ = false;  ///< The client, with the body of a request that is not whole.
  bool frames_up_ = false;
  bool frames_down_ = false;
};

}  // namespace phx::conformance
