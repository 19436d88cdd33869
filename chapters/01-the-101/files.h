#pragma once
/// \file
/// Serves files over HTTP: the chat's own, and the book that its wire panel leads to.

#include <filesystem>
#include <string>

#include "phoenix.h"

namespace chat {

/// Gives an endpoint a page for each file. A browser takes a file for what its ending says.
class Files {
 public:
  explicit Files(phx::Endpoint& endpoint) : endpoint_(endpoint) {}

  /// Reads the file now, and serves it from memory. \throws std::runtime_error if there is none.
  void serve(std::string path, const std::filesystem::path& file);

  /// Serves the book at `/book/`: the site if `make docs` has built it, else the text of its pages,
  /// under the same names. The site is large, so its files are read when they are asked for.
  void serve_book(const std::filesystem::path& root);

 private:
  phx::Endpoint& endpoint_;
};

}  // namespace chat
