// A certificate for loopback, made on the spot, that signs itself: clients take it as their CA.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// { certificateFile, keyFile, certificate } in `folder`; called again it makes others in their place.
export function makeCertificate(folder) {
  const certificateFile = join(folder, 'certificate.pem');
  const keyFile = join(folder, 'key.pem');
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', keyFile, '-out', certificateFile],
    { stdio: 'ignore' },
  );
  return { certificateFile, keyFile, certificate: readFileSync(certificateFile, 'utf8') };
}
