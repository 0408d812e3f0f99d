// Checks messages as a receiver of webhooks does, with the scheme's reference library. Standard input: a JSON array of
// {secret, headers, body, genuine}. Usage: webhook-signature.mjs <messages.json
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const isGenuine = ({ secret, headers, body }) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

const messages = JSON.parse(readFileSync(0, 'utf8'));
const wrong = messages.filter((message) => isGenuine(message) !== message.genuine);
for (const message of wrong) console.log('judged otherwise:', JSON.stringify(message));
console.log(`webhook signatures: ${messages.length - wrong.length} of ${messages.length} judged as expected`);
process.exit(wrong.length === 0 && messages.length > 0 ? 0 : 1);
