/// Shows a trace in columns: number, connection, arrow, message, meaning.

#include "traces/phx-trace/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "traces/phx-trace/narrator.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

constexpr std::array<const char*, 6> connection_colours = {"36", "33", "35", "32", "34", "96"};
constexpr std::size_t max_name = 14;

/// Writes lines of one width.
class Page {
 public:
  Page(const Look& look, const std::vector<Explained>& story) : look_(look) {
    for (const Explained& explained : story) {
      if (!explained.connection.empty() && !colour_of(explained.connection)) {
        names_.push_back(explained.connection);
      }
      if (look.steps.holds(explained.number)) last_ = explained.number;
    }
    number_width_ = std::to_string(last_).size();
    for (const std::string& name : names_) {
      name_width_ = std::max(name_width_, std::min(columns(name), max_name));
    }
    if (names_.size() < 2) name_width_ = 0;
    if (!story.empty()) began_ = story.front().step.at;
    notes_at_ = look.width * 62 / 100;
  }

  void add(const Explained& explained);
  std::string text() const { return text_; }

 private:
  std::optional<std::size_t> colour_of(const std::string& name) const {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names_.begin()) % connection_colours.size();
  }
  std::string painted(std::string_view text, const char* code) const {
    return look_.colours ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  std::string margin(const Explained& explained) const;
  std::size_t margin_width() const;
  void line(const std::string& margin, std::size_t indent, const Said& said, const char* colour);

  const Look& look_;
  std::vector<std::string> names_;
  std::size_t last_ = 0;
  std::size_t number_width_ = 1;
  std::size_t name_width_ = 0;
  std::size_t notes_at_ = 62;
  Seconds began_ = 0;
  std::string text_;
};

std::size_t Page::margin_width() const {
  const std::size_t time = look_.times ? 10 : 0;
  return number_width_ + 1 + (name_width_ > 0 ? name_width_ + 1 : 0) + time + 2;
}

const char* arrow(const Explained& explained) {
  const bool note = explained.step.kind == Step::Kind::happening &&
                    explained.step.happening->kind == Happening::Kind::note;
  if (note) return "·";
  return explained.step.by_server ? "←" : "→";
}

std::string Page::margin(const Explained& explained) const {
  std::string out = painted(fmt::format("{:>{}}", explained.number, number_width_), "2") + " ";
  if (look_.times) {
    out += painted(fmt::format("{:>7.0f}ms", (explained.step.at - began_) * 1'000), "2") + " ";
  }
  const auto colour = colour_of(explained.connection);
  const char* code = colour ? connection_colours[*colour] : "2";
  if (name_width_ > 0) {
    const std::string name = cut(explained.connection, max_name);
    out += painted(name, code) + std::string(name_width_ - columns(name) + 1, ' ');
  }
  return out + painted(arrow(explained), code) + " ";
}

/// The note is in its column; after a text that runs into it, if there is room; otherwise below.
void Page::line(const std::string& margin, std::size_t indent, const Said& said,
                const char* colour) {
  const std::string text = cut(said.text, look_.width - indent);
  const std::size_t end = indent + columns(text);
  text_ += margin + painted(text, colour);
  const std::size_t wanted = columns(said.note);
  if (wanted == 0) {
    text_ += "\n";
    return;
  }
  const std::size_t at = std::max(notes_at_, end + 2);
  if (at + wanted <= look_.width) {
    text_ += std::string(at - end, ' ') + painted(said.note, "2") + "\n";
    return;
  }
  text_ += "\n";
  for (const std::string& part : wrapped(said.note, look_.width - notes_at_)) {
    text_ += std::string(notes_at_, ' ') + painted(part, "2") + "\n";
  }
}

const char* colour_of_text(const Explained& explained) {
  const bool note = explained.step.kind == Step::Kind::happening;
  const bool refused =
      explained.step.kind == Step::Kind::response && explained.step.entry->response->status >= 400;
  const bool crash =
      explained.said.note.ends_with("has crashed") || explained.said.note.ends_with(": error");
  return note ? "2" : refused || crash ? "31" : "0";
}

void Page::add(const Explained& explained) {
  if (!look_.steps.holds(explained.number)) return;
  const std::size_t indent = margin_width();
  Said said = explained.said;
  if (look_.times && explained.answered_after >= 0) {
    said.note += fmt::format(" after {:.0f} ms", explained.answered_after * 1'000);
  }
  line(margin(explained), indent, said, colour_of_text(explained));
  for (const Said& part : explained.parts) {
    line(std::string(indent + 2, ' '), indent + 2, part, "0");
  }
}

}  // namespace

std::string shown(const Trace& trace, const Look& look) {
  const std::vector<Explained> story = Narrator::explain(trace);
  Page page(look, story);
  for (const Explained& explained : story) page.add(explained);
  return page.text();
}

}  // namespace phx::trace
