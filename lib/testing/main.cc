/// The host program of a unit test file: runs every PHX_TEST that was linked in.

#include <cstring>

#include "testing/case.h"

namespace phx::testing {
namespace {
std::vector<Case>& list() {
  static std::vector<Case> cases;  // filled before main(), read only afterwards
  return cases;
}
}  // namespace

Registration::Registration(const char* name, std::function<void()> body) {
  list().push_back({name, std::move(body)});
}
const std::vector<Case>& registered_cases() { return list(); }

}  // namespace phx::testing

int main(int argc, char** argv) {
  const char* base = std::strrchr(argv[0], '/');
  const bool tap = argc > 1 && std::strcmp(argv[1], "--tap") == 0;
  const int failed =
      phx::testing::run_group(base ? base + 1 : argv[0], phx::testing::registered_cases(),
                              tap ? phx::testing::Output::tap : phx::testing::Output::text);
  return failed == 0 ? 0 : 1;
}
