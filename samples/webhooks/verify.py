"""Verifies a webhook by Standard Webhooks (https://www.standardwebhooks.com), with the standard library only.

Import is_valid, or try it: WEBHOOK_SECRETS=whsec_…[,whsec_…] python3 verify.py ID TIMESTAMP SIGNATURE < body.json
"""
import base64
import hmac
import os
import re
import sys
import time

# Older webhooks are refused, so that nobody can send a recorded one again later.
TOLERANCE_SECONDS = 5 * 60


def is_valid(secrets, webhook_id, timestamp, signature, body, now=None):
    """secrets: the endpoint's secret, two while it is replaced. body: the bytes as they came, not JSON that was written again.

    The others are the headers webhook-id, webhook-timestamp and webhook-signature, or "" if they are missing.
    """
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs((time.time() if now is None else now) - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        expected = b"v1," + base64.b64encode(hmac.new(key, signed, "sha256").digest())
        # Several signatures while PaymentFlow replaces the secret.
        if any(hmac.compare_digest(one.encode(), expected) for one in signature.split(" ")):
            return True
    return False


if __name__ == "__main__":
    valid = is_valid(os.environ["WEBHOOK_SECRETS"].split(","), *sys.argv[1:4], sys.stdin.buffer.read())
    print("valid" if valid else "invalid")
    sys.exit(0 if valid else 1)
