// Topics with the same std::hash in libstdc++: the hash is not secret, so anyone can find them.

const MASK = (1n << 64n) - 1n;
const MULTIPLIER = 0xc6a4a7935bd1e995n;
const SEED = 0xc70f6907n;

const times = (a, b) => (a * b) & MASK;
const mixed = (block) => {
  const k = times(block, MULTIPLIER);
  return times(k ^ (k >> 47n), MULTIPLIER);
};
/** The inverse of mixed(): each step can be reversed. */
const unmixed = (k) => {
  const half = times(k, INVERSE);
  return times(half ^ (half >> 47n), INVERSE);
};
const INVERSE = (() => {
  let inverse = MULTIPLIER; // Newton: each step doubles the correct bits
  for (let bits = 3; bits < 64; bits *= 2) inverse = times(inverse, (2n - times(MULTIPLIER, inverse)) & MASK);
  return inverse;
})();

const blockOf = (text) => Buffer.from(text).readBigUInt64LE();

/** `count` topics of 24 bytes under `room:`, all with the same hash (MurmurHash64A). */
export function collidingTopics(count) {
  const size = 24n;
  const first = SEED ^ times(size, MULTIPLIER);
  const start = times(first ^ mixed(blockOf("room:aaa")), MULTIPLIER);
  const goal = times(start ^ mixed(blockOf("aaaaaaaa")), MULTIPLIER);
  const end = times(goal ^ mixed(blockOf("aaaaaaaa")), MULTIPLIER);
  const before = times(end, INVERSE); // the hash that the last block must give
  const topics = [];
  const bytes = Buffer.alloc(8);
  for (let n = 0; topics.length < count; ++n) {
    const middle = n.toString(36).padStart(8, "0");
    const last = unmixed(before ^ times(start ^ mixed(blockOf(middle)), MULTIPLIER));
    bytes.writeBigUInt64LE(last);
    if (bytes.every((b) => b > 0x20 && b < 0x7f && b !== 0x22 && b !== 0x5c)) topics.push(`room:aaa${middle}${bytes}`);
  }
  return topics;
}
