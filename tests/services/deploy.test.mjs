// The examples of deploy/: what reads them where they are meant for reads them here too, as far as it can without containers.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificates } from '../../tools/services/certificates.mjs';
import { binary, root, temporaryFolder } from '../support/skat.mjs';

const deploy = (name) => join(root, 'deploy', name);
const text = (name) => readFileSync(deploy(name), 'utf8');

// systemd's form: NAME=VALUE lines, comments, nothing is expanded.
function environmentOf(content) {
  const lines = content.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const line of lines) assert.match(line, /^[A-Z_]+=\S+$/);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function printed(environment) {
  const run = spawnSync(binary, ['config', 'print'], { env: environment, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout;
}

test("the unit's settings are those of one node, and with three lines more of a cluster's", () => {
  const content = text('systemd/skat.env');
  assert.match(printed(environmentOf(content)), /^profile = embedded$/m);
  const cluster = environmentOf(content.replace(/^#(KAFKA_BROKERS|REDIS_URL|DATABASE_URL)=/gm, '$1='));
  assert.match(printed(cluster), /^profile = cluster$/m);
});

test('the settings for managed services are read, with TLS everywhere and no secret shown', async () => {
  const folder = temporaryFolder();
  const certificates = await makeCertificates(folder);
  const here = (content) => content.replaceAll('/etc/skat/service.cert', join(certificates, 'client.pem')).replaceAll('/etc/skat/service.key', join(certificates, 'client.key')).replaceAll('/etc/skat/', `${certificates}/`);
  const sasl = printed(environmentOf(here(text('aiven/skat.env'))));
  assert.match(sasl, /^profile = cluster$/m);
  assert.match(sasl, /^kafka security protocol = sasl_ssl$/m);
  assert.match(sasl, /^kafka user = avnadmin, by PLAIN, password set$/m);
  const certificate = printed(environmentOf(here(text('aiven/certificate.env'))));
  assert.match(certificate, /^kafka security protocol = ssl$/m);
  for (const shown of [sasl, certificate]) {
    assert.match(shown, /^redis = rediss:\/\/skat@valkey/m);
    assert.match(shown, /^database sslmode = verify-full$/m);
    assert.doesNotMatch(shown, /-PASSWORD/);
  }
  rmSync(folder, { recursive: true });
});

test('systemd understands the unit', () => {
  const unit = text('systemd/skat.service');
  for (const line of ['EnvironmentFile=/etc/skat/skat.env', 'ExecStart=/usr/bin/skat serve', 'LimitNOFILE=1048576', 'Restart=on-failure']) {
    assert.ok(unit.split('\n').includes(line), line);
  }
  if (!existsSync('/usr/bin/systemd-analyze')) return; // a system without systemd: the lines above are all that can be seen
  const folder = temporaryFolder();
  const file = join(folder, 'skat.service');
  writeFileSync(file, unit.replaceAll('/usr/bin/skat', binary));
  const run = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  assert.equal(run.stderr.split('\n').filter((line) => line.includes('skat')).join('\n'), '');
  rmSync(folder, { recursive: true });
});

test('compose.yaml is YAML of the right shape, and its nodes are a cluster', () => {
  const program = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))';
  const { services, volumes } = JSON.parse(execFileSync('python3', ['-c', program, deploy('compose/compose.yaml')], { encoding: 'utf8' }));
  const nodes = Object.keys(services).filter((name) => name.startsWith('skat-'));
  assert.deepEqual(nodes, ['skat-1', 'skat-2', 'skat-3']);
  for (const [name, service] of Object.entries(services)) {
    assert.ok(service.image, name);
    for (const other of service.depends_on ?? []) assert.ok(other in services, `${name} depends on ${other}`);
    for (const volume of service.volumes ?? []) {
      const from = volume.split(':')[0];
      assert.ok(from.startsWith('.') ? existsSync(join(deploy('compose'), from)) : from in volumes, `${name}: ${from}`);
    }
  }
  for (const name of nodes) {
    const { environment } = services[name];
    const settings = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, value.replace(/\$\{\w+:-(\w+)\}/g, '$1')]));
    assert.match(printed(settings), /^profile = cluster$/m);
    for (const broker of settings.KAFKA_BROKERS.split(',')) assert.ok(broker.split(':')[0] in services, broker);
  }
});

test("the containers' nginx differs from the shipped site in the nodes' addresses alone", () => {
  const bare = (name) => text(name).replace(/^#.*\n/gm, '').replace(/server \S+:\d+ /g, 'server NODE ');
  assert.equal(bare('compose/nginx.conf'), bare('nginx/skat.conf'));
});
