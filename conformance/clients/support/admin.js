// The contract's server, whose admin port is open, with a dashboard and a token.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { after, before } from "node:test";
import { eventually } from "./deadline.js";
import { contractServer } from "./server.js";

export const TOKEN = "a token of more than twenty bytes";

/** For all tests of a file: `{server, admin, file}`; `admin` is the admin port's URL, `file` has the token. */
export function watchedServer(...options) {
  const folder = mkdtempSync(path(tmpdir(), "admin-"));
  const file = path(folder, "token");
  writeFileSync(file, `${TOKEN}\n`);
  const server = contractServer({}, {
    options: ["--admin-port", "0", "--admin-token-file", file, "--dashboard", "--shards", "2", "--log-level", "info", ...options],
  });
  const watched = { server, file, admin: null };
  before(async () => {
    await server.start();
    await eventually("the admin port's address", () => /Its admin port is at (\S+)/.test(server.output));
    watched.admin = server.output.match(/Its admin port is at (\S+)/)[1];
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  return watched;
}
