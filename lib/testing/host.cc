/// The one file that includes CMocka: it turns a thrown Failure into CMocka's own.

#include "testing/host.h"

#include <unistd.h>

#include <csetjmp>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

extern "C" {
#include <cmocka.h>
// CMocka's own asserts write their reports with it: into the XML, and after the TAP line. It is
// exported, but in no header.
void cm_print_error(const char* format, ...);
}
#undef fail  // the macro breaks any later use of std::ios

namespace phx::testing {
namespace {

/// What remains of a failed case after its exception is gone: plain memory that longjmp may skip.
struct Verdict {
  bool failed = false;
  std::string report;
  std::string file;
  int line = 0;
};

Verdict run(const Case& test) noexcept {
  try {
    test.body();
    return {};
  } catch (const Failure& failure) {
    return {true, failure.what(), failure.where().file_name(),
            static_cast<int>(failure.where().line())};
  } catch (const std::exception& error) {
    return {true, std::string("the case threw: ") + error.what(), __FILE__, __LINE__};
  } catch (...) {
    return {true, "the case threw something that is not a std::exception", __FILE__, __LINE__};
  }
}

// _fail never returns, and skips destructors, so the verdict outlives the call.
Verdict last_verdict;
bool is_silent = false;

void body(void** state) {
  last_verdict = run(*static_cast<const Case*>(*state));
  if (!last_verdict.failed) return;
  constexpr int fits_cmocka = 900;  // it cuts at 1,024 bytes
  if (!is_silent) std::fprintf(stderr, "%s\n", last_verdict.report.c_str());
  cm_print_error("%.*s\n", fits_cmocka, last_verdict.report.c_str());
  _fail(last_verdict.file.c_str(), last_verdict.line);
}

cm_message_output output_of(Output output) {
  switch (output) {
    case Output::text: return CM_OUTPUT_STDOUT;
    case Output::tap: return CM_OUTPUT_TAP;
    case Output::junit:
    case Output::silent: return CM_OUTPUT_XML;
  }
  return CM_OUTPUT_STDOUT;
}

/// CMocka has no quiet mode, but it writes XML only at the end, and to a file.
class Silence {
 public:
  Silence() {
    folder_ = (std::filesystem::temp_directory_path() / "cmocka-XXXXXX").string();
    if (!::mkdtemp(folder_.data())) throw std::runtime_error("there is no folder for CMocka's XML");
    ::setenv("CMOCKA_XML_FILE", (folder_ + "/report.xml").c_str(), 1);
    is_silent = true;
  }
  ~Silence() {
    is_silent = false;
    ::unsetenv("CMOCKA_XML_FILE");
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  std::string folder_;
};

}  // namespace

int run_group(const std::string& name, const std::vector<Case>& cases, Output output) {
  std::optional<Silence> silence;
  if (output == Output::silent) silence.emplace();
  cmocka_set_message_output(output_of(output));
  std::vector<CMUnitTest> tests;
  tests.reserve(cases.size());
  for (const Case& test : cases) {
    tests.push_back({test.name.c_str(), body, nullptr, nullptr, const_cast<Case*>(&test)});
  }
  return _cmocka_run_group_tests(name.c_str(), tests.data(), tests.size(), nullptr, nullptr);
}

}  // namespace phx::testing
