'use strict';
(() => {
  const id = (name) => document.getElementById(name);
  const interval = 1000; // milliseconds between two looks at the simulator
  const mostCalls = 100;
  const mostRows = 200;

  // Text of the account never becomes markup: elements are made one by one.
  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children.filter((child) => child !== '' && child !== undefined && child !== null));
    return element;
  }
  const date = (text) => (text ? text.slice(0, 19).replace('T', ' ') : '');
  const pretty = (text) => {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };

  async function send(method, path, body) {
    const answer = await fetch(path, {
      method, cache: 'no-store', body: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.error || `status ${answer.status}`);
    return value;
  }
  const read = (path) => send('GET', path);

  // The calls. A call does not change once it is recorded, so only new rows are made, and open ones stay open.
  const rows = new Map();
  function result(call) {
    const cell = make('td');
    const ok = call.status >= 200 && call.status < 300;
    const text = call.status === 0 ? 'not executed' : call.code ? `${call.status}, code ${call.code}` : String(call.status);
    cell.append(make('span', { className: `level ${ok ? 'good' : 'high'}` }, text));
    if (call.sent !== call.status || call.fault) {
      cell.append(make('br'), make('span', { className: 'quiet' }, `${call.fault || 'cut off'}: ${call.sent ? `${call.sent} sent` : 'nothing sent'}`));
    }
    return cell;
  }
  function callRow(call) {
    const more = make('details', {}, make('summary', {}, call.action || '(no action)'),
      make('pre', {}, JSON.stringify(call.body, null, 2)), make('p', { className: 'quiet' }, `Request ${call.request_id}`, call.access_key ? `, signed with ${call.access_key}` : ''));
    const why = make('td', {}, call.reason || (call.rights && !call.rights.allowed ? call.rights.reason : ''));
    if (call.rights && call.rights.missing_statement) {
      why.append(make('details', {}, make('summary', {}, 'The smallest statement that allows it'),
        make('pre', {}, JSON.stringify(call.rights.missing_statement, null, 2))));
    }
    return make('tr', {}, make('td', { className: 'mono' }, date(call.time).slice(11)), make('td', {}, more), make('td', {}, call.caller || 'not authenticated'), result(call), why);
  }
  function showCalls(calls) {
    const body = id('calls').tBodies[0];
    const known = new Set(calls.map((call) => call.request_id));
    for (const [request, row] of rows) {
      if (!known.has(request)) {
        row.remove();
        rows.delete(request);
      }
    }
    for (const call of calls) {
      if (!rows.has(call.request_id)) {
        rows.set(call.request_id, callRow(call));
        body.prepend(rows.get(call.request_id));
      }
    }
    id('no-calls').hidden = calls.length > 0;
  }

  // The objects.
  const kinds = [
    { title: 'Users', member: 'users', columns: {
      Name: (u) => u.UserName, Path: (u) => u.Path, 'E-mail': (u) => u.UserEmail, Groups: (u) => u.UserGroups.join(', '),
      Policies: (u) => u.PolicyOrns.map((orn) => orn.split('/').pop()).join(', '), Created: (u) => date(u.CreationDate) } },
    { title: 'Access keys', member: 'access_keys', columns: {
      Key: (k) => k.AccessKeyId, Owner: (k) => k.UserName || '(root)', State: (k) => k.State + (k.Expired ? ', expired' : ''),
      Tag: (k) => k.Tag, Created: (k) => date(k.CreationDate), Expires: (k) => date(k.ExpirationDate) || 'never' } },
    { title: 'Groups', member: 'user_groups', columns: {
      Name: (g) => g.Name, Path: (g) => g.Path, Users: (g) => g.UserNames.join(', '),
      Policies: (g) => g.PolicyOrns.map((orn) => orn.split('/').pop()).join(', '), Created: (g) => date(g.CreationDate) } },
    { title: 'Policies', member: 'policies', columns: {
      Name: (p) => p.PolicyName, Path: (p) => p.Path, Scope: (p) => p.Scope, Links: (p) => String(p.ResourcesCount),
      'Default version': (p) => versions(p), Description: (p) => p.Description } },
    { title: 'Inline policies', member: 'inline_policies', columns: {
      Name: (p) => p.PolicyName, Owner: (p) => (p.UserName ? `user ${p.UserName}` : `group ${p.UserGroupName}`), Document: (p) => folded('Document', p.Body) } },
    { title: 'API access rules', member: 'api_access_rules', columns: {
      Rule: (r) => r.ApiAccessRuleId, Addresses: (r) => r.IpRanges.join(', '), CAs: (r) => r.CaIds.join(', '), Names: (r) => r.Cns.join(', '), Description: (r) => r.Description } },
    { title: 'CAs', member: 'cas', columns: { CA: (c) => c.CaId, Fingerprint: (c) => c.CaFingerprint, Description: (c) => c.Description } },
  ];
  const folded = (title, text) => make('details', {}, make('summary', {}, title), make('pre', {}, pretty(text)));
  const versions = (p) => folded(`${p.PolicyDefaultVersionId} of ${p.Versions.length}`, p.Versions.find((v) => v.VersionId === p.PolicyDefaultVersionId)?.Body ?? '');
  for (const kind of kinds) {
    kind.count = make('span', { className: 'quiet' });
    kind.body = make('tbody');
    kind.more = make('p', { className: 'quiet', hidden: true });
    id('objects').append(make('details', { open: kind.member === 'users' || kind.member === 'access_keys' }, make('summary', {}, `${kind.title} `, kind.count),
      make('table', {}, make('thead', {}, make('tr', {}, ...Object.keys(kind.columns).map((name) => make('th', { scope: 'col' }, name)))), kind.body), kind.more));
  }
  let state;
  function showObjects() {
    if (!state) return;
    const word = id('search').value.toLowerCase();
    for (const kind of kinds) {
      const all = state[kind.member];
      const found = word ? all.filter((object) => JSON.stringify(object).toLowerCase().includes(word)) : all;
      kind.count.textContent = found.length === all.length ? String(all.length) : `${found.length} of ${all.length}`;
      kind.body.replaceChildren(...found.slice(0, mostRows).map((object) =>
        make('tr', {}, ...Object.values(kind.columns).map((value) => make('td', {}, value(object))))));
      kind.more.hidden = found.length <= mostRows;
      kind.more.textContent = `${found.length - mostRows} more: search for them, or read /state`;
    }
    id('account').textContent = `Account ${state.account.AccountId}, ${state.account.Email}.`;
  }

  // The faults.
  let faults = [];
  function showFaults() {
    id('faults').replaceChildren(...faults.map((fault, i) => {
      const text = JSON.stringify(fault);
      return make('li', {}, make('code', {}, text), make('button', {
        type: 'button', ariaLabel: `Remove the fault ${text}`, onclick: () => act(() => send('PUT', '/faults', faults.filter((_, n) => n !== i))),
      }, 'Remove'));
    }));
    id('no-faults').hidden = faults.length > 0;
  }

  // Whatever is unchanged is not shown again, so that nothing that is open or focused is lost.
  const seen = {};
  function changed(name, value) {
    const text = JSON.stringify(value);
    const is = seen[name] !== text;
    seen[name] = text;
    return is;
  }
  async function update() {
    const [stats, clock, list] = await Promise.all([read('/requests/stats'), read('/clock'), read('/faults')]);
    id('now').textContent = `${date(clock.now)} UTC`;
    if (changed('faults', list)) {
      faults = list;
      showFaults();
    }
    const denied = id('denied').checked;
    if (!changed('stats', [stats, denied])) return;
    showCalls(await read(`${denied ? '/denials' : '/requests'}?last=${mostCalls}`));
    id('actions').replaceChildren(...Object.keys(stats).filter(Boolean).map((action) => make('option', { value: action })));
    const objects = await read('/state');
    delete objects.time;
    if (changed('state', objects)) {
      state = objects;
      showObjects();
    }
  }
  // One look at a time, and none while another one is under way.
  let looking;
  async function look() {
    looking ??= update().then(() => { id('status').textContent = 'Connected'; }, (error) => { id('status').textContent = `Not connected: ${error.message}`; })
      .finally(() => { looking = undefined; });
    await looking;
  }
  async function loop() {
    if (id('live').checked && !document.hidden) await look();
    setTimeout(loop, interval);
  }

  // The controls. What a change refuses is shown until the next one.
  async function act(change) {
    id('error').hidden = true;
    try {
      await change();
      delete seen.stats;
      await looking;
      await look();
    } catch (error) {
      id('error').textContent = error.message;
      id('error').hidden = false;
    }
  }
  id('clock').addEventListener('submit', (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    act(() => send('POST', '/clock', { advance: form.get('advance'), strict: form.has('strict') }));
  });
  id('fault').addEventListener('submit', (event) => {
    event.preventDefault();
    const fault = {};
    for (const [name, value] of new FormData(event.target)) {
      if (value !== '') fault[name] = event.target.elements[name].type === 'number' ? Number(value) : value;
    }
    act(() => send('PUT', '/faults', [...faults, fault]));
  });
  id('no-fault').addEventListener('click', () => act(() => send('PUT', '/faults', [])));
  id('reset').addEventListener('click', () => act(() => send('POST', '/reset')));
  id('denied').addEventListener('change', () => act(() => {}));
  id('search').addEventListener('input', showObjects);
  loop();
})();
