// Sends documents that double with every fragment; each must be refused in under 50 ms. Usage: fragment-bomb.mjs URL
const [url] = process.argv.slice(2);
const BUDGET_MS = 50;

const bomb = (levels) => {
  const chain = Array.from({ length: levels }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`);
  return `{ ...f0 } ${chain.join(' ')} fragment f${levels} on Query { __typename }`;
};
const send = async (query) => {
  const start = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query }),
  });
  const body = await response.json();
  return { status: response.status, body, millis: performance.now() - start };
};

await send('{ __typename }');
let failed = false;
for (const levels of [14, 16, 18, 20, 22, 30]) {
  const query = bomb(levels);
  // The best of three: the budget is for the server, not for whatever else the machine does.
  const tries = [await send(query), await send(query), await send(query)];
  const best = tries.reduce((left, right) => (left.millis < right.millis ? left : right));
  const refused = best.status === 400 && best.body.data === undefined && best.body.errors.length > 0;
  console.log(`${levels} levels, ${query.length} bytes: ${best.status}, ${best.millis.toFixed(1)} ms`);
  failed ||= !refused || best.millis >= BUDGET_MS;
}
process.exit(failed ? 1 : 0);
