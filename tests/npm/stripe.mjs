// Stripe's own library on the other side: it reads signatures of ours, makes one for us to read, and talks to our stand-in
// as it would to Stripe. Arguments: address of the stand-in, its keys, and a message with its signature.
import assert from 'node:assert/strict';
import Stripe from 'stripe';

const [address, secretKey, webhookSecret, signature, body] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const stripe = new Stripe(secretKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });

const event = stripe.webhooks.constructEvent(body, signature, webhookSecret);
assert.equal(event.id, JSON.parse(body).id);
assert.throws(() => stripe.webhooks.constructEvent(`${body} `, signature, webhookSecret), /signature/i);

const wish = {
  amount: 1490,
  currency: 'eur',
  capture_method: 'manual',
  automatic_payment_methods: { enabled: true },
  metadata: { payment_id: 'vendor' },
};
const intent = await stripe.paymentIntents.create(wish, { idempotencyKey: 'vendor-1' });
const again = await stripe.paymentIntents.create(wish, { idempotencyKey: 'vendor-1' });
assert.deepEqual([again.id, again.client_secret], [intent.id, intent.client_secret]);
await assert.rejects(
  stripe.paymentIntents.create({ ...wish, amount: 1 }, { idempotencyKey: 'vendor-1' }),
  { type: 'StripeIdempotencyError' },
);
await assert.rejects(stripe.paymentIntents.capture(intent.id, { amount_to_capture: 1490 }), (error) => {
  assert.equal(error.type, 'StripeInvalidRequestError');
  assert.equal(error.payment_intent.id, intent.id);
  return true;
});
const canceled = await stripe.paymentIntents.cancel(intent.id);
assert.equal(canceled.status, 'canceled');
assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'canceled');
assert.deepEqual((await stripe.refunds.list({ payment_intent: intent.id })).data, []);

const timestamp = Number(/t=(\d+)/.exec(signature)[1]);
process.stdout.write(stripe.webhooks.generateTestHeaderString({ payload: body, secret: webhookSecret, timestamp }));
