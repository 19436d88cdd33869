#pragma once
/// \file
/// A websocket client as a case speaks it: send this, expect that, expect silence.
///
/// Texts may hold words in braces (see words.h). Each expectation takes the server's next action
/// and compares all of it; anything too early, too late or unexpected breaks the rule.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/core/words.h"
#include "conformance/suite/wire/connection.h"
#include "conformance/suite/wire/json.h"

namespace phx::conformance {

/// The language of a case's texts, and of the wire.
enum class Version {
  v1,
  v2,
  v2_as_v1,  ///< The texts are V2; they are translated both ways. See translation.h.
};

/// The close codes that an expectation accepts.
using Codes = std::vector<std::uint16_t>;

class Client {
 public:
  /// Uses a connection whose handshake is done. The connection must outlive the client.
  Client(Connection& connection, std::string name, Version version, Words words, Millis patience);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;

  // Sending.
  void send(std::string_view text);
  /// All in one write, so in one segment (as long as they fit into one).
  void send_together(const std::vector<std::string>& texts);
  void send_binary(std::string_view message);
  void send_frame(const Frame& frame);
  void send_frames(const std::vector<Frame>& frames);
  /// A message split into fragments of these parts.
  void send_fragments(const std::vector<std::string>& parts);
  /// Any bytes, even if they are not a frame.
  void send_bytes(std::string_view bytes);
  void finish() { frames().finish(); }  ///< FIN, without a close frame.
  void reset() { frames().reset(); }    ///< RST.
  /// Stops reading until `read_on`. Nothing can be expected until then.
  void stop_reading() { frames().stop_reading(); }
  void read_on() { frames().read_on(); }

  // What a case awaits.
  /// The next frame is this text, by value. Returns it, for what a rule wants to look at closer.
  Json expect(std::string_view text);
  /// The same, and it came compressed.
  void expect_compressed(std::string_view text);
  /// A later frame is this text. Frames before it are skipped: other rules judge them.
  void expect_at_last(std::string_view text);
  /// The next frame is `text`, or `perhaps` and then `text`. \return whether `perhaps` came.
  bool expect_perhaps_after(std::string_view perhaps, std::string_view text);
  /// The next frames are these, in any order.
  void expect_in_any_order(const std::vector<std::string>& texts);
  /// The next frame is any text with this word in quotes. Only for the sanity check, like the next.
  void expect_mention(std::string_view word);
  /// The same for a later frame; others are skipped.
  void expect_mention_at_last(std::string_view word);
  void expect_binary(std::string_view message);
  void expect_pong(std::string_view payload);
  /// Next is a close frame with one of these codes and any reason.
  void expect_close(const Codes& codes);
  /// The same, without a reason.
  void expect_bare_close(const Codes& codes);
  /// The same, or the connection ends without a close frame.
  void expect_end(const Codes& codes);
  /// The connection ends with any close frame or none; no message comes before that.
  void expect_any_end();
  /// Nothing came, and nothing is on its way: a heartbeat is answered with nothing before it.
  void expect_silence();
  /// Nothing has come so far. (Something may still be on its way.)
  void expect_nothing_yet();

  /// This connection may be answered or closed; returns whether it is still alive.
  bool survives();
  /// Hides frames of this topic unless they are about `about`, or something that begins with it.
  /// For crowded topics.
  void heed_only(const std::string& topic, const std::string& about);
  /// The end of the case does not check this client.
  void forget() { forgotten_ = true; }
  /// At the end of a case: nothing unexpected is left.
  void expect_all_was_said();

  virtual Received take(const std::string& expected);  ///< The next event, whatever it is.
  const Connection& connection() const { return connection_; }
  const std::string& name() const { return name_; }

 protected:
  // Parts that depend on the transport.
  virtual void say(const std::vector<std::string>& texts);  ///< On the wire as they are.
  virtual std::optional<Received> waiting() const;          ///< The first event that was not taken.
  virtual Connection& frames() { return connection_; }
  /// Writes a remark into the transcript. \return the connection's name.
  virtual std::string noted(std::string_view remark) const;

 private:
  /// The case's text as sent on the wire, and as expected from it.
  std::string said(std::string_view text) const;
  std::string awaited(std::string_view text) const;
  std::string heartbeat(std::string_view ref) const;
  /// Identified by its ref: K-01 and K-03 judge the rest of it.
  std::string heartbeat_reply(std::string_view ref) const;
  Received take_close(const Codes& codes, const std::string& expected);
  [[noreturn]] void violated(const std::string& expected, const Received& got) const;
  [[noreturn]] void nothing_came(const std::string& expected) const;

  Connection& connection_;
  std::string name_;
  Version version_;
  Words words_;
  Millis patience_;
  int silences_ = 0;
  bool over_ = false;
  bool forgotten_ = false;
};

}  // namespace phx::conformance
