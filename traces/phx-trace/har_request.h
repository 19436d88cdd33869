#pragma once
/// \file
/// Reads a request and its answer, as browsers, proxies and test tools write them.

#include <optional>
#include <string>

#include "traces/phx-trace/har.h"

namespace phx::trace {

/// A member's text, or the JSON of any other value; empty if there is none.
std::string text_in(const std::optional<Value>& holder, const char* key);
/// A member that is a number, or a text with one.
std::optional<double> number_in(const Value& holder, const char* key);

/// Finds the bytes of bodies: in the file, or beside it.
class Bodies {
 public:
  /// Both must outlive it.
  Bodies(const Beside& beside, Remarks& remarks) : beside_(beside), remarks_(remarks) {}
  /// The body in a `content` or a `postData`; nothing if the recording lacks them.
  std::optional<std::string> of(const Value& holder) const;
  /// Of the file that it names (`_file`), as Playwright does.
  std::optional<std::string> attached(const Value& holder) const;

 private:
  const Beside& beside_;
  Remarks& remarks_;
};

/// \throws BadFile if it can't be sent again: without a URL, or with an unknown method.
void read_request(const Value& value, const Bodies& bodies, Entry& entry);

/// A websocket's answer becomes 101, whatever the file calls it. REQUIRES: the entry has its
/// request and its messages. \return whether there is an answer, or the reason why not.
bool read_answer(const Value& value, const Bodies& bodies, Remarks& remarks, Entry& entry);

}  // namespace phx::trace
