'use strict';
(() => {
  const id = (name) => document.getElementById(name);
  const keys = id('keys');
  const flat = id('flat');
  const search = id('search');
  const rows = Array.from(document.querySelectorAll('.key'), (item, order) => {
    const data = item.dataset;
    const summary = item.querySelector('summary');
    summary.tabIndex = -1;
    return {
      item, summary, order, data,
      details: item.firstElementChild,
      group: item.closest('.owner'),
      text: summary.textContent.toLowerCase(),
      states: data.state.split(' '),
      rules: data.rules.split(' '),
    };
  });
  const groups = Array.from(document.querySelectorAll('.owner'));
  let sorted = rows;
  // Rows are in boxes: the groups, or chunks of one list. The browser lays out only the boxes on the screen.
  let boxes = groups;
  for (const row of rows) row.box = row.group;
  const chunk = 50;

  // The filters. A row is shown if it passes all of them.
  const chosen = (name) => id(name).value;
  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = new Set(Array.from(document.querySelectorAll('[name="level"]:checked'), (box) => box.value));
    const [rule, state, rights] = [chosen('rule'), chosen('state'), chosen('rights')];
    const used = new Map();
    let shown = 0;
    for (const row of rows) {
      const hide = !levels.has(row.data.level) || (rule !== '' && !row.rules.includes(rule)) ||
        (state !== '' && !row.states.includes(state)) || (rights !== '' && row.data.rights !== rights) ||
        !words.every((word) => row.text.includes(word));
      if (row.item.hidden !== hide) row.item.hidden = hide;
      if (!hide) {
        shown++;
        used.set(row.box, (used.get(row.box) || 0) + 1);
      }
    }
    for (const box of boxes) {
      box.hidden = !used.has(box);
      if (!grouped()) box.style.containIntrinsicHeight = `${2.4 * (used.get(box) || 0)}rem`;
    }
    id('count').textContent = `${shown === rows.length ? '' : `${shown} of `}${rows.length} ${rows.length === 1 ? 'key' : 'keys'}`;
    id('nothing').hidden = shown !== 0;
    choose(current && !current.item.hidden ? current : sorted.find((row) => !row.item.hidden));
  }

  // The order. A group is sorted by its first row.
  const grouped = () => id('grouped').checked;
  const levels = ['none', 'low', 'medium', 'high'];
  const values = {
    level: (row) => levels.indexOf(row.data.level),
    key: (row) => row.data.key,
    who: (row) => row.data.owner,
    state: (row) => row.data.state,
    rights: (row) => row.data.rights,
    created: (row) => Number(row.data.created),
    used: (row) => Number(row.data.used),
    expires: (row) => Number(row.data.expires),
  };
  function sort(by, up) {
    const value = values[by];
    const compare = (x, y) => (x < y ? -1 : x > y ? 1 : 0);
    sorted = rows.slice();
    if (value) sorted.sort((x, y) => (up ? 1 : -1) * compare(value(x), value(y)) || x.order - y.order);
    place();
  }
  function place() {
    keys.classList.toggle('grouped', grouped());
    if (grouped()) {
      for (const row of sorted) {
        row.box = row.group;
        row.group.lastElementChild.append(row.item);
      }
      boxes = Array.from(new Set(sorted.map((row) => row.group)));
      flat.before(...boxes);
      flat.replaceChildren();
    } else {
      for (const group of groups) group.hidden = true;
      boxes = [];
      for (let i = 0; i < sorted.length; i += chunk) {
        const box = document.createElement('ul');
        box.className = 'list chunk';
        for (const row of sorted.slice(i, i + chunk)) {
          row.box = box;
          box.append(row.item);
        }
        boxes.push(box);
      }
      flat.replaceChildren(...boxes);
    }
    filter();
  }
  const heads = Array.from(document.querySelectorAll('.head button'));
  for (const head of heads) {
    head.addEventListener('click', () => {
      // The first click shows what matters most: the worst finding, the oldest date.
      const up = head.dataset.way ? head.dataset.way === 'down' : head.dataset.sort !== 'level';
      for (const other of heads) {
        other.setAttribute('aria-pressed', String(other === head));
        delete other.dataset.way;
      }
      head.dataset.way = up ? 'up' : 'down';
      sort(head.dataset.sort, up);
      id('order').textContent = `, sorted by ${head.textContent.toLowerCase()}, ${up ? 'ascending' : 'descending'}`;
    });
  }

  // The keyboard. The tab key reaches one row, and the arrow keys move from there.
  let current;
  function choose(row) {
    if (current) current.summary.tabIndex = -1;
    current = row;
    if (row) row.summary.tabIndex = 0;
  }
  keys.addEventListener('focusin', (event) => {
    const row = rows.find((candidate) => candidate.summary === event.target);
    if (row) choose(row);
  });
  keys.addEventListener('keydown', (event) => {
    if (!event.target.matches('.key summary')) return;
    const visible = Array.from(keys.querySelectorAll('.key:not([hidden]) summary')).filter((s) => !s.closest('[hidden]'));
    const at = visible.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: visible.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    visible[Math.max(0, Math.min(to, visible.length - 1))].focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.target.matches('input, select')) {
      event.preventDefault();
      search.focus();
    }
  });

  id('filters').addEventListener('input', filter);
  id('filters').addEventListener('submit', (event) => event.preventDefault());
  id('filters').addEventListener('reset', () => setTimeout(place));
  id('grouped').addEventListener('change', place);

  const themes = ['system', 'light', 'dark'];
  id('theme').addEventListener('click', (event) => {
    const root = document.documentElement;
    root.dataset.theme = themes[(themes.indexOf(root.dataset.theme || 'system') + 1) % themes.length];
    event.target.textContent = `Theme: ${root.dataset.theme}`;
  });

  // A printed page shows the findings of every row.
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = rows.filter((row) => !row.item.hidden && row.data.level !== 'none' && !row.details.open);
    for (const row of opened) row.details.open = true;
  });
  addEventListener('afterprint', () => {
    for (const row of opened) row.details.open = false;
  });
  id('print').addEventListener('click', () => print());

  for (const element of document.querySelectorAll('.script')) element.hidden = false;
  filter();
})();
