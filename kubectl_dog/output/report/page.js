'use strict';
// The timeline and the list of the HTML report. All texts are set by textContent and fillText.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const STATES = data.states;
  const SIGNS = {
    ready: '✓', progressing: '▸', failing: '✗', failed: '✗', paused: '‖', deleting: '−', absent: '·', unknown: '?',
    warning: '⚠', event: '•', cause: '✗', gone: '✓', restart: '↻', revision: '△', notice: 'i', verdict: '■', log: '│',
  };
  const BAD = new Set(['failing', 'failed', 'warning', 'cause', 'restart']);
  const ROW = 26;
  const AXIS = 24;
  const duration = Math.max(data.seconds, 0.1);

  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  const formatTime = (seconds) => {
    if (duration < 120) {
      return `${seconds.toFixed(duration < 10 ? 2 : 1)}s`;
    }
    const whole = Math.round(Math.abs(seconds));
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const sign = seconds < -0.5 ? '-' : '';
    return sign + (hours ? `${hours}h${minutes}m${rest}s` : minutes ? `${minutes}m${rest}s` : `${rest}s`);
  };

  // Lanes: objects, and the items of the list: states, marks and log lines in the order of time.
  const items = [];
  const lanes = data.lanes.map((raw, index) => {
    const lane = {
      index, kind: raw.kind, name: raw.name, fullName: raw.fullName, parent: raw.parent,
      spans: raw.spans.map(([start, end, state, text]) => ({ start, end, state: STATES[state], text: data.texts[text] })),
      marks: raw.marks.map(([at, kind, text]) => ({ at, kind: data.marks[kind], text: data.texts[text] })),
      counts: raw.counts,
    };
    for (const span of lane.spans) {
      items.push({ at: span.start, lane, kind: span.state, group: 'states', text: span.text });
    }
    for (const mark of lane.marks) {
      items.push({ at: mark.at, lane, kind: mark.kind, group: 'events', text: mark.text });
    }
    let omittedAt = null;
    raw.log.forEach(([at, text], number) => {
      if (number === raw.omittedAt) {
        omittedAt = at;
        items.push({ at, lane, kind: 'notice', group: 'logs', text: `${raw.omitted.toLocaleString('en')} log lines are not in this report` });
      }
      items.push({ at, lane, kind: 'log', group: 'logs', text });
    });
    if (raw.omitted && omittedAt === null) {
      const at = raw.log.length ? raw.log[raw.log.length - 1][0] : 0;
      items.push({ at, lane, kind: 'notice', group: 'logs', text: `${raw.omitted.toLocaleString('en')} log lines are not in this report` });
    }
    return lane;
  });
  for (const lane of lanes) {
    lane.depth = lane.parent < 0 ? 0 : lanes[lane.parent].depth + 1;
    lane.isBad = lane.spans.some((span) => BAD.has(span.state)) || lane.marks.some((mark) => BAD.has(mark.kind));
    lane.mostLines = lane.counts.reduce((most, [, count]) => Math.max(most, count), 1);
  }
  items.sort((a, b) => a.at - b.at);
  const used = new Set(items.map((item) => item.kind));

  const section = document.getElementById('timeline');
  const search = el('input', { type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false' });
  const checkbox = (id, label, checked) => {
    const input = el('input', { type: 'checkbox', id });
    input.checked = checked;
    input.addEventListener('change', update);
    return [input, el('label', { for: id }, input, label)];
  };
  const [onlyProblems, problemsLabel] = checkbox('problems', 'Only problems', false);
  const [withStates, statesLabel] = checkbox('states', 'States', true);
  const [withEvents, eventsLabel] = checkbox('events', 'Events', true);
  const [withLogs, logsLabel] = checkbox('logs', 'Log lines', true);
  const button = (text, label, action) => {
    const node = el('button', { type: 'button' }, text);
    if (label) {
      node.setAttribute('aria-label', label);
    }
    node.addEventListener('click', action);
    return node;
  };
  const range = el('span', { class: 'mono' });
  const theme = button('', '', switchTheme);
  const labels = el('div', { class: 'lanes', role: 'listbox', tabindex: '0', 'aria-label': 'Objects' });
  const canvas = el('canvas', { role: 'img', 'aria-label': 'States and events of the objects over time; the list below has the same content as text' });
  const tip = el('div', { class: 'tip', 'aria-hidden': 'true' });
  const chart = el('div', { class: 'chart' }, labels, el('div', { class: 'canvas' }, canvas), tip);
  const found = el('p', { class: 'hint', role: 'status' });
  const list = el('div', { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': 'States, events and log lines' });
  const detail = el('div', { class: 'detail', 'aria-live': 'polite' }, el('p', { class: 'meta' }, 'Choose a row of the list to see its whole text.'));
  tip.hidden = true;
  section.append(
    el('div', { class: 'toolbar' },
      el('label', {}, 'Search', search),
      el('div', { class: 'group', role: 'group', 'aria-label': 'Filter' }, problemsLabel, statesLabel, eventsLabel, logsLabel),
      el('div', { class: 'group', role: 'group', 'aria-label': 'Zoom' },
        button('+', 'Zoom in', () => zoom(0.5)), button('−', 'Zoom out', () => zoom(2)), button('All', '', fit), range),
      theme),
    el('p', { class: 'hint keys' }, 'Keys: ↑ ↓ choose an object, ← → move, + − zoom, 0 shows all, Esc clears the choice, / searches.'),
    el('ul', { class: 'legend' }, ...STATES.filter((state) => used.has(state)).map((state) => el('li', {}, el('i', { class: state }), `${SIGNS[state]} ${state}`)),
      ...['warning', 'cause', 'restart', 'event', 'log'].filter((kind) => used.has(kind)).map((kind) => el('li', {}, `${kind === 'log' ? '▂' : SIGNS[kind]} ${kind}`))),
    chart, found, list, detail);
  section.hidden = false;

  // The state of the view.
  const view = { from: 0, to: duration };
  let shownLanes = lanes;
  let shownItems = items;
  let chosenLane = null;
  let chosenItem = -1;
  let colours = {};
  let frame = 0;

  function readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of [...STATES, 'text', 'muted', 'line', 'page', 'bad', 'warn', 'good', 'bar-text', 'log', 'select']) {
      colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
  }

  function switchTheme() {
    const next = { '': 'dark', dark: 'light', light: '' }[document.documentElement.dataset.theme || ''];
    if (next) {
      document.documentElement.dataset.theme = next;
    } else {
      delete document.documentElement.dataset.theme;
    }
    nameTheme();
  }

  function nameTheme() {
    theme.textContent = `Theme: ${document.documentElement.dataset.theme || 'auto'}`;
    readColours();
    schedule();
  }

  // Filters.

  function update() {
    const text = search.value.trim().toLowerCase();
    const has = (value) => value.toLowerCase().includes(text);
    const groups = { states: withStates.checked, events: withEvents.checked, logs: withLogs.checked };
    const problems = onlyProblems.checked;
    const matching = new Set();
    const inLane = (lane) => {
      for (let at = lane; at; at = at.parent < 0 ? null : lanes[at.parent]) {
        if (at === chosenLane) {
          return true;
        }
      }
      return false;
    };
    const isZoomed = view.from > 0 || view.to < duration;
    shownItems = items.filter((item) => {
      if (text && !(has(item.text) || has(item.lane.name) || has(item.lane.fullName))) {
        return false;
      }
      matching.add(item.lane.index);
      if (!groups[item.group] || (problems && !BAD.has(item.kind))) {
        return false;
      }
      if (isZoomed && (item.at < view.from || item.at > view.to)) {
        return false;
      }
      return !chosenLane || inLane(item.lane);
    });
    const kept = new Set();
    for (const lane of lanes) {
      const isFound = !text || matching.has(lane.index) || has(lane.name) || has(lane.fullName);
      if (isFound && (!problems || lane.isBad)) {
        for (let at = lane; at; at = at.parent < 0 ? null : lanes[at.parent]) {
          kept.add(at.index);
        }
      }
    }
    shownLanes = lanes.filter((lane) => kept.has(lane.index));
    labels.style.height = `${AXIS + shownLanes.length * ROW}px`;
    const count = (number, noun) => `${number.toLocaleString('en')} ${noun}`;
    const of = shownItems.length < items.length ? `${count(shownItems.length, 'of')} ` : '';
    const about = chosenLane ? ` of ${chosenLane.fullName}` : '';
    const omitted = data.omitted ? `; ${count(data.omitted, 'states and events are not in this report')}` : '';
    found.textContent = `${of}${count(items.length, 'states, events and log lines')}${about}, ${count(shownLanes.length, 'objects')}${omitted}`;
    range.textContent = `${formatTime(view.from)} to ${formatTime(view.to)}`;
    chosenItem = -1;
    list.removeAttribute('aria-activedescendant');
    list.scrollTop = 0;
    schedule();
  }

  function schedule() {
    if (!frame) {
      frame = requestAnimationFrame(() => {
        frame = 0;
        drawLabels();
        drawCanvas();
        drawList();
      });
    }
  }

  // Zoom and pan.

  function show(from, to) {
    const width = Math.min(duration, Math.max(to - from, Math.min(duration, 0.05)));
    view.from = Math.max(0, Math.min(from, duration - width));
    view.to = view.from + width;
    update();
  }

  function zoom(factor, at = (view.from + view.to) / 2) {
    show(at - (at - view.from) * factor, at + (view.to - at) * factor);
  }

  function pan(part) {
    const by = (view.to - view.from) * part;
    show(view.from + by, view.to + by);
  }

  function fit() {
    show(0, duration);
  }

  // The chart.

  function drawLabels() {
    const first = Math.max(0, Math.floor((chart.scrollTop - AXIS) / ROW));
    const last = Math.min(shownLanes.length, first + Math.ceil(chart.clientHeight / ROW) + 2);
    const nodes = [];
    for (let number = first; number < last; number += 1) {
      const lane = shownLanes[number];
      const node = el('div', {
        role: 'option', id: `lane-${lane.index}`, class: lane.kind, title: lane.fullName,
        'aria-selected': String(lane === chosenLane), 'aria-setsize': String(shownLanes.length), 'aria-posinset': String(number + 1),
      }, el('bdi', {}, `${lane.isBad ? `${SIGNS.failed} ` : ''}${lane.name}`));
      node.style.top = `${AXIS + number * ROW}px`;
      node.style.paddingInlineStart = `${0.4 + lane.depth * 0.8}rem`;
      node.addEventListener('click', () => choose(lane === chosenLane ? null : lane));
      nodes.push(node);
    }
    labels.replaceChildren(...nodes);
    if (chosenLane && labels.querySelector(`#lane-${chosenLane.index}`)) {
      labels.setAttribute('aria-activedescendant', `lane-${chosenLane.index}`);
    } else {
      labels.removeAttribute('aria-activedescendant');
    }
  }

  function choose(lane) {
    chosenLane = lane;
    if (lane) {
      const top = shownLanes.indexOf(lane) * ROW;
      if (top < chart.scrollTop) {
        chart.scrollTop = top;
      } else if (top + ROW + AXIS > chart.scrollTop + chart.clientHeight) {
        chart.scrollTop = top + ROW + AXIS - chart.clientHeight;
      }
    }
    update();
  }

  function ticks(width) {
    const least = ((view.to - view.from) / width) * 90;
    const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400];
    const step = steps.find((value) => value >= least) || 86400 * Math.ceil(least / 86400);
    const result = [];
    for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
      result.push(at);
    }
    return [result, step];
  }

  function drawCanvas() {
    const holder = canvas.parentNode;
    const width = holder.clientWidth;
    const height = Math.min(chart.clientHeight, AXIS + shownLanes.length * ROW);
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    pen.font = '12px system-ui, sans-serif';
    pen.textBaseline = 'middle';
    const x = (at) => ((at - view.from) / (view.to - view.from)) * width;
    const [marks, step] = ticks(width);
    pen.fillStyle = colours.line;
    for (const at of marks) {
      pen.fillRect(Math.round(x(at)), 0, 1, height);
    }
    pen.save();
    pen.beginPath();
    pen.rect(0, AXIS, width, height - AXIS);
    pen.clip();
    const first = Math.max(0, Math.floor(chart.scrollTop / ROW));
    const last = Math.min(shownLanes.length, first + Math.ceil(height / ROW) + 1);
    for (let number = first; number < last; number += 1) {
      drawLane(pen, shownLanes[number], AXIS + number * ROW - chart.scrollTop, x, width);
    }
    pen.restore();
    pen.fillStyle = colours.muted;
    for (const at of marks) {
      const text = step < 1 ? `${at.toFixed(2)}s` : duration < 120 ? `${Math.round(at)}s` : formatTime(at);
      pen.fillText(text, x(at) + 4, AXIS / 2);
    }
  }

  function drawLane(pen, lane, top, x, width) {
    if (lane === chosenLane) {
      pen.fillStyle = colours.select;
      pen.fillRect(0, top, width, ROW);
    }
    for (const span of lane.spans) {
      const [left, right] = [Math.max(-1, x(span.start)), Math.min(width + 1, Math.max(x(span.end), x(span.start) + 1))];
      if (right < 0 || left > width) {
        continue;
      }
      pen.fillStyle = colours[span.state];
      pen.fillRect(left, top + 4, right - left, ROW - 8);
      if (BAD.has(span.state)) {
        hatch(pen, left, top + 4, right - left, ROW - 8);
      }
      if (right - left > 40) {
        pen.save();
        pen.beginPath();
        pen.rect(left, top, right - left - 4, ROW);
        pen.clip();
        pen.fillStyle = colours['bar-text'];
        pen.fillText(`${SIGNS[span.state]} ${span.text}`, Math.max(left, 0) + 5, top + ROW / 2);
        pen.restore();
      }
    }
    pen.fillStyle = colours.log;
    for (const [second, count] of lane.counts) {
      const left = x(second);
      const right = x(second + data.countSeconds);
      if (left < width && right > 0) {
        const high = Math.max(2, 9 * Math.sqrt(count / lane.mostLines));
        pen.fillRect(left, top + ROW - 2 - high, Math.max(1, right - left - 1), high);
      }
    }
    for (const mark of lane.marks) {
      const at = x(mark.at);
      if (at > -6 && at < width + 6) {
        drawMark(pen, mark, Math.min(width - 2, at), top);
      }
    }
  }

  function hatch(pen, left, top, width, height) {
    if (width < 4) {
      return;
    }
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width, height);
    pen.clip();
    pen.globalAlpha = 0.25;
    pen.strokeStyle = colours.bad;
    pen.beginPath();
    for (let at = left - height; at < left + width; at += 8) {
      pen.moveTo(at, top + height);
      pen.lineTo(at + height, top);
    }
    pen.stroke();
    pen.restore();
  }

  function drawMark(pen, { kind, text }, at, top) {
    if (kind === 'restart') {
      pen.fillStyle = colours.page;
      pen.fillRect(at - 1.5, top + 2, 3, ROW - 4);
      pen.fillStyle = colours.bad;
      pen.fillText(SIGNS.restart, at + 2, top + 8);
    } else if (kind === 'warning' || kind === 'cause') {
      pen.fillStyle = kind === 'cause' ? colours.bad : colours.warn;
      pen.strokeStyle = colours.page;
      pen.beginPath();
      pen.moveTo(at, top + 1);
      pen.lineTo(at + 5, top + 10);
      if (kind === 'cause') {
        pen.lineTo(at, top + 19);
      }
      pen.lineTo(at - 5, top + 10);
      pen.closePath();
      pen.fill();
      pen.stroke();
    } else {
      pen.fillStyle = kind === 'gone' ? colours.good : colours.muted;
      pen.fillRect(at - 1, top + 2, 2, kind === 'verdict' ? ROW - 4 : 6);
      if (kind === 'verdict') {
        pen.fillStyle = colours.text;
        pen.fillText(text, at + 5, top + ROW / 2);
      }
    }
  }

  // The pointer on the chart: a tip, drag to move, a click to choose.

  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    const number = Math.floor((event.clientY - box.top - AXIS + chart.scrollTop) / ROW);
    const at = view.from + ((event.clientX - box.left) / box.width) * (view.to - view.from);
    const near = ((view.to - view.from) / box.width) * 6;
    const lane = event.clientY - box.top < AXIS ? null : shownLanes[number];
    if (!lane) {
      return { at };
    }
    const mark = lane.marks.filter((entry) => Math.abs(entry.at - at) <= near)
      .sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
    const span = lane.spans.find((entry) => entry.start <= at && at <= entry.end);
    return { at, lane, entry: mark || span };
  };
  let drag = null;
  canvas.addEventListener('pointerdown', (event) => {
    drag = { x: event.clientX, from: view.from, to: view.to, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (drag && Math.abs(event.clientX - drag.x) > 4) {
      drag.moved = true;
    }
    if (drag && drag.moved) {
      const by = ((drag.x - event.clientX) / canvas.clientWidth) * (drag.to - drag.from);
      show(drag.from + by, drag.to + by);
      return;
    }
    const { lane, entry } = nearest(event);
    tip.hidden = !entry;
    if (entry) {
      tip.textContent = `${formatTime(entry.at === undefined ? entry.start : entry.at)} ${lane.name}: ${entry.text}`;
      const box = chart.getBoundingClientRect();
      tip.style.top = `${event.clientY - box.top + chart.scrollTop + 14}px`;
      tip.style.left = `${Math.max(0, Math.min(event.clientX - box.left + 10, box.width - tip.offsetWidth - 10))}px`;
    }
  });
  canvas.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  canvas.addEventListener('pointercancel', () => {
    drag = null;
  });
  canvas.addEventListener('pointerup', (event) => {
    const wasMoved = drag && drag.moved;
    drag = null;
    const { lane, entry } = nearest(event);
    if (!wasMoved && lane) {
      choose(lane);
      const at = entry && (entry.at === undefined ? entry.start : entry.at);
      const number = entry ? shownItems.findIndex((item) => item.lane === lane && item.at === at && item.text === entry.text) : -1;
      if (number >= 0) {
        chooseItem(number);
      }
    }
  });
  canvas.addEventListener('wheel', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      event.preventDefault();
      const { at } = nearest(event);
      if (event.shiftKey) {
        pan(Math.sign(event.deltaY || event.deltaX) * 0.1);
      } else {
        zoom(event.deltaY > 0 ? 1.25 : 0.8, at);
      }
    }
  }, { passive: false });

  // The list, of which only the visible rows exist.

  const spacer = el('div', { role: 'presentation' });
  const isNarrow = matchMedia('(max-width: 700px)');
  const rowHeight = () => (isNarrow.matches ? 48 : 24);

  function drawList() {
    const row = rowHeight();
    const first = Math.max(0, Math.floor(list.scrollTop / row) - 2);
    const last = Math.min(shownItems.length, first + Math.ceil(list.clientHeight / row) + 5);
    const nodes = [spacer];
    spacer.style.height = `${shownItems.length * row}px`;
    for (let number = first; number < last; number += 1) {
      const item = shownItems[number];
      const tone = BAD.has(item.kind) ? (item.kind === 'warning' ? ' warn' : ' bad') : '';
      const node = el('div', {
        role: 'option', id: `item-${number}`, class: 'mono', 'aria-selected': String(number === chosenItem),
        'aria-setsize': String(shownItems.length), 'aria-posinset': String(number + 1),
      },
      el('span', { class: 'time' }, formatTime(item.at)),
      el('bdi', { class: 'object', title: item.lane.fullName }, item.lane.kind === 'container' ? `${lanes[item.lane.parent].name} ${item.lane.name}` : item.lane.name),
      el('span', { class: `sign${tone}` }, SIGNS[item.kind]),
      el('bdi', { class: `text${tone}` }, item.text));
      node.style.top = `${number * row}px`;
      node.addEventListener('click', () => chooseItem(number));
      nodes.push(node);
    }
    list.replaceChildren(...nodes);
  }

  function chooseItem(number) {
    chosenItem = Math.max(0, Math.min(number, shownItems.length - 1));
    const item = shownItems[chosenItem];
    if (!item) {
      return;
    }
    const row = rowHeight();
    const top = chosenItem * row;
    if (top < list.scrollTop) {
      list.scrollTop = top;
    } else if (top + row > list.scrollTop + list.clientHeight) {
      list.scrollTop = top + row - list.clientHeight;
    }
    drawList();
    list.setAttribute('aria-activedescendant', `item-${chosenItem}`);
    const moment = new Date((data.started + item.at) * 1000);
    const clock = Number.isNaN(moment.getTime()) ? '' : ` (${moment.toISOString()})`;
    detail.replaceChildren(
      el('p', { class: 'meta' }, `${formatTime(item.at)}${clock}, ${item.lane.fullName}, ${item.kind}`),
      el('pre', {}, el('bdi', {}, item.text)));
  }

  // Keys.

  const zoomKeys = (event) => {
    const actions = {
      '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), 0: fit,
      ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), Escape: () => choose(null),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key]) {
      return false;
    }
    event.preventDefault();
    actions[event.key]();
    return true;
  };
  const moveKeys = (event, position, length, page, move) => {
    const next = { ArrowUp: position - 1, ArrowDown: position + 1, PageUp: position - page, PageDown: position + page, Home: 0, End: length - 1 }[event.key];
    if (next !== undefined && length && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      move(Math.max(0, Math.min(next, length - 1)));
    }
  };
  labels.addEventListener('keydown', (event) => {
    if (!zoomKeys(event)) {
      moveKeys(event, shownLanes.indexOf(chosenLane), shownLanes.length, 10, (next) => choose(shownLanes[next]));
    }
  });
  list.addEventListener('keydown', (event) => {
    if (!zoomKeys(event)) {
      moveKeys(event, chosenItem, shownItems.length, Math.floor(list.clientHeight / rowHeight()), chooseItem);
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  search.addEventListener('input', update);
  chart.addEventListener('scroll', schedule, { passive: true });
  list.addEventListener('scroll', drawList, { passive: true });
  window.addEventListener('resize', schedule);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  if (dark.addEventListener) {
    dark.addEventListener('change', nameTheme);
  }
  nameTheme();
  update();
  document.documentElement.dataset.drawn = 'true';
})();
