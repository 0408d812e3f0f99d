// Runs every audit of GraphQL over HTTP, the recommended ones included. Usage: graphql-http-audit.mjs URL
import { auditServer } from 'graphql-http';

const [url] = process.argv.slice(2);
const results = await auditServer({ url, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== 'ok');
for (const { id, name, status, reason } of failed) console.log(`${status.toUpperCase()} ${id} ${name}: ${reason}`);
console.log(`GraphQL over HTTP: ${results.length - failed.length} of ${results.length} audits ok`);
process.exit(failed.length === 0 && results.length >= 61 ? 0 : 1);
