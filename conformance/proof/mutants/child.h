#pragma once
/// \file
/// Runs a program to its end, and returns its output.

#include <string>
#include <vector>

namespace phx::conformance {

struct Ended {
  int status = -1;     ///< Its exit status; -1 if a signal ended it or it could not start.
  std::string output;  ///< Standard output and error.
};

/// Any thread. Waits for the end.
Ended run_to_its_end(const std::vector<std::string>& command);

/// A file without a name, for a child to read or write by `path()`. It is removed with this value.
class UnnamedFile {
 public:
  UnnamedFile();
  ~UnnamedFile();
  UnnamedFile(const UnnamedFile&) = delete;
  UnnamedFile& operator=(const UnnamedFile&) = delete;

  /// For this process and its children's eyes.
  std::string path() const;
  int fd() const { return fd_; }
  void write(const std::string& text);
  std::string read() const;

 private:
  int fd_;
};

}  // namespace phx::conformance
