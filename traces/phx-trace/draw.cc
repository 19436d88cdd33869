/// Draws a vertical line for each client and for the server, and an arrow for each step.

#include "traces/phx-trace/draw.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/suite/report/markup.h"
#include "traces/phx-trace/narrator.h"
#include "traces/phx-trace/text.h"

namespace phx::trace {
namespace {

constexpr int margin = 34;       // left of the first line: room for the numbers
constexpr int max_clients = 12;  // beyond them, all share the last line
// A picture of up to four clients stays within the width of a page: each line more than two costs
// the labels some columns.
constexpr int max_label_columns = 84;
constexpr int min_label_columns = 60;
constexpr int columns_of_a_line = 7;
constexpr double column_width = 7.3;  // of a monospaced letter at 12 px, a little more than 0.6 em
constexpr int line_height = 17;
constexpr int head_height = 66;
constexpr std::size_t max_name = 12;

constexpr std::string_view style = R"(<style>
.paper { fill: #ffffff; } .line { stroke: #c4ccd6; stroke-width: 1.5; }
.box { fill: #eef2f7; stroke: #c4ccd6; }
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2933; }
.name { font-weight: 600; text-anchor: middle; } .note, .number { fill: #66717f; }
.note { font-style: italic; font-size: 11px; } .number { text-anchor: end; font-size: 11px; }
.up { stroke: #2563b8; fill: #2563b8; } .down { stroke: #1d7f4e; fill: #1d7f4e; }
.bad { stroke: #c2332b; fill: #c2332b; } path { stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
.paper { fill: #12161c; } .line { stroke: #3a4452; } .box { fill: #1d2530; stroke: #3a4452; }
text { fill: #e3e8ee; } .note, .number { fill: #98a4b3; }
.up { stroke: #74a9f7; fill: #74a9f7; } .down { stroke: #5cc98f; fill: #5cc98f; }
.bad { stroke: #f2857d; fill: #f2857d; } }
</style>
)";

std::string text_at(double x, double y, std::string_view kind, std::string_view text) {
  const std::string named = kind.empty() ? "" : fmt::format(" class=\"{}\"", kind);
  return fmt::format("<text{} x=\"{}\" y=\"{}\" xml:space=\"preserve\">{}</text>\n", named, x, y,
                     conformance::in_markup(text));
}

class Picture {
 public:
  Picture(const Trace& trace, const std::vector<Explained>& story) : trace_(trace), story_(story) {
    for (const Explained& explained : story_) {
      const bool known =
          std::find(clients_.begin(), clients_.end(), explained.connection) != clients_.end();
      if (!known && !explained.connection.empty() && clients_.size() < max_clients) {
        clients_.push_back(explained.connection);
      }
    }
    const int count = std::max(1, static_cast<int>(clients_.size()));
    label_columns_ = std::clamp(max_label_columns - columns_of_a_line * (count - 2),
                                min_label_columns, max_label_columns);
    std::size_t longest = 0;
    for (const std::string& client : clients_) longest = std::max(longest, columns(client));
    between_ =
        static_cast<int>(static_cast<double>(std::min(longest, max_name)) * column_width) + 24;
    labels_at_ = margin + 60 + between_ * (count - 1) + 16;
    server_at_ = labels_at_ + static_cast<int>(label_columns_ * column_width) + 10;
  }

  std::string svg();

 private:
  int x_of(const std::string& connection) const {
    const auto found = std::find(clients_.begin(), clients_.end(), connection);
    const auto index = std::min<std::ptrdiff_t>(found - clients_.begin(), max_clients - 1);
    return margin + 60 + between_ * static_cast<int>(index);
  }
  void add(const Explained& explained);
  void arrow(const Explained& explained, const char* kind);
  std::string head() const;
  std::string words() const;
  std::string box(int x, const std::string& name, std::size_t most) const;

  const Trace& trace_;
  const std::vector<Explained>& story_;
  std::vector<std::string> clients_;
  int between_ = 0;  // from one client's line to the next one's
  int label_columns_ = 0;
  int labels_at_ = 0;
  int server_at_ = 0;
  int y_ = head_height;
  std::string body_;
};

const char* kind_of(const Explained& explained) {
  const bool refused =
      explained.step.kind == Step::Kind::response && explained.step.entry->response->status >= 400;
  const bool bad = refused || explained.step.kind == Step::Kind::unanswered ||
                   explained.said.note.ends_with("has crashed") ||
                   explained.said.note.ends_with(": error");
  return bad ? "bad" : explained.step.by_server ? "down" : "up";
}

void Picture::arrow(const Explained& explained, const char* kind) {
  const int client = x_of(explained.connection);
  const int from = explained.step.by_server ? server_at_ : client;
  const int to = explained.step.by_server ? client : server_at_;
  const int tip = explained.step.by_server ? 8 : -8;
  const bool ends = explained.step.kind == Step::Kind::happening;
  body_ += fmt::format("<path class=\"{}\" d=\"M{} {}H{}\"{}/>\n", kind, from, y_, to + tip,
                       ends ? " stroke-dasharray=\"4 4\"" : "");
  body_ += fmt::format("<path class=\"{}\" d=\"M{} {}l{} -4v8z\"/>\n", kind, to, y_, tip);
}

void Picture::add(const Explained& explained) {
  const bool note =
      explained.step.kind == Step::Kind::happening &&
      (explained.step.happening->kind == Happening::Kind::note || !explained.step.entry);
  y_ += line_height;
  body_ += text_at(margin - 8, y_, "number", std::to_string(explained.number));
  body_ += text_at(labels_at_, y_, note ? "note" : "", cut(explained.said.text, label_columns_));
  std::string notes = explained.said.note;
  for (const Said& part : explained.parts) {
    y_ += line_height;
    body_ += text_at(labels_at_ + 2 * column_width, y_, "", cut(part.text, label_columns_ - 2));
    if (!part.note.empty()) notes += (notes.empty() ? "" : "; ") + part.note;
  }
  if (!note) {
    y_ += 7;
    arrow(explained, kind_of(explained));
  }
  if (!notes.empty()) {
    y_ += line_height - 3;
    body_ += text_at(labels_at_, y_, "note", cut(notes, label_columns_));
  }
  y_ += 9;
}

std::string Picture::box(int x, const std::string& name, std::size_t most) const {
  const std::string shown = cut(name, most);
  const double width = static_cast<double>(columns(shown)) * column_width + 16;
  return fmt::format("<path class=\"line\" d=\"M{} 46V{}\"/>\n", x, y_ + 8) +
         fmt::format(
             "<rect class=\"box\" x=\"{:.0f}\" y=\"20\" width=\"{:.0f}\" height=\"26\" "
             "rx=\"5\"/>\n",
             x - width / 2, width) +
         text_at(x, 37, "name", shown);
}

std::string Picture::head() const {
  std::string out;
  for (const std::string& client : clients_) {
    out += box(x_of(client), clients_.size() == 1 ? "client" : client, max_name);
  }
  return out + box(server_at_, trace_.server.empty() ? "server" : trace_.server, 20);
}

/// The text alternative: one sentence a step.
std::string Picture::words() const {
  std::string out;
  for (const Explained& explained : story_) {
    const std::string who = explained.step.by_server ? "Server"
                            : clients_.size() > 1    ? explained.connection
                                                     : "Client";
    out += fmt::format("{}. {}: {}{}{}\n", explained.number, who, cut(explained.said.text, 200),
                       explained.said.note.empty() ? "" : " — ", explained.said.note);
    for (const Said& part : explained.parts) out += "   " + cut(part.text, 200) + "\n";
  }
  return out;
}

std::string Picture::svg() {
  for (const Explained& explained : story_) add(explained);
  const int width = server_at_ + 90;
  const int height = y_ + 22;
  const std::string title = trace_.comment.empty() ? "A recorded conversation" : trace_.comment;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
             "viewBox=\"0 0 {0} {1}\" role=\"img\" aria-labelledby=\"title desc\">\n",
             width, height) +
         fmt::format("<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n",
                     conformance::in_markup(title), conformance::in_markup(words())) +
         std::string(style) +
         fmt::format("<rect class=\"paper\" width=\"{}\" height=\"{}\" rx=\"8\"/>\n", width,
                     height) +
         head() + body_ + "</svg>\n";
}

}  // namespace

std::string drawn(const Trace& trace, const Range& steps) {
  std::vector<Explained> story = Narrator::explain(trace);
  std::erase_if(story,
                [&steps](const Explained& explained) { return !steps.holds(explained.number); });
  return Picture(trace, story).svg();
}

}  // namespace phx::trace
