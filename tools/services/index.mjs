// Kafka, Redis and PostgreSQL on free ports of loopback, everything they write in one folder.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates } from './certificates.mjs';
import { Kafka, user } from './kafka.mjs';
import { Postgres } from './postgres.mjs';
import { Redis } from './redis.mjs';

export const kinds = ['kafka', 'redis', 'postgres'];

export class Services {
  // folder: exists and is empty. only: which of `kinds`. kafka, redis, postgres: options of their create(). tls: with
  // listeners for it, and certificates in folder/certificates; redis and postgres speak TLS with `tls: true` of their own. progress(line) is told what happens.
  static async start({ folder, only = kinds, kafka, redis, postgres, tls = false, detached = false, progress = () => {} }) {
    const services = Object.assign(new Services(), { folder });
    const began = Date.now();
    if (tls) services.certificates = await makeCertificates(join(folder, 'certificates'));
    const { certificates } = services;
    const secured = (options) => ({ ...options, tls: options?.tls ? certificates : undefined });
    const create = {
      kafka: () => Kafka.create({ folder, detached, certificates, ...kafka }),
      redis: () => Redis.create({ folder, detached, ...secured(redis) }),
      postgres: () => Postgres.create({ folder, detached, ...secured(postgres) }),
    };
    const begin = async (kind) => {
      services[kind] = await create[kind]();
      await services[kind].start();
      progress(`${kind} is ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    };
    const outcomes = await Promise.allSettled(only.map(begin));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed) {
      await services.stop();
      throw failed.reason;
    }
    return services;
  }

  get daemons() {
    return [...(this.kafka?.brokers ?? []), this.redis, this.postgres].filter(Boolean);
  }

  // As the tests of the backends read them.
  get environment() {
    const environment = {};
    if (this.kafka) environment.SKAT_TEST_KAFKA = this.kafka.addresses();
    if (this.kafka && this.certificates) {
      environment.SKAT_TEST_KAFKA_TLS = this.kafka.addresses('TLS');
      environment.SKAT_TEST_KAFKA_SASL = this.kafka.addresses('SASL');
      environment.SKAT_TEST_KAFKA_USER = user.name;
      environment.SKAT_TEST_KAFKA_PASSWORD = user.password;
    }
    if (this.certificates) environment.SKAT_TEST_CERTIFICATES = this.certificates;
    if (this.redis) environment.SKAT_TEST_REDIS = this.redis.url;
    if (this.postgres) environment.SKAT_TEST_POSTGRES = this.postgres.url;
    return environment;
  }

  // True: each went by itself.
  async stop() {
    const orderly = await Promise.all(this.daemons.map((daemon) => daemon.stop()));
    return orderly.every(Boolean);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
