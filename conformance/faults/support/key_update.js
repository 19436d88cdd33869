// One record of TLS 1.3 (RFC 8446): a KeyUpdate, which no client library can send on request.

import { createCipheriv, createHmac } from "node:crypto";

/** Encrypted with the keys of `secret`, as their first record (number 0). */
export function keyUpdate(secret) {
  const head = Buffer.from([0x17, 3, 3, 0, 6 + 16]);
  const gcm = createCipheriv("aes-128-gcm", expanded(secret, "key", 16), expanded(secret, "iv", 12));
  gcm.setAAD(head);
  const sealed = Buffer.concat([gcm.update(Buffer.from([0x18, 0, 0, 1, 0, 22])), gcm.final()]);
  return Buffer.concat([head, sealed, gcm.getAuthTag()]);
}

/** The next secret. */
export const nextSecret = (secret) => expanded(secret, "traffic upd", 32);

function expanded(secret, label, size) {
  const full = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.from([0, size, full.length]), Buffer.from(full), Buffer.from([0, 1])]);
  return createHmac("sha256", secret).update(info).digest().subarray(0, size);
}
