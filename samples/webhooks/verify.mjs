// Verifies a webhook by Standard Webhooks (https://www.standardwebhooks.com), without packages. Import `isValid`, or try it:
// WEBHOOK_SECRETS=whsec_…[,whsec_…] node verify.mjs ID TIMESTAMP SIGNATURE < body.json
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

// Older webhooks are refused, so that nobody can send a recorded one again later.
const toleranceSeconds = 5 * 60;

/**
 * @param {string[]} secrets the endpoint's secret; two while it is replaced
 * @param {{id: string, timestamp: string, signature: string}} headers webhook-id, webhook-timestamp, webhook-signature
 * @param {Buffer} body the bytes as they came: JSON that is parsed and written again is signed differently
 */
export function isValid(secrets, { id, timestamp, signature }, body, now = Date.now() / 1000) {
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now - Number(timestamp)) > toleranceSeconds) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  return secrets.some(secret => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    // Several signatures while PaymentFlow replaces the secret.
    return signature.split(' ').map(one => Buffer.from(one))
      .some(one => one.length === expected.length && timingSafeEqual(one, expected));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [id, timestamp, signature] = process.argv.slice(2);
  const valid = isValid(process.env.WEBHOOK_SECRETS.split(','), { id, timestamp, signature }, readFileSync(0));
  console.log(valid ? 'valid' : 'invalid');
  process.exitCode = valid ? 0 : 1;
}
