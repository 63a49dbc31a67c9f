"""Ships paid orders, which it reads from the topic `orders`.

pip install confluent-kafka && python fulfil.py localhost:9092 KEY[,KEY] [GROUP]
"""
import hmac
import json
import struct
import sys

from confluent_kafka import Consumer

KEYS = sys.argv[2].split(",")
SIGNED = ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"]


def is_signed(headers, value):
    """Only PaymentFlow knows the key of the topic. Each signed part is preceded by its length, as four bytes, big-endian."""
    parts = [headers.get(name, b"") for name in SIGNED] + [value or b""]
    text = b"".join(struct.pack(">i", len(part)) + part for part in parts)
    signature = headers.get("ce_signature", b"")
    return any(hmac.compare_digest(hmac.new(key.encode(), text, "sha256").hexdigest().encode(), signature) for key in KEYS)


consumer = Consumer({
    "bootstrap.servers": sys.argv[1],
    "group.id": sys.argv[3] if len(sys.argv) > 3 else "sample-fulfilment-python",
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
    headers = dict(message.headers() or [])
    if not is_signed(headers, message.value()):
        print("ignored an unsigned event at", message.offset(), file=sys.stderr)
    elif headers.get("ce_type") == b"order.paid":
        # Delivery is at least once. Store the event's id (ce_id) together with the shipment, or make shipping idempotent.
        print("ship", json.loads(message.value())["reference"], flush=True)
    consumer.store_offsets(message)
