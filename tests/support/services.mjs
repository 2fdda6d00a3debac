// Real Kafka, Redis and PostgreSQL for tests. Each daemon can be killed (kill), held (pause, resume), ended (stop) and
// started again in place (start); Kafka's are services.kafka.brokers.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Services } from '../../tools/services/index.mjs';

// Runs with started services (options: Services.start); they are stopped whatever happens in between. Their logs and data are
// removed, and kept after a failure.
export async function withServices(options, run) {
  const folder = mkdtempSync(join(tmpdir(), 'skat-services-'));
  let services;
  try {
    services = await Services.start({ folder, ...options });
    const outcome = await run(services);
    await services.stop();
    services.remove();
    return outcome;
  } catch (error) {
    await services?.stop();
    error.message += `\n(the services' logs: ${folder})`;
    throw error;
  }
}
