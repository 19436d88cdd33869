#pragma once
/// \file
/// Finds the function around a line of this program's own sources, and the chapter that explains
/// it.

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace glass {

/// `SocketProcess::handle` for what the compiler calls
/// `virtual void phx::socket::SocketProcess::handle(phx::process::Message)`.
std::string short_name(std::string_view function);

/// A function as it stands in its file.
struct Place {
  std::string file;    ///< Below the project's folder.
  unsigned line = 0;   ///< The one that was asked for, from 1.
  unsigned first = 0;  ///< The number of the first of `lines`.
  std::vector<std::string> lines;
  std::string function;  ///< As short_name() gives it.
};

/// Where the book speaks of a function.
struct Chapter {
  std::string page;  ///< `chapter-04-the-socket-handler.html`, as the book's site names it.
  std::string title;
  /// Why this one: it `shows this function`, `shows code of this file`, `speaks of this file` or
  /// `speaks of this layer`; the first that holds for any chapter.
  std::string why;
};

/// Reads the sources of the build that runs, and the chapters, as they are on the disk. Const after
/// construction, and for any thread.
class Sources {
 public:
  explicit Sources(std::filesystem::path root);

  /// The function of that name around the line. Nothing if the file is not a source of the project,
  /// or the line is not in such a function: then the program is older than its sources.
  std::optional<Place> around(std::string_view file, unsigned line,
                              std::string_view function) const;
  /// The definition of a function by its class: `chat::Room::handle_in`.
  std::optional<Place> definition_of(std::string_view callee) const;
  std::optional<Chapter> chapter_of(const Place& place) const;

 private:
  /// One chapter's references to the sources.
  struct Page {
    std::string name;
    std::string title;
    std::set<std::pair<std::string, std::string>> listings = {};  ///< File and tag.
    std::set<std::string> files = {};                             ///< That it links to.
  };
  using Lines = std::vector<std::string>;
  std::optional<Lines> read(std::string_view file) const;

  const std::filesystem::path root_;
  std::vector<Page> pages_;                // in the book's order
  std::vector<std::string> applications_;  ///< Sources in which an application's class may stand.
};

}  // namespace glass
