#pragma once
/// \file
/// A recorded conversation, from HAR 1.2 with Chrome's `_webSocketMessages`.
///
/// Parts that HAR lacks are in members that begin with an underscore: see traces/README.md. Our own
/// files are read strictly. In a foreign one (har_foreign.h) parts that can't be read are left out,
/// counted and named in the trace's remarks.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/wire/frame.h"
#include "conformance/suite/wire/http.h"
#include "traces/phx-trace/json.h"
#include "traces/phx-trace/remarks.h"

namespace phx::trace {

/// Seconds since the epoch, as HAR and Chrome count.
using Seconds = double;

/// One websocket frame; of Chrome's own files, one message.
struct Message {
  Seconds at = 0;
  bool sent = false;  ///< By the client.
  conformance::Opcode opcode = conformance::Opcode::text;
  std::string payload = {};
  bool fin = true;
  bool compressed = false;     ///< It was compressed on the wire; `payload` is plain.
  bool with_previous = false;  ///< Written together with the client's previous frame.
};

/// An event other than requests and frames.
struct Happening {
  enum class Kind { fin, reset, bytes, note, signal };
  Seconds at = 0;
  Kind kind = Kind::note;
  bool by_server = false;
  std::string text = {};   ///< A note's words, a signal's name.
  std::string bytes = {};  ///< Sent unchanged.
};

/// One request, its response, and perhaps its websocket.
struct Entry {
  std::string connection = {};  ///< The client's name: unique to a websocket, shared by polls.
  std::string origin = {};      ///< `wss://example.com`: where it was sent, if the file says.
  Seconds asked = 0;
  Seconds answered = 0;
  conformance::Request request = {};
  std::optional<conformance::Response> response = {};
  bool body_is_missing = false;  ///< The file lacks the response's body.
  std::string status_text = {};
  std::string error = {};  ///< Why there is no response, if the file says so.
  std::string kind = {};   ///< `fetch`, `script` …: the browser's type.
  bool websocket = false;
  std::vector<Message> messages = {};
  std::vector<Happening> happenings = {};
};

struct Trace {
  std::string comment = {};  ///< What it shows.
  std::string server = {};   ///< `Phoenix 1.8.12`; empty if the file does not say.
  /// It has every frame at its own time, as phx-trace and phx-conformance record them. A browser
  /// leaves out control frames and some headers.
  bool whole = false;
  std::string imported_from = {};  ///< `WebInspector 537.36`; empty if phx-trace recorded it.
  std::vector<Entry> entries = {};
  std::vector<Happening> happenings = {};  ///< Events outside all connections.
  Remarks remarks = {};                    ///< Parts of the file that are not in the trace.
};

/// The bytes of a file beside the HAR file, by its plain name; nothing if there is none.
using Beside = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads a HAR file. \throws BadFile that says where the file is invalid, and why.
Trace read_har(std::string_view bytes, const Beside& beside = {});
/// Also \throws BadFile if it can't be read.
Trace read_har_file(const std::string& path);

/// The same trace as a HAR file.
Value write_har(const Trace& trace);

/// The file's bytes. \throws BadFile if it can't be read.
std::string read_file(const std::string& path);

}  // namespace phx::trace
