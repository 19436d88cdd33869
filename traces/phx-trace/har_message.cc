/// Reads messages of all dialects.

#include "traces/phx-trace/har_message.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "traces/phx-trace/moment.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

using conformance::Opcode;

// The first is Chrome's; the others are other tools'.
constexpr std::array list_names = {"_webSocketMessages", "_websocketMessages", "webSocketMessages",
                                   "websocketMessages",  "_webSocketFrames",   "_websocketFrames",
                                   "webSocketFrames",    "websocketFrames"};
constexpr std::array sender_names = {"type", "direction", "dir", "from", "sender", "event"};
constexpr std::array sender_flags = {"fromClient", "from_client", "sent",       "isSent",
                                     "isSend",     "outgoing",    "isOutgoing", "mask"};
constexpr std::array opcode_names = {"opcode", "opCode", "type", "kind", "format", "dataType"};
constexpr std::array time_names = {"time", "timestamp", "ts", "at", "dateTime", "startedDateTime"};
constexpr std::array data_names = {"data", "payload", "payloadData", "text", "message", "body"};

constexpr std::array client_words = {"send", "sent",     "request",   "outgoing",      "outbound",
                                     "out",  "client",   "up",        "upload",        "tx",
                                     "c2s",  "toserver", "framesent", "clienttoserver"};
constexpr std::array server_words = {
    "receive", "received", "response", "incoming",      "inbound",
    "in",      "server",   "down",     "download",      "rx",
    "s2c",     "recv",     "toclient", "framereceived", "servertoclient"};
struct Word {
  std::string_view word;
  Opcode opcode;
};
constexpr std::array opcode_words = {Word{"text", Opcode::text},
                                     Word{"utf8", Opcode::text},
                                     Word{"string", Opcode::text},
                                     Word{"binary", Opcode::binary},
                                     Word{"arraybuffer", Opcode::binary},
                                     Word{"blob", Opcode::binary},
                                     Word{"continuation", Opcode::continuation},
                                     Word{"close", Opcode::close},
                                     Word{"ping", Opcode::ping},
                                     Word{"pong", Opcode::pong}};

/// In lower case, without separators.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '_' || c == '-' || c == ' ') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return out;
}

template <class Names>
std::optional<Value> first_of(const Value& value, const Names& names) {
  for (const char* name : names) {
    if (auto found = value.find(name)) return found;
  }
  return std::nullopt;
}

template <class Words>
bool holds(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<bool> sent_by_client(const Value& message) {
  for (const char* name : sender_names) {
    const auto said = message.find(name);
    const std::string word = said && said->is_string() ? plain(said->string()) : "";
    if (holds(client_words, word)) return true;
    if (holds(server_words, word)) return false;
  }
  for (const char* name : sender_flags) {
    const auto flag = message.find(name);
    if (flag && flag->is_boolean()) return flag->is_true();
  }
  return std::nullopt;
}

bool is_flagged_binary(const Value& message) {
  for (const char* name : {"isBinary", "binary", "is_binary"}) {
    const auto flag = message.find(name);
    if (flag && flag->is_true()) return true;
  }
  return false;
}

/// Text, if the message does not say.
Opcode opcode_of(const Value& message) {
  for (const char* name : opcode_names) {
    const auto said = message.find(name);
    if (!said) continue;
    if (const auto number = said->as_number()) {
      if (*number < 0 || *number > 15 || *number != std::floor(*number)) {
        said->complain(fmt::format("expected an opcode from 0 to 15, got {}", *number));
      }
      return static_cast<Opcode>(static_cast<int>(*number));
    }
    std::string word = said->is_string() ? plain(said->string()) : "";
    if (word.ends_with("frame")) word.resize(word.size() - 5);
    const auto known = std::find_if(opcode_words.begin(), opcode_words.end(),
                                    [&word](const Word& each) { return each.word == word; });
    if (known != opcode_words.end()) return known->opcode;
  }
  return is_flagged_binary(message) ? Opcode::binary : Opcode::text;
}

/// `[0, 255]`, as JavaScript writes bytes.
std::optional<std::string> bytes_of(const Value& list) {
  std::string bytes;
  for (const Value& item : list.items()) {
    const auto byte = item.is_number() ? item.as_number() : std::nullopt;
    if (!byte || *byte < 0 || *byte > 255 || *byte != std::floor(*byte)) return std::nullopt;
    bytes += static_cast<char>(static_cast<unsigned char>(*byte));
  }
  return bytes;
}

bool is_control(Opcode opcode) { return static_cast<int>(opcode) >= 8; }  // RFC 6455, 5.5

std::string payload_of(const Value& message, Opcode opcode) {
  auto data = first_of(message, data_names);
  if (!data && !is_control(opcode)) message.complain("expected \"data\", and there is none");
  const auto encoding = message.find("encoding");
  const bool base64_said = encoding && plain(encoding->as_text()) == "base64";
  const bool text = opcode == Opcode::text;
  if (data && data->is_object() && !text) data = data->find("data");  // Node's Buffer
  if (!data) return "";
  if (data->is_array() && !text) {
    if (auto bytes = bytes_of(*data)) return *bytes;
  }
  const std::string said = data->as_text();
  std::string bytes;
  // Chrome's rule: everything but text is base64. Anything else is plain.
  const bool decoded = (base64_said || !text) && from_base64(said, bytes);
  return decoded ? bytes : said;
}

}  // namespace

Seconds rounded(Seconds time) { return std::round(time * 1e6) / 1e6; }

std::optional<Seconds> read_time(const Value& time) {
  auto seconds = time.as_number();
  if (!seconds) seconds = time.is_string() ? seconds_of(time.string()) : std::nullopt;
  if (!seconds || !(*seconds > 0)) return std::nullopt;
  for (int i = 0; i < 3 && *seconds > 1e11; ++i) *seconds /= 1'000;
  return *seconds < last_second ? std::optional(rounded(*seconds)) : std::nullopt;
}

std::optional<Value> message_list(const Value& entry) {
  for (const char* name : list_names) {
    if (auto list = entry.find(name); list && list->is_array()) return list;
  }
  return std::nullopt;
}

std::optional<ReadMessage> read_message(const Value& message) {
  if (const auto type = message.find("type"); type && type->as_text() == "error") {
    return std::nullopt;  // Chrome's own words
  }
  const auto sent = sent_by_client(message);
  if (!sent) message.complain("expected \"type\": \"send\" or \"receive\", and it does not say");
  const Opcode opcode = opcode_of(message);
  ReadMessage read{.message = {.sent = *sent, .opcode = opcode}, .at = {}};
  read.message.payload = payload_of(message, opcode);
  if (const auto time = first_of(message, time_names)) read.at = read_time(*time);
  return read;
}

}  // namespace phx::trace
