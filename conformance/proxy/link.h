#pragma once
/// \file
/// One client's connection through a mutant, and the server's end of it.
///
/// Splits both streams into parts for a Tamper, and passes on the results.

#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <string>

#include "conformance/proxy/tamper.h"
#include "conformance/suite/wire/cutter.h"
#include "conformance/suite/wire/end.h"

namespace phx::conformance {

class Link {
 public:
  /// Owns both sockets, which are non-blocking. `all` are the links of the same proxy.
  Link(Tamper& tamper, std::list<Link>& all, int number, int client, int server);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  // For a Tamper.
  void to_client(const Message& message);
  void to_server(const Message& message);
  /// Ends both ends after the unsent bytes.
  void cut();
  /// The number of links before this one.
  int number() const { return number_; }
  /// Every link there is, this one included.
  std::list<Link>& all() { return all_; }
  /// The server has agreed to speak frames.
  bool upgraded() const { return frames_down_; }
  /// The server owes answers to requests.
  bool asked() const { return !asked_.empty(); }
  /// The path and query that the client asked for last.
  const std::string& target() const { return target_; }
  /// A Tamper's notes on this connection, by name.
  std::map<std::string, std::string> notes = {};

  // For the Proxy.
  End& client() { return client_; }
  End& server() { return server_; }
  /// Bytes or an end have come: passes them on.
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
  std::deque<Request> asked_;   ///< Requests that the server has not answered yet.
  std::size_t held_back_ = 0;   ///< Bytes of an incomplete frame.
  bool told_to_go_on_ = false;  ///< The client, with the body of an incomplete request.
  bool frames_up_ = false;
  bool frames_down_ = false;
};

}  // namespace phx::conformance
