// What the include check accepts, and what it reports. `.ci/layers.awk` reads the names that are
// given to it, so each test is a small tree.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { inTree } from "../docs/site/tree.mjs";

const AWK = fileURLToPath(new URL("layers.awk", import.meta.url));

/** What awk says: {status, lines}. */
function awk(cwd, ...more) {
  const { status, stdout } = spawnSync("awk", [...more], { cwd, encoding: "utf8" });
  return { status, lines: stdout.trim().split("\n") };
}
/** Checks {path: text, …}, in a world of three layers and three rooms. */
function check(files) {
  const lists = ["-v", "layers=base net testing", "-v", "rooms=suite/wire suite traces/tool"];
  return inTree(files, (cwd) => awk(cwd, ...lists, "-f", AWK, ...Object.keys(files)));
}
function accepted(files) {
  const count = Object.keys(files).length;
  const good = `layers: ${count} files, every include points to its own layer or a lower one`;
  assert.deepEqual(check(files), { status: 0, lines: [good] });
}
function reported(files, lines) {
  assert.deepEqual(check(files), { status: 1, lines });
}

test("includes of the own layer or room and of lower ones are accepted", () => {
  accepted({
    "lib/base/log.cc": '#include "base/log.h"\n',
    "lib/net/loop.cc": '#include "base/log.h"\n#include <uv.h>\n#include <vector>\n',
    "conformance/suite/plan.cc": '#include "conformance/suite/wire/url.h"\n#include "net/loop.h"\n',
    "traces/tool/main.cc": '#include "conformance/suite/plan.h"\n#include "traces/tool/show.h"\n',
  });
});

test("an include of a layer above is reported with its line", () => {
  reported({ "lib/base/log.h": '\n#include "net/loop.h"\n' }, [
    "lib/base/log.h:2: lib/base includes lib/net, which is above it",
  ]);
});

test("an include of a tool's room above is reported with its line", () => {
  reported({ "conformance/suite/plan.cc": '#include "traces/tool/show.h"\n' }, [
    "conformance/suite/plan.cc:1: conformance/suite includes traces/tool, which is above it",
  ]);
});

test("the library may not include the tools that judge it", () => {
  reported({ "lib/net/loop.cc": '#include "conformance/suite/wire/url.h"\n' }, [
    'lib/net/loop.cc:1: the library includes "conformance/suite/wire/url.h", which judges it',
  ]);
});

test("a file outside all layers and rooms is reported, and so is an include of one", () => {
  for (const path of ["lib/new/a.cc", "conformance/new/a.cc"])
    reported({ [path]: "\n" }, [`${path}: is in no known layer or room`]);
  reported({ "lib/net/a.cc": '#include "new/a.h"\n' }, [
    'lib/net/a.cc:1: includes "new/a.h", which is in no known layer',
  ]);
});

test("only net includes the libraries of sockets, event loops and TLS", () => {
  for (const header of ["libwebsockets.h", "openssl/ssl.h", "uv.h"]) {
    reported({ "lib/base/log.cc": `#include <${header}>\n` }, [
      `lib/base/log.cc:1: includes <${header}>, which only net may`,
    ]);
  }
  accepted({ "lib/testing/tls.cc": "#include <openssl/ssl.h>\n" });
});

test("lib's tests, fuzz targets and benchmarks may include testing; a tool's test anything", () => {
  for (const kind of ["test", "fuzz", "bench"])
    accepted({ [`lib/base/log_${kind}.cc`]: '#include "testing/case.h"\n' });
  reported({ "lib/base/log.cc": '#include "testing/case.h"\n' }, [
    "lib/base/log.cc:1: lib/base includes lib/testing, which is above it",
  ]);
  accepted({ "conformance/suite/wire/url_test.cc": '#include "traces/tool/show.h"\n' });
});

test("a layer's folder test/ belongs to it", () => {
  accepted({ "lib/net/test/loop_test.cc": '#include "net/loop.h"\n#include "testing/case.h"\n' });
  reported({ "lib/base/test/log_test.cc": '#include "net/loop.h"\n' }, [
    "lib/base/test/log_test.cc:1: lib/base includes lib/net, which is above it",
  ]);
});

test("no file at all is a fault", () => {
  assert.deepEqual(awk(".", "-f", AWK, "/dev/null"), {
    status: 1,
    lines: ["layers: no file was read"],
  });
});
