// A certificate that signs itself, for servers of this machine.

import { execFileSync } from "node:child_process";

/** Writes it and its key to these files. `kind` is what its key is. */
export function selfSigned(cert, key, kind = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]) {
  const who = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const files = ["-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-newkey", ...kind, "-nodes", ...files, ...who], {
    stdio: "ignore",
  });
}
