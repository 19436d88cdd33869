#include "files.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace chat {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::string type_of(const fs::path& file) {
  static const std::map<std::string, std::string> types{
      {".css", "text/css; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".md", "text/plain; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".png", "image/png"},
      {".svg", "image/svg+xml"},
      {".woff2", "font/woff2"},
  };
  const auto found = types.find(file.extension().string());
  return found == types.end() ? "application/octet-stream" : found->second;
}

phx::Response page(const std::string& body, const fs::path& file) {
  return {200, body, {{"content-type", type_of(file)}}};
}

/// Nothing, if there is no such file.
std::string text_of(const fs::path& file) { return content(file).value_or(""); }

}  // namespace

void Files::serve(std::string path, const fs::path& file) {
  auto body = content(file);
  if (!body) {
    throw std::runtime_error(fmt::format(
        "expected the file {}: run `make run` in the project's folder, which fetches it, or set "
        "--root",
        file.string()));
  }
  endpoint_.get(std::move(path),
                [body = std::move(*body), file](const phx::Request&) { return page(body, file); });
}

void Files::serve_book(const fs::path& root) {
  const fs::path site = root / "build/docs/html";
  const bool built = fs::exists(site / "found.js");  // it is written last
  std::map<std::string, std::string> text{
      {"docs-protocol.html", text_of(root / "docs/protocol.md")}};
  if (fs::exists(root / "chapters")) {
    for (const auto& chapter : fs::directory_iterator(root / "chapters")) {
      text["chapter-" + chapter.path().filename().string() + ".html"] =
          text_of(chapter.path() / "README.md");
    }
  }
  if (built) {
    for (const auto& file : fs::directory_iterator(site)) {
      if (file.is_regular_file()) text[file.path().filename().string()];
    }
  }
  for (auto& [name, otherwise] : text) {
    endpoint_.get("/book/" + name,
                  [file = built ? site / name : fs::path(), otherwise](const phx::Request&) {
                    if (const auto body = content(file)) return page(*body, file);
                    if (otherwise.empty())
                      return phx::Response{404, "Not Found"};  // the site is being built
                    return page(otherwise, "page.md");
                  });
  }
}

}  // namespace chat
