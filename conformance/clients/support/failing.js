// A test whose hook fails once it has started a Redis, and which has no other to end it: children.test.js runs it.

import { before, test } from "node:test";
import { Redis } from "./redis.js";

const redis = new Redis();
before(async () => {
  await redis.start();
  console.log(`Redis is at ${await redis.url()}`);
  throw new Error("the hook fails");
});
test("nothing", () => {});
