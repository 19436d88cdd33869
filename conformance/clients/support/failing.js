// A test whose hook fails after it has started a Redis, with no other hook to end it:
// children.test.js runs it.

import { before, test } from "node:test";
import { Redis } from "./redis.js";

const redis = new Redis();
before(async () => {
  await redis.start();
  console.log(`Redis is at ${await redis.url()}`);
  throw new Error("the hook fails");
});
test("nothing", () => {});
