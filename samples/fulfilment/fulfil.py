"""Ships paid orders, which it reads from the topic `orders`: pip install confluent-kafka && python fulfil.py localhost:9092 [GROUP]"""
import json
import sys

from confluent_kafka import Consumer

consumer = Consumer({
    "bootstrap.servers": sys.argv[1] if len(sys.argv) > 1 else "localhost:9092",
    "group.id": sys.argv[2] if len(sys.argv) > 2 else "sample-fulfilment-python",
    "auto.offset.reset": "earliest",
    "enable.auto.offset.store": False,
})
consumer.subscribe(["orders"])
while True:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        print(message.error(), file=sys.stderr)
        continue
    if dict(message.headers() or []).get("ce_type") == b"order.paid":
        # Delivery is at least once. Store the event's id (ce_id) together with the shipment, or make shipping idempotent.
        print("ship", json.loads(message.value())["reference"], flush=True)
    consumer.store_offsets(message)
