/// ncurses, and nothing of it outside this file.

#include "conformance/top/screen.h"

#define NCURSES_NOMACROS  // functions, as everything else here is
#include <curses.h>

#include <algorithm>
#include <clocale>
#include <optional>

namespace phx::top {
namespace {

/// The terminal as ncurses has it, given back at the end. Neither copied nor moved.
class Terminal {
 public:
  Terminal() {
    std::setlocale(LC_ALL, "");
    ::initscr();
    ::cbreak();
    ::noecho();
    ::curs_set(0);
    ::keypad(stdscr, TRUE);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { ::endwin(); }
};

class Screen {
 public:
  explicit Screen(Options options) : options_(std::move(options)), source_(options_) {}

  void run() {
    refresh();
    while (true) {
      draw();
      const int wait = paused_ ? -1 : static_cast<int>(options_.interval.count());
      ::timeout(wait);
      const int key = ::getch();
      if (key == 'q') return;
      if (key != ERR) act_on(key);
      refresh();
    }
  }

 private:
  static constexpr int head_lines = 4;  // three of figures, one for messages

  static std::size_t room() {
    constexpr int around = head_lines + 2;  // the columns' names, and the keys
    return static_cast<std::size_t>(std::clamp(LINES - around, 1, 500));
  }

  /// A server that does not answer is named, and asked again.
  void refresh() {
    try {
      look_ = look(source_, options_, room());
      problem_.clear();
      if (!opened_.empty()) detail_ = detail_of(source_.get("processes/" + opened_));
    } catch (const Unreachable& error) {
      problem_ = error.what();
    } catch (const Refused& error) {
      if (!look_) throw;
      problem_ = error.what();
    }
    const std::size_t rows = look_ ? ids_of(*look_).size() : 0;
    selected_ = rows == 0 ? 0 : std::min(selected_, rows - 1);
  }

  void draw() const {
    ::erase();
    const auto width = static_cast<std::size_t>(std::max(COLS, 1));
    int y = 0;
    if (look_) {
      for (const std::string& line : head_of(*look_)) put(y++, line, width);
    }
    y = head_lines - 1;
    ::attron(A_BOLD);
    put(y++, problem_.empty() ? note_ : problem_, width);
    ::attroff(A_BOLD);
    if (!opened_.empty()) {
      draw_detail(y, width);
    } else if (look_) {
      draw_table(y, width);
    }
    const std::string keys =
        "q quit  enter detail  p processes  t topics  </> column (" + sort() + ")  / text" +
        (options_.text.empty() ? "" : " (" + options_.text + ")") + "  k end  space pause";
    put(LINES - 1, keys, width);
    ::refresh();
  }

  void draw_table(int y, std::size_t width) const {
    const std::vector<std::string> lines = table_of(*look_, width);
    for (std::size_t i = 0; i < lines.size() && y < LINES - 1; ++i, ++y) {
      const bool reverse = i == 0 || i == selected_ + 1;
      if (reverse) ::attron(A_REVERSE);
      put(y, lines[i] + std::string(width, ' '), width);
      if (reverse) ::attroff(A_REVERSE);
    }
  }

  void draw_detail(int y, std::size_t width) const {
    for (const std::string& line : detail_) {
      if (y < LINES - 1) put(y++, line, width);
    }
  }

  static void put(int y, const std::string& line, std::size_t width) {
    ::mvaddnstr(y, 0, line.c_str(), static_cast<int>(std::min(line.size(), 4 * width)));
    ::clrtoeol();
  }

  std::string sort() const {
    return options_.sort.empty() ? sorted_by(options_.view).front() : options_.sort;
  }

  void act_on(int key) {
    note_.clear();
    switch (key) {
      case 'p': return show(View::processes);
      case 't': return show(View::topics);
      case '<': return sort_by(-1);
      case '>': return sort_by(1);
      case ' ': paused_ = !paused_; return;
      case KEY_DOWN: ++selected_; return;
      case KEY_UP: selected_ -= selected_ > 0 ? 1 : 0; return;
      case '/': options_.text = typed("Text: "); return;
      case '\n':
      case KEY_ENTER: return open_selected();
      case 'k': return end_selected();
      default: return;
    }
  }

  void show(View view) {
    opened_.clear();
    options_.view = view;
    options_.sort.clear();
    selected_ = 0;
  }

  void sort_by(int step) {
    const std::vector<std::string> columns = sorted_by(options_.view);
    const auto at = std::find(columns.begin(), columns.end(), sort()) - columns.begin();
    const auto all = static_cast<std::ptrdiff_t>(columns.size());
    options_.sort = columns[static_cast<std::size_t>((at + step + all) % all)];
  }

  /// The pid of the opened row, or else of the selected one; empty if there is none.
  std::string chosen() const {
    if (!opened_.empty()) return opened_;
    if (!look_ || look_->view != View::processes) return {};
    const std::vector<std::string> ids = ids_of(*look_);
    return selected_ < ids.size() ? ids[selected_] : std::string();
  }

  /// Once more: back to the rows.
  void open_selected() {
    opened_ = opened_.empty() ? chosen() : std::string();
    detail_.clear();
  }

  void end_selected() {
    const std::string pid = chosen();
    if (pid.empty()) return;
    if (typed("End process " + pid + "? Type yes: ") != "yes") {
      note_ = "not ended";
      return;
    }
    try {
      source_.post("processes/" + pid + "/end");
      note_ = "process " + pid + " ends";
    } catch (const std::runtime_error& error) {
      note_ = error.what();
    }
  }

  static std::string typed(const std::string& question) {
    constexpr int most = 200;
    std::string line(most + 1, '\0');
    ::timeout(-1);
    ::move(head_lines - 1, 0);
    ::clrtoeol();
    ::addstr(question.c_str());
    ::echo();
    ::curs_set(1);
    ::getnstr(line.data(), most);
    ::noecho();
    ::curs_set(0);
    return line.c_str();
  }

  Options options_;
  Source source_;
  std::optional<Look> look_;
  std::string problem_;  ///< Why the last look failed; empty if it came.
  std::string note_;     ///< What the last key did.
  std::size_t selected_ = 0;
  std::string opened_;               ///< The pid whose detail is shown; empty: the rows are.
  std::vector<std::string> detail_;  ///< As it was last seen.
  bool paused_ = false;
};

}  // namespace

void run_screen(Options options) {
  // The first look is taken before the terminal is: its refusal is then read in the shell.
  look(Source(options), options, 1);
  const Terminal terminal;
  Screen(std::move(options)).run();
}

}  // namespace phx::top
