// Stalls of the machine while something is timed: a bound that a promise sets is only measured while the test itself runs.
import { performance } from 'node:perf_hooks';

const tick = 10; // ms between two looks at the clock
const attempts = 3;

// What `sample` returned or threw, and the longest pause beyond a tick while it ran, in ms.
async function watched(sample) {
  let last = performance.now();
  let stall = 0;
  const look = () => {
    const now = performance.now();
    stall = Math.max(stall, now - last - tick);
    last = now;
  };
  const timer = setInterval(look, tick);
  const outcome = await Promise.resolve()
    .then(sample)
    .then((value) => ({ value }), (error) => ({ error }));
  clearInterval(timer);
  look();
  return { ...outcome, stall };
}

// Runs `sample`, again if the machine stalled for more than `limit` ms meanwhile, three times at most; each stall is reported
// with the test.
export async function undisturbed(t, sample, limit = 100) {
  for (let attempt = 1; ; attempt += 1) {
    const { value, error, stall } = await watched(sample);
    if (stall > limit) t.diagnostic(`attempt ${attempt}: the machine stalled for ${Math.round(stall)} ms`);
    if (stall > limit && attempt < attempts) continue;
    if (error) throw error;
    return value;
  }
}
