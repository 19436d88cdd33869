/// A list and its diffs, played at random: with keys and without, in a component, as a stream, with
/// lists in its entries. After a diff that was refused nothing is asked of the page any more: what
/// is left of it, the contract leaves open.

#include <vector>

#include "chapters/workshop/play.h"
#include "live_view/component.h"
#include "live_view/html.h"
#include "live_view/stream.h"

namespace {

using namespace phx;
using exercise::Sequence;
using live_view::Page;

struct Row {
  std::string id;
  std::string name;
  std::vector<std::string> inner;
  bool operator==(const Row&) const = default;
};
using Rows = std::vector<Row>;

/// A row for each letter: "-" is one without a key, a capital letter has a list of its own.
Rows rows_of(const std::string& ids, const std::string& name) {
  Rows rows;
  for (const char id : ids) {
    const std::string key = id == '-' ? "" : std::string(1, id);
    rows.push_back({key, name, {}});
    if (id >= 'A' && id <= 'Z') rows.back().inner = {name, key};
  }
  return rows;
}

struct List {
  Assign<Rows> rows{Rows{}};
  Assign<int> n = 0;
  Stream<Row> stream{"rows"};
  unsigned kind = 0;

  Html entry(const Row& row) const {
    if (row.name == "nothing") return {};
    if (row.name == "another") return html("<i>{}</i>", row.id);
    return html("<li title={}>{}{}</li>", row.name, n,
                each([&] { return row.inner; },
                     [](const std::string& word) {
                       return html("<b>{}</b>", [&] { return html("<u>{}</u>", word); });
                     }));
  }
  Html all() const {
    const auto body = [this](const Row& row) { return entry(row); };
    if (kind == 0) return html("<ul>{}</ul>{}", each(rows, body), n);
    if (kind == 3) {
      return html(
          "<ul>{}</ul>{}",
          phx::stream(stream, [&](const std::string&, const Row& row) { return entry(row); }), n);
    }
    return html("<ul>{}</ul>{}", each(rows, body, [](const Row& row) { return row.id; }), n);
  }
};

/// Shows the list of the sequence that is played.
struct Lister : LiveComponent {
  static inline const List* list = nullptr;
  Html render() override {
    return html("<div id={}>{}</div>", id, [] { return list->all(); });
  }
};

std::string change(Sequence& steps, List& list) {
  const unsigned how = steps.below(7);
  if (how == 5) {
    list.n += 1;
    return "the entries' number is " + std::to_string(list.n.get());
  }
  if (how == 6) {
    list.rows.touch();
    return "the list is as it was";
  }
  const std::string ids = steps.of({"ab", "ba", "abc", "cab", "", "b", "aBc", "Ba", "B", "cbA",
                                    "a-b", "-a", "aa", "abcdefghijkl", "lakbjcidhegf"});
  const std::string name = steps.of({"x", "x", "x", "y", "y", "another"});
  const bool spoilt = steps.below(20) == 19;
  Rows rows = rows_of(ids, name);
  if (spoilt && !rows.empty()) rows.back().name = steps.of({"nothing", "another"});
  list.rows = rows;
  return "the list is \"" + ids + "\", named " + name +
         (spoilt && !rows.empty() ? ", its last named " + rows.back().name : "");
}

std::string change_stream(Sequence& steps, List& list) {
  const std::string id = steps.of({"a", "b", "C"});
  const std::string name = steps.of({"x", "x", "x", "x", "y", "another", "nothing"});
  switch (steps.below(5)) {
    case 0: list.stream.remove(id); return id + " is deleted from the stream";
    case 1: list.n += 1; return "the entries' number is " + std::to_string(list.n.get());
    case 2: list.stream.reset(); return "the stream is emptied";
    default:
      list.stream.insert(rows_of(id, name).front());
      return id + ", named " + name + ", is inserted into the stream";
  }
}

}  // namespace

void phx::exercise::play(Sequence& steps) {
  if (!steps.next()) return;
  List list;
  Lister::list = &list;
  list.kind = steps.below(4);
  const bool in_component = steps.below(3) == 2;
  const std::string kind = list.kind == 3   ? "a stream"
                           : list.kind == 0 ? "a list without keys"
                                            : "a list with keys";
  steps.does({}, kind + (in_component ? ", in a component" : ""));
  Page page;
  const auto render = [&] {
    return in_component ? html("<main>{}</main>", component<Lister>("lister"))
                        : html("<main>{}</main>", [&] { return list.all(); });
  };
  bool first = true;
  while (steps.next()) {
    const bool waits = steps.below(4) == 3;
    std::string what = list.kind == 3 ? change_stream(steps, list) : change(steps, list);
    if (waits) {
      steps.does({}, what);
      continue;
    }
    bool refused = false;
    const auto attempt = [&](const auto& written) {
      steps.comes_of([&] {
        try {
          return written();
        } catch (...) {
          refused = true;
          throw;
        }
      });
    };
    if (steps.below(8) == 7) {
      steps.does({1, 16}, what + "; the page as HTML");
      attempt([&] { return Page::html(render); });
    } else {
      what += "; the diff";
      if (what.find("nothing") != what.npos || what.find("another") != what.npos) {
        steps.does({10, 11, 17, 18, 21, 22, 27}, what);
      } else if (in_component) {
        steps.does({2, 4, 5, 10, 12, 13, 14, 15, 17, 18, 19, 21, 23, 24, 25, 27, 28}, what);
      } else if (list.kind == 3) {
        steps.does({4, 9, 10, 15, 17, 18, 20, 23, 24, 25, 26, 27, 29}, what);
      } else if (list.kind == 0) {
        steps.does({2, 4, 8, 9, 10, 12, 15, 17, 18, 19, 23, 24, 25, 26, 27}, what);
      } else {
        steps.does({2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 17, 18, 19, 21, 23, 24, 25, 27}, what);
      }
      attempt([&] { return in_component && !first ? page.diff_of(1) : page.diff(render); });
      first = false;
    }
    if (refused) return;
  }
}
