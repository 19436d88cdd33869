/// Lines of phx, in one of two forms.

#include "conformance/phx/printer.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/base64.h"

namespace phx::talk {
namespace {

/// A payload for people: JSON, or bytes in base64.
std::string shown(const Payload& payload) {
  if (!payload.is_binary()) return harmless(payload.view());
  return fmt::format("<{} bytes> {}", payload.view().size(), base64::encode(payload.view()));
}

/// The same as a member of a JSON line. The text is passed on as it came.
std::string member(const char* name, const Payload& payload) {
  if (!payload.is_binary()) return fmt::format("\"{}\":{}", name, payload.view());
  return fmt::format("\"binary\":\"{}\"", base64::encode(payload.view()));
}

std::string quoted(const std::string& text) { return Json(text).dump(); }

}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F
      out += fmt::format("\\u{:04x}", next);
      ++i;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string Printer::inked(Ink ink, std::string_view text) const {
  if (!color_) return std::string(text);
  switch (ink) {
    case Ink::plain: break;
    case Ink::event: return fmt::format("\x1b[1;36m{}\x1b[0m", text);
    case Ink::good: return fmt::format("\x1b[32m{}\x1b[0m", text);
    case Ink::bad: return fmt::format("\x1b[31m{}\x1b[0m", text);
    case Ink::faint: return fmt::format("\x1b[2m{}\x1b[0m", text);
  }
  return std::string(text);
}

void Printer::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

void Printer::note(Ink ink, const std::string& text) {
  const std::lock_guard lock(mutex_);
  fmt::print(stderr, "{}\n", inked(ink, "phx: " + harmless(text)));
}

void Printer::message(const std::string& event, const Payload& payload) {
  if (json_) {
    return line(fmt::format(R"({{"on":"message","event":{},{}}})", quoted(event),
                            member("payload", payload)));
  }
  line(inked(Ink::event, harmless(event)) + " " + shown(payload));
}

void Printer::payload(const Payload& payload) {
  line(payload.is_binary() ? base64::encode(payload.view()) : std::string(payload.view()));
}

void Printer::reply(const std::string& event, const Answer& answer) {
  if (json_) {
    return line(fmt::format(R"({{"on":"reply","event":{},"status":{},{}}})", quoted(event),
                            quoted(answer.status), member("response", answer.response)));
  }
  const std::string mark = inked(answer.ok() ? Ink::good : Ink::bad, harmless(answer.status));
  line(fmt::format("{} {} {}", mark, harmless(event), shown(answer.response)));
}

void Printer::present(const std::map<std::string, Json>& list) {
  if (json_) {
    Json metas = Json::object();
    for (const auto& [key, presence] : list) metas.set(key, presence["metas"]);
    return line(Json::object({{"on", "presence"}, {"list", metas}}).dump());
  }
  std::string text = inked(Ink::event, "here") + " ";
  for (const auto& [key, presence] : list) {
    const std::size_t count = presence["metas"].size();
    text += harmless(key) + (count > 1 ? fmt::format(" ({})", count) : "") + "  ";
  }
  line(list.empty() ? text + "(nobody)" : text.substr(0, text.size() - 2));
}

void Printer::joined(const std::string& topic, const Payload& response, bool again) {
  if (json_) {
    return line(fmt::format(R"({{"on":"joined","topic":{},{}}})", quoted(topic),
                            member("response", response)));
  }
  const std::string with = response.view() == "{}" ? "" : " " + shown(response);
  note(Ink::good, fmt::format("joined {}{}{}", topic, again ? " again" : "", with));
}

void Printer::notice(const std::string& kind, const std::string& text) {
  if (json_) return line(Json::object({{"on", kind}, {"reason", text}}).dump());
  note(kind == "error" || kind == "refused" ? Ink::bad : Ink::faint, text);
}

}  // namespace phx::talk
