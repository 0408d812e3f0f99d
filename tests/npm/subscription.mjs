// Follows the stock of a variant with the client graphql-sse while somebody on the staff adds a unit, and hears of it.
// Usage: subscription.mjs URL EMAIL PASSWORD
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';

const [url, email, password] = process.argv.slice(2);
const PATIENCE_MS = 10_000;

let token;
const ask = async (query, variables) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  assert.equal(errors, undefined);
  return data;
};

const login = 'mutation($input: StaffLoginInput!) { staffLogin(input: $input) { tokens { accessToken } userErrors { code } } }';
token = (await ask(login, { input: { email, password } })).staffLogin.tokens.accessToken;
const { stockLevels } = await ask('{ stockLevels(first: 1) { nodes { variant { id sku } warehouse { code } } } }');
const [{ variant, warehouse }] = stockLevels.nodes;
const { sku } = variant;

const client = createClient({ url, retryAttempts: 0 });
const answers = client.iterate({
  query: 'subscription($ids: [ID!]!) { stockChanged(variantIds: $ids) { sku availability { quantity } } }',
  variables: { ids: [variant.id] },
});
const next = async () => {
  const late = new Promise((_, reject) => setTimeout(reject, PATIENCE_MS, new Error('nothing was told in time')).unref());
  const { value } = await Promise.race([answers.next(), late]);
  assert.equal(value.errors, undefined);
  assert.equal(value.data.stockChanged.sku, sku);
  return value.data.stockChanged.availability.quantity;
};

const before = await next();
const adjustments = [{ sku, warehouseCode: warehouse.code, quantity: 1 }];
const adjust = 'mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { userErrors { code } } }';
await ask(adjust, { input: { adjustments, reason: 'found', idempotencyKey: `sse-${Date.now()}` } });
assert.equal(await next(), before + 1);
await answers.return();
console.log(`${sku}: ${before}, then ${before + 1}`);
