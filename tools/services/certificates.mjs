// Certificates made on the spot, for tests of TLS: an authority of their own, a server at 127.0.0.1 and localhost, a client.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const openssl = (...args) => promisify(execFile)('openssl', args);

// Writes ca.pem, server.pem, server.key, client.pem, client.key, and server.keys.pem (key and certificate in one file).
export async function makeCertificates(folder) {
  mkdirSync(folder, { recursive: true });
  const at = (name) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  await openssl('req', '-x509', ...key, '-keyout', at('ca.key'), '-out', at('ca.pem'), '-days', '2', '-subj', '/CN=Skat test authority');
  const signed = async (name, subject, extension) => {
    await openssl('req', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', subject);
    writeFileSync(at(`${name}.ext`), extension);
    const ca = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-CAserial', at(`${name}.srl`)];
    await openssl('x509', '-req', '-in', at(`${name}.csr`), ...ca, '-out', at(`${name}.pem`), '-days', '2', '-extfile', at(`${name}.ext`));
  };
  await Promise.all([
    signed('server', '/CN=localhost', 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n'),
    signed('client', '/CN=skat', 'extendedKeyUsage=clientAuth\n'),
  ]);
  writeFileSync(at('server.keys.pem'), readFileSync(at('server.key'), 'utf8') + readFileSync(at('server.pem'), 'utf8'));
  return folder;
}
