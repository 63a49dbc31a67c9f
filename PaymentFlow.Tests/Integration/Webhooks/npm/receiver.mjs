// A shop's endpoint that verifies webhooks with the library of Standard Webhooks. Prints its address and reads the secret from its input.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';

let webhook;

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  try {
    webhook.verify(body, request.headers);
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
createInterface({ input: process.stdin }).on('line', secret => {
  webhook = new Webhook(secret);
  console.log('ready');
}).on('close', () => process.exit());
