// Each attack for a short time: see siege.js.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Siege, WAYS, complaints } from "./siege.js";
import { attacks } from "./support/attacks.js";

const ATTACK_MS = 500;
const MOST_MEGABYTES = 600;

for (const [way, shards] of [[Object.keys(WAYS)[0], 1], [Object.keys(WAYS)[1], 2]]) {
  describe(`with ${way}, on ${shards} of the server's threads, honest clients notice nothing of`, () => {
    const ends = [];
    let siege;
    before(async () => (siege = await Siege.lays({ after: (end) => ends.unshift(end) }, way, shards)));
    after(async () => {
      for (const end of ends) await end();
    });
    for (const name of Object.keys(attacks)) {
      test(name, async (t) => {
        const found = await siege.attack(name, ATTACK_MS);
        t.diagnostic(found.did);
        assert.deepEqual(complaints(found), []);
        assert.ok(found.megabytes < MOST_MEGABYTES, `${Math.round(found.megabytes)} MB`);
      });
    }
  });
}
