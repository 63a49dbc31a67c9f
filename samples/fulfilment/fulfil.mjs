// Ships paid orders, which it reads from the topic `orders`: npm install && node fulfil.mjs localhost:9092 [GROUP]
import { Kafka, logLevel } from 'kafkajs';

const [brokers = 'localhost:9092', groupId = 'sample-fulfilment-node'] = process.argv.slice(2);
const consumer = new Kafka({ clientId: 'sample', brokers: brokers.split(','), logLevel: logLevel.ERROR }).consumer({ groupId });
await consumer.connect();
await consumer.subscribe({ topic: 'orders', fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    if (message.headers.ce_type?.toString() !== 'order.paid') return;
    const order = JSON.parse(message.value);
    // Delivery is at least once. Store the event's id (ce_id) together with the shipment, or make shipping idempotent.
    console.log(`ship ${order.reference}`);
  },
});
