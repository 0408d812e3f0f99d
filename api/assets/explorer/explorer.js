// The explorer's own part: opens the tour's tabs, and carries what one answer tells (ids, tokens) into the next request.
//
// A tab's variables and headers hold names in double braces, such as {{cartId}}. Each step of the tour says which paths
// of its answer to remember under which name; a name nobody knows yet is asked for.
(async () => {
  'use strict';

  const KEY = 'vitrine:remembered';
  const remembered = new Map(Object.entries(JSON.parse(sessionStorage.getItem(KEY) ?? '{}')));
  const remember = (name, value) => {
    remembered.set(name, value);
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(remembered)));
  };

  const tour = await (await fetch('/explorer/tour.json')).json();

  // Follows a path such as "products.nodes.0.id"; undefined where it ends early.
  const follow = (value, path) => path.split('.').reduce((at, step) => at?.[step], value);

  const learn = (operationName, answer) => {
    const step = tour.find(step => step.operationName === operationName);
    for (const [name, path] of Object.entries(step?.remember ?? {})) {
      const value = follow(answer.data, path);
      if (value !== undefined && value !== null) remember(name, value);
    }
  };

  const lookUp = name => {
    if (name === 'newKey') return crypto.randomUUID();
    if (!remembered.has(name)) {
      const asks = tour.map(step => step.asks?.[name]).find(Boolean);
      const question = asks?.text ?? `Nothing is known yet as "${name}": run the tabs before this one, or type it.`;
      const typed = window.prompt(question, asks?.suggest ?? '');
      if (typed === null || typed.trim() === '') throw new Error(`"${name}" is not known yet. Run the tabs before this one first.`);
      remember(name, typed.trim());
    }
    return remembered.get(name);
  };

  // Puts what is known in place of names in braces. A text that is only one name becomes the value itself.
  const fill = value => {
    if (typeof value === 'string') {
      const alone = /^\{\{(\w+)\}\}$/.exec(value);
      return alone ? lookUp(alone[1]) : value.replace(/\{\{(\w+)\}\}/g, (_, name) => lookUp(name));
    }
    if (Array.isArray(value)) return value.map(fill);
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
    }
    return value;
  };

  const fetcher = async ({ query, operationName, variables }, options) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...fill(options?.headers ?? {}),
      },
      body: JSON.stringify({ query, operationName, variables: fill(variables ?? {}) }),
    });
    const answer = await response.json();
    learn(operationName, answer);
    return answer;
  };

  const text = value => (value === undefined ? undefined : JSON.stringify(value, null, 2));
  YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
    title: 'Vitrine',
    logo: '<img src="/explorer/favicon.svg" alt="" width="32" height="32">',
    fetcher,
    // Tabs live as long as the browser's own tab, so a newer server never meets an older tour.
    storage: sessionStorage,
    onEditQuery: () => {},
    defaultTabs: tour.map(({ query, variables, headers }) => ({ query, variables: text(variables), headers: text(headers) })),
  });
})();
