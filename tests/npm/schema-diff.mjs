// Fails when a schema breaks an older one. Usage: schema-diff.mjs OLD.graphql NEW.graphql [NOT-BUILT.txt]
// NOT-BUILT lists parts of OLD (Type, Type.field, Type.field(argument)) that NEW may lack.
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [oldFile, newFile, notBuiltFile] = process.argv.slice(2);
const read = (file) => buildSchema(readFileSync(file, 'utf8'), { assumeValidSDL: true });
const notBuilt = new Set(
  notBuiltFile === undefined
    ? []
    : readFileSync(notBuiltFile, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line && !line.startsWith('#')),
);
// A change's path is Type, Type.field or Type.field.argument; a root type that is missing as such has none.
const isExpected = ({ path }) => {
  if (path === undefined) return false;
  const [type, field, argument] = path.split('.');
  return [type, `${type}.${field}`, `${type}.${field}(${argument})`].some((part) => notBuilt.has(part));
};

const changes = await diff(read(oldFile), read(newFile));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
const unexpected = breaking.filter((change) => !isExpected(change));
for (const { path, message } of unexpected) console.log(`BREAKING ${path}: ${message}`);
console.log(`${oldFile} -> ${newFile}: ${changes.length} changes, ${breaking.length} breaking, ${unexpected.length} unexpected`);
process.exit(unexpected.length === 0 ? 0 : 1);
