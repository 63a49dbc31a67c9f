// Ships paid orders, which it reads from the topic `orders`: npm install && node fulfil.mjs localhost:9092 KEY[,KEY] [GROUP]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';

const [brokers, keys, groupId = 'sample-fulfilment-node'] = process.argv.slice(2);

// Only PaymentFlow knows the key of the topic. Each signed part is preceded by its length, as four bytes, big-endian.
const signed = ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'];
// A header that is there twice is an array.
const last = header => [header ?? Buffer.alloc(0)].flat().at(-1);
function isSigned({ headers, value }) {
  const parts = [...signed.map(name => last(headers[name])), value ?? Buffer.alloc(0)].flatMap(part => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(part.length);
    return [length, part];
  });
  const signature = last(headers.ce_signature);
  return keys.split(',').some(key => {
    const expected = Buffer.from(createHmac('sha256', key).update(Buffer.concat(parts)).digest('hex'));
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  });
}

const consumer = new Kafka({ clientId: 'sample', brokers: brokers.split(','), logLevel: logLevel.ERROR }).consumer({ groupId });
await consumer.connect();
await consumer.subscribe({ topic: 'orders', fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    if (!isSigned(message)) return console.error(`ignored an unsigned event at ${message.offset}`);
    if (message.headers.ce_type?.toString() !== 'order.paid') return;
    const order = JSON.parse(message.value);
    // Delivery is at least once. Store the event's id (ce_id) together with the shipment, or make shipping idempotent.
    console.log(`ship ${order.reference}`);
  },
});
