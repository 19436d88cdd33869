/// Each rule has its sentence on the page.

#include "conformance/suite/core/sentence.h"

#include "conformance/suite/core/rule.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::conformance;

namespace {

using testing::expect;

PHX_TEST("every rule is named by a sentence of docs/protocol.md") {
  for (const Rule& rule : all_rules()) expect(!sentence_number(rule.id).empty(), rule.id);
}

PHX_TEST("an unknown rule has no sentence") { expect(sentence_number("Z-99").empty(), "Z-99"); }

}  // namespace
