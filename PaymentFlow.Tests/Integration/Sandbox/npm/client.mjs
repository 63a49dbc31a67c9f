// cspell:ignore colour
// Prints its own address for webhooks, then reads the sandbox's address, key and webhook secret as one line of JSON from standard input.
// Prints a line for each check that passes, and exits with code 1 at the first check that fails.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import readline from 'node:readline';
import Stripe from 'stripe';

const delivered = [];
const receiver = http.createServer(async (request, response) => {
  const body = [];
  for await (const part of request) body.push(part);
  delivered.push({ path: request.url, body: Buffer.concat(body), signature: request.headers['stripe-signature'] });
  response.writeHead(200).end();
});
receiver.listen(0, '127.0.0.1');
await once(receiver, 'listening');
console.log(`webhooks http://127.0.0.1:${receiver.address().port}`);

const [line] = await once(readline.createInterface({ input: process.stdin }), 'line');
const { address, apiKey, webhookSecret } = JSON.parse(line);
const { hostname, port } = new URL(address);
const clientWith = (key) => new Stripe(key, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
const stripe = clientWith(apiKey);

const intentOf = {
  amount: 1250,
  currency: 'usd',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata: { order_id: 'npm-1' },
};
const create = (more = {}, options = undefined) => stripe.paymentIntents.create({ ...intentOf, ...more }, options);
const pay = async (method = 'pm_card_visa', more = {}) =>
  stripe.paymentIntents.confirm((await create(more)).id, { payment_method: method });
const refused = async (type, call) => {
  const error = await call.then(() => assert.fail(`expected a ${type}`), (e) => e);
  assert.ok(error instanceof type, `expected ${type.name}, got ${error}`);
  return error;
};
const all = async (list) => {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
};
const eventually = async (find) => {
  for (let i = 0; i < 600; i++) {
    const found = await find();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came true: ${find}`);
};
const {
  StripeCardError, StripeInvalidRequestError, StripeIdempotencyError, StripeAuthenticationError, StripeRateLimitError, StripeAPIError,
} = Stripe.errors;

const checks = {
  async 'uses the same API version as the client'() {
    const intent = await create();
    assert.equal(intent.lastResponse.apiVersion, stripe.getApiField('version'));
    assert.match(intent.lastResponse.requestId, /^req_/);
  },
  async 'create, retrieve, confirm'() {
    const intent = await create();
    assert.equal(intent.object, 'payment_intent');
    assert.equal(intent.status, 'requires_payment_method');
    assert.ok(intent.client_secret.startsWith(`${intent.id}_secret_`));
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', expand: ['latest_charge'] });
    assert.equal(paid.status, 'succeeded');
    assert.equal(paid.amount_received, 1250);
    assert.equal(paid.latest_charge.captured, true);
    const read = await stripe.paymentIntents.retrieve(intent.id);
    assert.deepEqual(read.metadata, { order_id: 'npm-1' });
  },
  async 'cancel'() {
    const canceled = await stripe.paymentIntents.cancel((await create()).id, { cancellation_reason: 'abandoned' });
    assert.equal(canceled.status, 'canceled');
    assert.equal(canceled.cancellation_reason, 'abandoned');
    const error = await refused(StripeInvalidRequestError, stripe.paymentIntents.confirm(canceled.id, { payment_method: 'pm_card_visa' }));
    assert.equal(error.code, 'payment_intent_unexpected_state');
  },
  async '3-D Secure asks for action'() {
    const intent = await pay('pm_card_threeDSecure2Required');
    assert.equal(intent.status, 'requires_action');
    assert.equal(intent.next_action.type, 'use_stripe_sdk');
  },
  async 'refunds: part, rest, too much, list'() {
    const paid = await pay();
    const part = await stripe.refunds.create({ payment_intent: paid.id, amount: 250, reason: 'requested_by_customer' });
    assert.equal(part.object, 'refund');
    assert.equal(part.status, 'succeeded');
    assert.equal(part.payment_intent, paid.id);
    const tooMuch = await refused(StripeInvalidRequestError, stripe.refunds.create({ payment_intent: paid.id, amount: 1001 }));
    assert.equal(tooMuch.param, 'amount');
    const rest = await stripe.refunds.create({ charge: paid.latest_charge });
    assert.equal(rest.amount, 1000);
    const again = await refused(StripeInvalidRequestError, stripe.refunds.create({ payment_intent: paid.id }));
    assert.equal(again.code, 'charge_already_refunded');
    assert.deepEqual((await all(stripe.refunds.list({ payment_intent: paid.id, limit: 1 }))).map((r) => r.id), [rest.id, part.id]);
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(paid.id, { expand: ['latest_charge.refunds'] });
    assert.equal(charge.refunded, true);
    assert.equal(charge.refunds.data.length, 2);
  },
  async 'disputes are listed'() {
    const paid = await pay('pm_card_createDispute');
    const [dispute] = await eventually(async () => {
      const { data } = await stripe.disputes.list({ payment_intent: paid.id });
      return data.length ? data : null;
    });
    assert.equal(dispute.charge, paid.latest_charge);
    assert.equal((await refused(StripeInvalidRequestError, stripe.refunds.create({ payment_intent: paid.id }))).code, 'charge_disputed');
  },
  async 'list events page by page'() {
    const paid = await pay();
    const events = (await all(stripe.events.list({ limit: 5 }))).filter((e) => e.data.object.id === paid.id);
    assert.deepEqual(events.map((e) => e.type), ['payment_intent.succeeded', 'payment_intent.created']);
    assert.equal((await stripe.events.retrieve(events[0].id)).data.object.status, 'succeeded');
    const recent = await stripe.events.list({ types: ['payment_intent.succeeded'], created: { gte: paid.created } });
    assert.equal(recent.data[0].id, events[0].id);
  },
  async 'a delivered webhook is accepted, and a forged one is refused'() {
    const paid = await pay();
    const webhook = await eventually(() => delivered.find((d) => d.body.includes(paid.id) && d.body.includes('payment_intent.succeeded')));
    assert.equal(webhook.path, '/stripe/webhooks');
    const event = stripe.webhooks.constructEvent(webhook.body, webhook.signature, webhookSecret);
    assert.equal(event.type, 'payment_intent.succeeded');
    assert.equal(event.data.object.id, paid.id);
    assert.throws(
      () => stripe.webhooks.constructEvent(webhook.body, webhook.signature, 'whsec_other'),
      Stripe.errors.StripeSignatureVerificationError);
    assert.throws(
      () => stripe.webhooks.constructEvent(`${webhook.body} `, webhook.signature, webhookSecret),
      Stripe.errors.StripeSignatureVerificationError);
  },
  async 'a decline is a card error with its decline code and its PaymentIntent'() {
    const error = await refused(StripeCardError, pay('pm_card_visa_chargeDeclinedInsufficientFunds'));
    assert.equal(error.statusCode, 402);
    assert.equal(error.rawType, 'card_error');
    assert.equal(error.code, 'card_declined');
    assert.equal(error.decline_code, 'insufficient_funds');
    assert.equal(error.payment_intent.status, 'requires_payment_method');
    assert.match(error.doc_url, /card-declined$/);
  },
  async 'a wrong parameter, a missing parameter, a missing resource and a wrong key have their own errors'() {
    const small = await refused(StripeInvalidRequestError, create({ amount: 1 }));
    assert.equal(small.rawType, 'invalid_request_error');
    assert.equal(small.code, 'amount_too_small');
    assert.equal(small.param, 'amount');
    assert.equal((await refused(StripeInvalidRequestError, stripe.paymentIntents.create({ amount: 500 }))).code, 'parameter_missing');
    const unknown = await refused(StripeInvalidRequestError, create({ colour: 'red' }));
    assert.equal(unknown.code, 'parameter_unknown');
    const missing = await refused(StripeInvalidRequestError, stripe.paymentIntents.retrieve('pi_none'));
    assert.equal(missing.statusCode, 404);
    assert.equal(missing.code, 'resource_missing');
    const stranger = clientWith('sk_test_other');
    assert.equal((await refused(StripeAuthenticationError, stranger.paymentIntents.retrieve('pi_none'))).statusCode, 401);
  },
  async 'a repeat with the same key is replayed, and other parameters are an idempotency error'() {
    const intent = await create();
    const confirm = (method, idempotencyKey) => stripe.paymentIntents.confirm(intent.id, { payment_method: method }, { idempotencyKey });
    const first = await confirm('pm_card_visa', 'npm-key');
    const repeat = await confirm('pm_card_visa', 'npm-key');
    assert.deepEqual(repeat, first);
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(repeat.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(repeat.lastResponse.headers['original-request'], first.lastResponse.requestId);
    assert.equal(repeat.lastResponse.idempotencyKey ?? repeat.lastResponse.headers['idempotency-key'], 'npm-key');
    const other = await refused(StripeIdempotencyError, confirm('pm_card_amex', 'npm-key'));
    assert.equal(other.rawType, 'idempotency_error');
    assert.equal(other.statusCode, 400);
  },
  async 'faults reach the client as its own errors'() {
    const plan = (fault) => fetch(new URL('/_sandbox/faults', address), {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ call: 'create', ...fault }),
    });
    await plan({ fault: 'rate_limit' });
    assert.equal((await refused(StripeRateLimitError, create())).headers['retry-after'], '1');
    await plan({ fault: 'error_before' });
    assert.equal((await refused(StripeAPIError, create())).statusCode, 500);
    await plan({ fault: 'hang_after', seconds: 0.05 });
    // After a closed connection the client repeats the request once with the same key.
    const before = (await all(stripe.paymentIntents.list({ limit: 100 }))).length;
    assert.equal((await create({}, { idempotencyKey: 'npm-hang' })).lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal((await all(stripe.paymentIntents.list({ limit: 100 }))).length, before + 1);
  },
};

try {
  for (const [name, check] of Object.entries(checks)) {
    await check().catch((e) => { throw new Error(`${name}: ${e.stack}`); });
    console.log(`ok ${name}`);
  }
  console.log('all');
  process.exit(0);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
