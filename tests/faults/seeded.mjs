// A small seeded generator (mulberry32), so that a schedule can be run again.
export function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = (random, from) => from[Math.floor(random() * from.length)];
export const between = (random, low, high) => low + random() * (high - low);
