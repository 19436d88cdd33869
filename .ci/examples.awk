# examples.awk: extracts the C++ examples of comments and pages, each into a file of its own. Called
# with -v into=DIRECTORY, .ci/examples.cc, which must include each, and the headers and pages to
# read.
#
# In a header an example is a part of a `///` comment that is indented by four more spaces. One of its lines ends in a
# semicolon, unlike those of wires and tables, which are indented too. In a page it is a fence of cpp that no source fills.
FNR == 1 { leave(); examples = 0; filled = fenced = 0 }
FILENAME ~ /\.cc$/ { if ($0 ~ /^#include "examples\//) wanted[substr($2, 2, length($2) - 2)] = 1; next }

FILENAME ~ /\.md$/ && /^```cpp$/ { fenced = 1; if (!filled) enter(FNR + 1); filled = 0; next }
FILENAME ~ /\.md$/ && /^```/ { if (fenced) { code = code || line > 0; leave() } fenced = 0; next }
FILENAME ~ /\.md$/ { if (fenced && line) text = text $0 "\n"; else if (NF) filled = /^<!-- snippet /; next }

/^ *\/\/\/     / { if (!line) enter(FNR); sub(/^ *\/\/\/     /, ""); text = text $0 "\n"; if (/;( *\/\/.*)?$/) code = 1; next }
/^ *\/\/\/$/ && line { text = text "\n"; next }
{ leave() }
END { leave(); exit failed }

function enter(at) { source = FILENAME; line = at; text = ""; code = 0 }
function leave(  name) {
  if (line && code) {
    name = "examples/" source "." ++examples
    system("mkdir -p '" into "/" name "' && rmdir '" into "/" name "'")
    printf "#line %d \"%s\"\n%s", line, source, text > (into "/" name)
    close(into "/" name)
    if (!(name in wanted)) { print source ":" line ": .ci/examples.cc does not include \"" name "\""; failed = 1 }
  }
  line = 0
}
