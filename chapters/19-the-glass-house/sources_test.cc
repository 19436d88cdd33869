/// Names, functions and chapters are found in this project's own sources.

#include "sources.h"

#include <fstream>

#include "testing/case.h"

using namespace glass;
using namespace phx::testing;

namespace {

namespace fs = std::filesystem;

/// A project of two files and two chapters. Removed at the end.
class Project {
 public:
  Project() {
    write("lib/socket/a.cc",
          "namespace phx {\n\n/// Why it is.\n//! [go]\nvoid Socket::go(int n) {\n  if (n > 0) {\n"
          "    stop(n);\n  }\n}\n//! [go]\n\nclass V2 {\n  Frame decode(Frame frame) const {\n"
          "    hop();\n    return frame;\n  }\n};\n}\n");
    write("lib/live_view/b.cc", "int x;\n");
    write("chapters/01-one/README.md", "# The first\n\n[a](../../lib/socket/a.h)\n");
    write("chapters/02-two/README.md", "# The second\n\n<!-- snippet lib/socket/a.cc go -->\n");
    write("chapters/01-one/room.cc", "Result Room::handle_in(int event) {\n  return {};\n}\n");
    write("chapters/01-one/board.h",
          "struct Board : View {\n  Result render(\n      int a) override {\n    return a;\n  }\n"
          "  void declared(int a);\n};\n");
  }
  ~Project() { fs::remove_all(root_); }
  const fs::path& root() const { return root_; }

 private:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  const fs::path root_ = fs::temp_directory_path() / ("glass-" + std::to_string(getpid()));
};

}  // namespace

PHX_TEST("a compiler's name of a function becomes the one that people say") {
  for (const auto& [compiler, people] : std::vector<std::pair<std::string, std::string>>{
           {"virtual void phx::socket::SocketProcess::handle(phx::process::Message)",
            "SocketProcess::handle"},
           {"void phx::channel::dispatch(phx::process::Scheduler&, std::span<const int>)",
            "dispatch"},
           {"virtual phx::serializer::Frame phx::serializer::{anonymous}::V2Json::encode(const "
            "int&) const",
            "V2Json::encode"},
           {"std::variant<int> phx::transport::run(std::span<int>)", "run"},
           {"phx::serializer::Frame phx::binary(const std::array<int, N>&) [with int N = 3]",
            "binary"},
           {"chat::(anonymous namespace)::Room::handle_in", "Room::handle_in"}}) {
    expect_eq(short_name(compiler), people);
  }
}

PHX_TEST("the function around a line is found, with its comment, and only under its own name") {
  const Project project;
  const Sources sources(project.root());
  const auto place = sources.around("lib/socket/a.cc", 7, "void phx::Socket::go(int)");
  expect(place.has_value(), "it is found");
  expect_eq(place->first, 5u);
  expect_eq(place->lines.size(), 5u);
  expect_eq(place->line, 7u);
  const auto inside = sources.around("lib/socket/a.cc", 14, "Frame V2::decode(Frame) const");
  expect_eq(inside->lines.front(), "  Frame decode(Frame frame) const {");
  expect(!sources.around("lib/socket/a.cc", 7, "void phx::Socket::other()"),
         "not under another name");
  expect(!sources.around("lib/socket/a.cc", 14, "void phx::Socket::go(int)"), "not after its end");
  expect(!sources.around("lib/socket/a.cc", 99, "void phx::Socket::go(int)"),
         "not beyond the file");
}

PHX_TEST("nothing but a source of the project is read") {
  const Project project;
  const Sources sources(project.root());
  for (const char* file : {"/etc/passwd", "lib/../../etc/passwd", "lib/socket/../a.cc",
                           "chapters/01-one/README.md", ""}) {
    expect(!sources.around(file, 1, "go"), std::string("not ") + file);
  }
}

PHX_TEST("an application's function is found by its class, outside of it or inside") {
  const Project project;
  const Sources sources(project.root());
  expect_eq(sources.definition_of("chat::Room::handle_in")->file, "chapters/01-one/room.cc");
  const auto inside = sources.definition_of("demo::(anonymous namespace)::Board::render");
  expect_eq(inside->line, 2u);
  expect_eq(inside->lines.size(), 4u);
  expect(!sources.definition_of("demo::Board::declared"), "a declaration is not a definition");
  expect(!sources.definition_of("demo::Nobody::render"), "another class has none");
}

PHX_TEST("a function's chapter is the one that shows it, else one that speaks of its file") {
  const Project project;
  const Sources sources(project.root());
  const auto shown = sources.chapter_of(*sources.around("lib/socket/a.cc", 7, "Socket::go"));
  expect_eq(shown->page, "chapter-02-two.html");
  expect_eq(shown->title, "The second");
  expect_eq(shown->why, "shows this function");
  const auto near = sources.chapter_of(*sources.around("lib/socket/a.cc", 14, "V2::decode"));
  expect_eq(near->why, "shows code of this file");
}
