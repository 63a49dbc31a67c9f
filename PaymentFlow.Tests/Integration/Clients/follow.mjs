// Follows an order by clients/js and prints what happens, one line of JSON each. The options are the only line of the input.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { followOrder } from '../../../clients/js/index.js';

const [line] = await once(createInterface({ input: process.stdin }), 'line');
const follower = followOrder(JSON.parse(line));
const print = what => console.log(JSON.stringify({ ...what, transport: follower.transport }));
follower.addEventListener('state', ({ detail }) => print({ state: detail }));
try {
  for await (const update of follower) print({ update });
  print({ end: true });
} catch ({ name, status, code }) {
  print({ error: { name, status, code } });
}
process.exit();
