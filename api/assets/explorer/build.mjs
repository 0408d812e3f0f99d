// Makes graphiql.js.gz and graphiql.css.gz from the npm package @graphql-yoga/render-graphiql, which bundles GraphiQL
// with all it needs, so that the explorer works without a network.
//
//   npm install --no-save --ignore-scripts @graphql-yoga/render-graphiql@5.24.1
//   node build.mjs
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const root = dirname(require.resolve('@graphql-yoga/render-graphiql'));
const bundle = await import(pathToFileURL(join(root, '..', 'esm', 'graphiql.js')).href);

const workers = `(() => {
  const worker = source => URL.createObjectURL(new Blob([source], { type: 'application/javascript' }));
  const workers = {
    editorWorkerService: worker(${JSON.stringify(bundle.editorWorkerService)}),
    json: worker(${JSON.stringify(bundle.jsonWorker)}),
    graphql: worker(${JSON.stringify(bundle.graphqlWorker)}),
  };
  self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workers[label] };
})();
`;
const pack = (name, text) => writeFileSync(join(import.meta.dirname, name), gzipSync(text, { level: 9 }));
pack('graphiql.js.gz', workers + bundle.js + ';');
pack('graphiql.css.gz', bundle.css);
