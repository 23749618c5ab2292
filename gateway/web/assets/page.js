'use strict';
// One page for the gateway and for the centre. Every figure is a value of the API, shown digit by digit as it came and
// marked with data-indicator or data-measure; nothing is computed in floating point but the depth of a colour.
const REFRESH_MS = 10000;
let language = 0;  // index into WORDS' pairs: 0 Chinese, 1 English
let chart = null;
let shown = null;  // how to draw again what was read last, for a change of language

// ---- words ----
const say = (table, key) => (table[key] ? table[key][language] : String(key));
const word = (key) => say(WORDS, key);

function pick_language() {
  let kept = null;
  try { kept = localStorage.getItem('language'); } catch (error) { /* storage may be forbidden */ }
  const asked = new URLSearchParams(location.search).get('lang') || kept || navigator.language || 'zh';
  language = asked.toLowerCase().startsWith('zh') ? 0 : 1;
}

function apply_language() {
  document.documentElement.lang = language === 0 ? 'zh-CN' : 'en';
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = word(node.dataset.word);
  document.getElementById('language').textContent = word('switch');
}

// ---- the API ----
// Quantities are integers of up to 64 bits and more: they are kept as text, for BigInt.
const parse_exact = (text) => JSON.parse(text.replace(/("(?:quantity|previous)":\s*)(-?\d+)(?=[\s,}])/g, '$1"$2"'));

// The operator's token, beyond loopback: kept for this tab only, sent with every question.
let token = null;
try { token = sessionStorage.getItem('token'); } catch (error) { /* storage may be forbidden */ }
function keep_token(text) {
  token = text || null;
  try {
    if (token) sessionStorage.setItem('token', token); else sessionStorage.removeItem('token');
  } catch (error) { /* for as long as the page stands, then */ }
}

async function get(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`/api/v1/${path}${query ? `?${query}` : ''}`, { headers });
  if (answer.status === 401 && token) keep_token(null);  // not the operator's: asked for again
  const text = await answer.text();
  if (answer.ok) return parse_exact(text);
  let why = `${answer.status}`;
  try { why = JSON.parse(text).error || why; } catch (error) { /* the status says enough */ }
  throw new Error(`${path}: ${why}`);
}
// What a program does not offer leaves its card empty, not the page.
const get_or = (fallback, path, parameters) => get(path, parameters).catch(() => fallback);
const indicator = (id, parameters) => get_or([], 'indicators', { indicator: id, ...parameters });
// Several of one period in one question.
const indicators = (ids, parameters) => get_or([], 'indicators', new URLSearchParams(
  [...ids.map((id) => ['indicator', id]), ...Object.entries(parameters)]));

// ---- building blocks ----
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
const card = (kind, title, ...children) => make('section', { class: kind }, make('h2', {}, title), ...children);
const empty = (text = word('none')) => make('p', { class: 'empty' }, text);

const grouped = (digits) => {
  const [, sign, whole, rest] = /^(-?)(\d+)(.*)$/.exec(digits) || [null, '', digits, ''];
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + rest;
};

function marks(row) {
  const notes = [];
  if (row.status === 'preliminary' || row.status === 'revised') notes.push(word(row.status));
  if (row.estimated || (row.flags || []).includes('estimated')) notes.push(word('estimated'));
  return notes.length ? make('span', { class: 'status' }, notes.join(' ')) : null;
}
// A blank before each part lets a narrow cell break there and nowhere else.
const spaced = (...parts) => parts.filter((part) => part !== null).flatMap((part) => [' ', part]);
// Names and units of the catalogue, by product and by statistical unit.
const catalogue = { products: {}, units: {} };
function keep_catalogue(products) {
  catalogue.products = Object.fromEntries(products.map((product) => [product.product, product]));
  catalogue.units = Object.fromEntries(products.filter((product) => product.statistical_unit_zh)
    .map((product) => [product.statistical_unit, product.statistical_unit_zh]));
}
function product_name(id) {
  const known = catalogue.products[id];
  return make('span', { title: id, 'data-name-of': id }, (known && (language === 0 ? known.name_zh : known.name_en)) || id);
}
const unit_name = (unit) => (language === 0 && !UNITS[unit] && catalogue.units[unit]) || say(UNITS, unit);
const unit_of = (unit) => (unit && unit_name(unit) ? make('span', { class: 'unit' }, unit_name(unit)) : null);

// A figure of an indicator row; one without value says why, in words.
function figure(row) {
  if (!row) return make('span', { class: 'figure none' }, word('no_row'));
  const tags = { 'data-indicator': row.indicator, 'data-period': row.period, 'data-scope': JSON.stringify(row.scope || {}),
    role: 'button', tabindex: 0, title: word('explain') };
  if (row.value === null || row.value === undefined) {
    return make('span', { class: 'figure none', ...tags, 'data-reason': row.reason }, say(REASONS, row.reason || 'unknown'));
  }
  return make('span', {}, make('span', { class: 'figure', ...tags, 'data-value': row.value }, grouped(row.value)),
    row.unit === '%' ? '%' : null, ...spaced(row.unit === '%' ? null : unit_of(row.unit), marks(row)));
}

// Meters count in small units; people read larger ones. The same digits, with a point among them.
const LARGER = { Wh: ['kWh', 3], dm3: ['m3', 3] };
function in_larger(sum, unit) {
  if (!LARGER[unit]) return [grouped(sum), unit];
  const [larger, places] = LARGER[unit];
  const [, sign, digits] = /^(-?)(\d+)$/.exec(sum);
  const padded = digits.padStart(places + 1, '0');
  const rest = padded.slice(-places).replace(/0+$/, '');
  return [grouped(sign + padded.slice(0, -places)) + (rest ? `.${rest}` : ''), larger];
}

// A sum of rollup rows of one measure, exact; none when there is no row.
function quantity(rows, tags) {
  if (rows.length === 0) return make('span', { class: 'figure none', ...tags, 'data-reason': 'none' }, word('none'));
  const sum = rows.reduce((total, row) => total + BigInt(row.quantity), 0n).toString();
  const status = { status: rows.find((row) => row.status !== 'final')?.status, estimated: rows.some((row) => row.estimated) };
  const [text, unit] = in_larger(sum, rows[0].unit);
  return make('span', {}, make('span', { class: 'figure', ...tags, 'data-value': sum }, text),
    ...spaced(unit_of(unit), marks(status)));
}

// columns: [heading, is a number]; rows: cells (nodes or text), the first one names the row.
function table(columns, rows) {
  const head = make('tr', {}, ...columns.map(([name, number]) => make('th', { class: number ? 'number' : null }, name)));
  const body = rows.map((cells) => make('tr', {}, ...cells.map((cell, i) => make('td',
    { class: i === 0 ? 'name' : columns[i][1] ? 'number' : null, 'data-label': columns[i][0] }, cell))));
  return make('div', { class: 'scroll' },
    make('table', { class: 'wide' }, make('thead', {}, head), make('tbody', {}, ...body)));
}

// ---- explanations: the tree behind a figure ----
function explained(node, depth) {
  const facts = [node.formula, node.source].filter(Boolean).map((text) => make('div', { class: 'small' }, text));
  const head = [make('b', {}, node.label), ' ', node.value === undefined ? null : make('span', { class: 'exact' }, node.value),
    ...spaced(unit_of(node.unit), node.status ? make('span', { class: 'status' }, word(node.status)) : null)];
  if (!node.children) return make('div', { class: 'leaf' }, ...head, ...facts);
  return make('details', depth < 2 ? { open: '' } : {}, make('summary', {}, ...head), ...facts,
    ...node.children.map((child) => explained(child, depth + 1)));
}

async function explain(figure) {
  const { indicator: id, period, scope } = figure.dataset;
  const content = document.getElementById('tree');
  document.getElementById('what').textContent = `${say(INDICATORS, id)} · ${period}`;
  content.replaceChildren(empty(word('reading')));
  document.getElementById('explanation').showModal();
  try {
    const trees = await get('explain', { indicator: id, period, ...JSON.parse(scope) });
    content.replaceChildren(...(trees.length ? trees.map((tree) => explained(tree, 0)) : [empty()]));
  } catch (error) {
    content.replaceChildren(empty(error.message));
  }
}

function open_explanations() {
  const opened = (event) => event.target.closest && event.target.closest('.figure[data-indicator]');
  document.addEventListener('click', (event) => { if (opened(event)) explain(opened(event)); });
  document.addEventListener('keydown', (event) => { if (event.key === 'Enter' && opened(event)) explain(opened(event)); });
  document.getElementById('close').addEventListener('click', () => document.getElementById('explanation').close());
}

// ---- times: the zone of the program's clock, never the browser's ----
const short_time = (iso) => (iso ? String(iso).replace('T', ' ').slice(5, 16) : word('unknown'));
const span_text = (ms) => {
  const s = Math.round(Number(ms) / 1000);
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
};
function day_of(iso, days) {
  const day = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
}
// Without "now" in the status: the clock of the browser, as seen in Shanghai.
const now_of = (status) => status.now || new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 19) + '+08:00';

// ---- gateway ----
async function read_gateway(status) {
  const today = day_of(now_of(status), 0);
  const yesterday = day_of(now_of(status), -1);
  const [products, lines, rows, oee, plant, quarantine] = await Promise.all([
    get_or([], 'products'),
    get_or([], 'lines'),
    get_or([], 'rollup', { grain: 'day', from: `${yesterday}T00:00`, to: `${day_of(now_of(status), 1)}T00:00` }),
    indicator('oee', { period: today, by: 'line' }),
    indicator('oee', { period: today }),
    get_or(null, 'quarantine'),
  ]);
  keep_catalogue(products);
  return { status, today, yesterday, lines, rows, oee, plant: plant[0], quarantine };
}

function draw_gateway(data) {
  return [
    online_tile(data),
    card('tile', say(INDICATORS, 'oee'), figure(data.plant), make('p', {}, `${word('today')} ${data.today}`)),
    forward_tile(data.status.forward),
    quarantine_tile(data),
    lines_card(data), output_card(data), energy_card(data), health_card(data),
  ];
}

const of_day = (rows, day) => rows.filter((row) => String(row.start).slice(0, 10) === day);
const of_measure = (rows, measure) => rows.filter((row) => row.measure === measure && row.quantity !== undefined);

function online_tile(data) {
  const running = data.lines.filter((line) => line.online).length;
  return card('tile', word('lines'),
    make('span', { class: 'figure', 'data-status': 'lines_online' }, `${running} / ${data.lines.length}`),
    make('p', {}, word('online')));
}

function forward_tile(forward) {
  if (!forward) return card('tile', word('forwarding'), empty(word('no_forward')));
  return card('tile', word('forwarding'),
    make('span', { class: 'figure', 'data-status': 'forward.pending', 'data-value': forward.pending },
      grouped(String(forward.pending))),
    make('p', {}, `${word('pending')} · ${word('lag')} `,
      make('span', { 'data-status': 'forward.lag_ms', 'data-value': forward.lag_ms }, span_text(forward.lag_ms))));
}

// {"reason": count, ...}, or rows with "reason" and "count".
function quarantine_counts(data) {
  const source = data.quarantine || data.status.quarantine || {};
  if (Array.isArray(source)) return source.map((row) => [row.reason, row.count === undefined ? 1 : row.count]);
  return Object.entries(source.reasons || source).filter(([, count]) => Number.isInteger(count));
}

function quarantine_tile(data) {
  const total = quarantine_counts(data).reduce((sum, [, count]) => sum + count, 0);
  return card('tile', word('quarantine'),
    make('span', { class: 'figure', 'data-status': 'quarantine', 'data-value': total }, grouped(String(total))),
    make('p', {}, word('count')));
}

// Between the brokers and the centre: what waits, what was missed or refused, what room is left.
function health_card(data) {
  const { servers = [], queue, disk, forward, missed, away_reason: away } = data.status;
  const dot = (kind, text) => make('span', { class: `dot ${kind}` }, text);
  const rows = servers.map((server) => [make('span', { title: server.last_error }, server.uri),
    dot(server.up ? 'good' : 'bad', word(server.up ? 'connected' : 'disconnected'))]);
  const fact = (name, key, value, shown_as, bad) => rows.push([word(name),
    make('span', { class: `figure${bad ? ' bad' : ''}`, 'data-status': key, 'data-value': value }, shown_as)]);
  if (away) rows.push([word('away'), dot('bad', away)]);
  if (queue) fact('queue', 'queue.messages', queue.messages, grouped(String(queue.messages)));
  if (missed !== undefined) fact('missed', 'missed', missed, grouped(String(missed)), missed > 0);
  if (forward && forward.connected !== undefined) {
    rows.push([word('uplink'), dot(forward.connected ? 'good' : 'bad', word(forward.connected ? 'connected' : 'disconnected'))]);
  }
  if (forward && forward.refused !== undefined) fact('refused', 'forward.refused', forward.refused, grouped(String(forward.refused)), forward.refused > 0);
  if (disk) fact('free', 'disk.free_bytes', disk.free_bytes, bytes_text(disk.free_bytes), disk.free_bytes < 1e9);
  if (disk) fact('stored', 'disk.store_bytes', disk.store_bytes, bytes_text(disk.store_bytes));
  const counts = quarantine_counts(data).filter(([, count]) => count > 0);
  return card('half', word('health'), rows.length ? table([[word('part')], [word('state'), true]], rows) : null,
    counts.length === 0 ? empty(word('no_quarantine')) : table([[word('reason')], [word('count'), true]],
      counts.map(([reason, count]) => [say(QUARANTINE, reason), grouped(String(count))])));
}
const bytes_text = (bytes) => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

function state_cell(line) {
  const quiet = line.online === null;  // no controller feeds it now: an import, or one of earlier days
  const kind = quiet ? 'idle' : !line.online ? 'bad' : line.stale ? 'warn' : line.state === 6 ? 'good' : 'idle';
  const name = STATES[line.state] ? STATES[line.state][language] : word('unknown');
  const notes = quiet ? ` · ${word('no_controller')}` : !line.online ? ` · ${word('offline')}` : line.stale ? ` · ${word('stale')}` : '';
  return make('span', { class: `dot ${kind}`, 'data-line': line.line, 'data-state': line.state }, name + notes);
}

function lines_card(data) {
  if (data.lines.length === 0) return card('', word('lines'), empty());
  return card('', word('lines'), table([[word('line')], [word('state')], [word('since')], ['OEE', true]],
    data.lines.map((line) => [line.line || `${line.device} (${word('unmapped')})`, state_cell(line),
      short_time(line.state_since || line.since),
      figure(data.oee.find((row) => row.scope && row.scope.line === line.line))])));
}

function output_card(data) {
  const good = of_measure(data.rows, 'output.good');
  const keys = [...new Set(good.map((row) => JSON.stringify([row.line, row.product])))].sort();
  if (keys.length === 0) return card('', word('output'), empty());
  const cell = (line, product, day) => quantity(
    of_day(good, day).filter((row) => row.line === line && row.product === product),
    { 'data-measure': 'output.good', 'data-line': line, 'data-product': product, 'data-day': day });
  return card('', word('output'), table(
    [[word('product')], [word('line')], [word('today'), true], [word('yesterday'), true]],
    keys.map(JSON.parse).map(([line, product]) =>
      [product_name(product), line, cell(line, product, data.today), cell(line, product, data.yesterday)])));
}

function energy_card(data) {
  const rows = data.rows.filter((row) => String(row.measure).startsWith('energy.') && row.quantity !== undefined &&
    row.official !== false && !(row.flags || []).includes('not_official'));
  const measures = [...new Set(rows.map((row) => row.measure))].sort();
  if (measures.length === 0) return card('half', word('energy'), empty());
  const cell = (measure, day) => quantity(of_day(of_measure(rows, measure), day), { 'data-measure': measure, 'data-day': day });
  return card('half', word('energy'), table([[word('carrier')], [word('today'), true], [word('yesterday'), true]],
    measures.map((measure) => [say(CARRIERS, measure.slice('energy.'.length)), cell(measure, data.today),
      cell(measure, data.yesterday)])));
}

// ---- centre ----
function months_back(iso, n) {
  const date = new Date(`${iso.slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() - n);
  return date.toISOString().slice(0, 7);
}

// The month that the page was asked for, /?period=2019-03; else the latest that has ended and whose cumulative rate
// exists, so that January shows last year's December, and a centre of earlier years the December of the last of them.
// The running month against the whole one of last year would show a fall that is none: it comes last.
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const YEARS_LOOKED_BACK = 10;
let rated = null;  // the latest found: earlier years are searched once
async function is_rated(month) {
  const rows = await indicator('value_added_growth_cumulative', { period: month, cumulative: 'true' });
  return Boolean(rows[0]) && rows[0].value !== null;
}
async function latest_rated(now) {
  const asked = new URLSearchParams(window.location.search).get('period');
  if (asked !== null && MONTH.test(asked)) return asked;
  const candidates = [months_back(now, 1), months_back(now, 2), months_back(now, 3)];
  for (let years = 1; years <= YEARS_LOOKED_BACK && rated === null; ++years) {
    candidates.push(`${Number(now.slice(0, 4)) - years}-12`);
  }
  for (const month of candidates) {
    if (await is_rated(month)) { rated = month; return month; }
  }
  rated = rated || months_back(now, 0);
  return rated;
}

const TILES = ['industrial_value_added', 'value_added_growth_cumulative', 'target.gap_pp', 'target.projected_growth_pct',
  'gross_output_current', 'export_delivery_value', 'target.target_growth_pct', 'target.required_growth_rest_pct'];

// Read with the tiles, for the sentence and the chart of the target.
const RANGE = ['target.projected_low_pct', 'target.projected_high_pct'];

// The six families of lines as groups of the vocabulary.
const FAMILIES = ['auto', 'railway', 'laser', 'synthetic_rubber', 'fertilizer', 'aerospace'];

async function read_centre(status) {
  const period = await latest_rated(now_of(status));
  const asked = { period, cumulative: 'true' };
  const months = Array.from({ length: Number(period.slice(5)) }, (_, i) => `${period.slice(0, 5)}${String(i + 1).padStart(2, '0')}`);
  const first = (rows) => rows[0];
  const [names, tiles, families, products, quantities, course, output, industry_growth, regions, region_growth,
    exports, running] = await Promise.all([
    get_or([], 'products'),
    indicators([...TILES, ...RANGE], asked).then((rows) => [...TILES, ...RANGE].map((id) => rows.find((row) => row.indicator === id))),
    Promise.all(FAMILIES.map((group) => indicator('gross_output_current', { ...asked, group }).then(first))),
    indicator('gross_output_current', { ...asked, by: 'product' }),
    indicator('product_output', { ...asked, by: 'product' }),
    Promise.all(months.map((month) =>
      indicator('value_added_growth_cumulative', { period: month, cumulative: 'true' }).then(first))),
    indicator('gross_output_current', { ...asked, by: 'division' }),
    indicator('value_added_growth_cumulative', { ...asked, by: 'division' }),
    indicator('industrial_value_added', { ...asked, by: 'prefecture' }),
    indicator('value_added_growth_cumulative', { ...asked, by: 'prefecture' }),
    indicator('export_delivery_value', { ...asked, by: 'market_group' }),
    indicator('industrial_value_added', { period: months_back(now_of(status), 0) }).then(first),
  ]);
  keep_catalogue(names);
  return { status, period, months, running, tiles, families, products, quantities, course, output, industry_growth, regions,
    region_growth, exports };
}

function draw_centre(data) {
  return [
    ...TILES.map((id, i) => card('tile', say(INDICATORS, id), figure(data.tiles[i]),
      make('p', {}, data.tiles[i] ? data.tiles[i].period : data.period), ...(i === 0 ? running_month(data) : []))),
    card('half', word('course'), make('div', { class: 'chart' }, make('canvas', { id: 'course', role: 'img',
      'aria-label': word('course') })), course_sentence(data), course_table(data)),
    product_card(data), family_card(data), industry_card(data), export_card(data), gateway_card(data), region_card(data),
  ];
}

// What moves while one watches; nothing where the page shows that month itself.
function running_month(data) {
  if (!is_known(data.running) || data.running.period === data.period) return [];
  return [make('p', {}, word('month_so_far'), ' ', figure(data.running))];
}

const tile_of = (data, id) => data.tiles[[...TILES, ...RANGE].indexOf(id)];
const is_known = (row) => Boolean(row) && row.value !== null && row.value !== undefined;

// What the chart says, in a sentence: where the year stands, what it should be, where it is heading and between what.
function course_sentence(data) {
  const [growth, target, gap, projected, low, high] = ['value_added_growth_cumulative', 'target.target_growth_pct',
    'target.gap_pp', 'target.projected_growth_pct', ...RANGE].map((id) => tile_of(data, id));
  if (![growth, target, gap].every(is_known)) return empty(word('no_target'));
  const parts = [make('b', {}, word('so_far')), ' ', figure(growth), ' ', word('for_year'), ' ', figure(target), ' ', word('gap'),
    ' ', figure(gap), '. '];
  if ([projected, low, high].every(is_known)) {
    parts.push(word('at_this_pace'), ' ', figure(projected), ' (', figure(low), ' ', word('to'), ' ', figure(high), '). ',
      make('span', { class: 'small' }, word('range_note')));
  }
  return make('p', { class: 'course' }, ...parts);
}

// The same numbers as the chart's, for those who cannot see it.
function course_table(data) {
  const known = data.course.map((row, i) => [data.months[i], row]).filter(([, row]) => row);
  return known.length === 0 ? empty() : table([[word('month')], [word('actual'), true]],
    known.slice(-3).map(([month, row]) => [month, figure(row)]));
}

const of_scope = (rows, key, code) => rows.find((row) => row.scope && row.scope[key] === code);
const largest = (rows) => Math.max(0, ...rows.map((row) => Number(row.value) || 0));
function bar_of(row, top) {
  const bar = make('div', { class: 'bar' });
  bar.style.setProperty('--width', `${top > 0 ? Math.max(0, 100 * Number(row.value) / top) : 0}%`);
  return bar;
}
const by_value = (rows) => [...rows].sort((a, b) => Number(b.value) - Number(a.value));

function family_card(data) {
  // A family that no enterprise of the register belongs to is not an output of nothing.
  const known = data.families.filter((row) => row && Number(row.value) !== 0);
  if (known.length === 0) return card('half', word('families'), empty());
  const top = largest(known);
  return card('half', word('families'), table([[word('family')], [say(INDICATORS, 'gross_output_current'), true]],
    by_value(known).map((row) => [make('span', {}, say(GROUPS, row.scope.group), bar_of(row, top)), figure(row)])));
}

function product_card(data) {
  if (data.products.length === 0) return card('half', word('products'), empty());
  const top = largest(data.products);
  return card('half', word('products'), table(
    [[word('product')], [say(INDICATORS, 'product_output'), true], [say(INDICATORS, 'gross_output_current'), true]],
    by_value(data.products).map((row) => {
      const id = row.scope.product;
      return [make('span', {}, product_name(id), bar_of(row, top)), figure(of_scope(data.quantities, 'product', id)), figure(row)];
    })));
}

function industry_card(data) {
  if (data.output.length === 0) return card('half', word('industries'), empty());
  const top = largest(data.output);
  return card('half', word('industries'), table(
    [[word('industry')], [say(INDICATORS, 'gross_output_current'), true], [word('growth'), true]],
    by_value(data.output).map((row) => {
      const code = row.scope.industry;
      return [make('span', {}, `${say(INDUSTRIES, code)} ${INDUSTRIES[code] ? code : ''}`, bar_of(row, top)), figure(row),
        figure(of_scope(data.industry_growth, 'industry', code))];
    })));
}

function region_card(data) {
  if (data.regions.length === 0) return card('', word('regions'), empty());
  const top = largest(data.regions);
  const cells = data.regions.map((row) => {
    const code = String(row.scope.region);
    const cell = make('div', { 'data-region': code }, make('b', {}, REGIONS[code.slice(0, 4)] ? say(REGIONS, code.slice(0, 4)) : code),
      figure(row), make('div', { class: 'small' }, `${word('growth')} `, figure(of_scope(data.region_growth, 'region', row.scope.region))));
    cell.style.setProperty('--depth', top > 0 ? (0.32 * Math.max(0, Number(row.value)) / top).toFixed(3) : 0);
    return cell;
  });
  const at_home = data.regions.every((row) => /^22\d\d/.test(row.scope.region) && REGIONS[String(row.scope.region).slice(0, 4)]);
  return card('', word('regions'), make('div', { class: at_home ? 'map jilin' : 'map' }, ...cells));
}

function export_card(data) {
  if (data.exports.length === 0) return card('half', word('exports'), empty());
  return card('half', word('exports'), table([[word('partner')], [say(INDICATORS, 'export_delivery_value'), true]],
    by_value(data.exports).map((row) => [say(PARTNERS, row.scope.market_group), figure(row)])));
}

function gateway_card(data) {
  const gateways = data.status.gateways || [];
  if (gateways.length === 0) return card('half', word('gateways'), empty());
  return card('half', word('gateways'), table([[word('gateways')], [word('last_batch'), true], [word('lag'), true]],
    gateways.map((row) => [`${row.enterprise}/${row.gateway}`,
      row.last_batch === null || row.last_batch === undefined ? word('none') : grouped(String(row.last_batch)),
      make('span', { class: `dot ${row.lag_ms === null || row.lag_ms > 600000 ? 'warn' : 'good'}`, 'data-gateway': row.gateway },
        row.lag_ms === null || row.lag_ms === undefined ? word('unknown') : span_text(row.lag_ms))])));
}

// The canvas needs numbers; the figures beside it keep the digits of the API.
function draw_chart(data) {
  const canvas = document.getElementById('course');
  if (!canvas || typeof Chart === 'undefined') return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const number = (row) => (row && row.value !== null && row.value !== undefined ? Number(row.value) : null);
  const target = number(tile_of(data, 'target.target_growth_pct'));
  const year = Array.from({ length: 12 }, (_, i) => `${data.period.slice(0, 4)}-${String(i + 1).padStart(2, '0')}`);
  const now = data.months.length - 1;
  // From what is reached to December; nothing after December, and nothing where it is not known.
  const heading = (id) => year.map((_, i) => (i === now && now < 11 ? number(data.course[now]) : i === 11 ? number(tile_of(data, id)) : null));
  const faint = { borderColor: 'transparent', backgroundColor: `${colour('--accent')}22`, pointRadius: 0, spanGaps: true };
  const axis = { ticks: { color: colour('--soft') }, grid: { color: colour('--rule') } };
  chart = new Chart(canvas, {
    type: 'line',
    data: {
      labels: year.map((month) => month.slice(5)),
      datasets: [
        { label: word('actual'), data: data.course.map(number), borderColor: colour('--accent'),
          backgroundColor: colour('--accent'), tension: 0 },
        { label: word('target'), data: year.map(() => target), borderColor: colour('--warn'),
          backgroundColor: colour('--warn'), borderDash: [6, 4], pointRadius: 0 },
        { label: word('heading'), data: heading('target.projected_growth_pct'), borderColor: colour('--accent'),
          backgroundColor: colour('--accent'), borderDash: [2, 3], spanGaps: true, pointRadius: 2 },
        { label: word('highest'), data: heading('target.projected_high_pct'), ...faint },
        { label: word('range'), data: heading('target.projected_low_pct'), ...faint, fill: '-1' },
      ],
    },
    options: { animation: false, maintainAspectRatio: false, responsive: true,
      plugins: { legend: { labels: { color: colour('--ink'), filter: (item) => item.text !== word('highest') } } },
      scales: { x: axis, y: { ...axis, title: { display: true, text: '%', color: colour('--soft') } } } },
  });
}

// ---- the round ----
function show(data) {
  const central = data.status.role === 'central';
  const name = central ? data.status.region || '' : `${data.status.enterprise || ''}/${data.status.id || ''}`;
  document.getElementById('who').textContent = `${word(central ? 'central' : 'gateway')} ${name === '/' ? '' : name}`;
  document.getElementById('when').textContent = now_of(data.status).replace('T', ' ').slice(0, 19);
  if (chart) { chart.destroy(); chart = null; }
  document.getElementById('page').replaceChildren(...(central ? draw_centre(data) : draw_gateway(data)));
  if (central) draw_chart(data);
  // For whoever tests the layout: pixels by which the page or a table is wider than its place, and the window's width.
  const root = document.documentElement;
  const over = [root, ...document.querySelectorAll('.scroll')].map((node) => node.scrollWidth - node.clientWidth);
  Object.assign(document.body.dataset, { overflow: Math.max(...over), width: root.clientWidth, ready: 'true' });
}

let reading = false;
let took = 0;  // ms, of the last round

async function refresh() {
  const trouble = document.getElementById('trouble');
  if (reading) return;
  reading = true;
  const begun = Date.now();
  try {
    const status = await get('status');
    document.getElementById('operator').hidden = status.operator !== false;
    shown = await (status.role === 'central' ? read_centre(status) : read_gateway(status));
    show(shown);
    trouble.hidden = true;
  } catch (error) {
    trouble.textContent = word('unreachable') + error.message;
    trouble.hidden = false;
  }
  took = Date.now() - begun;
  reading = false;
}

// Events only say that something changed; what is shown is read from the API. A program that answers slowly is asked
// seldom: a page that listens must not keep it busy.
let due = null;
function refresh_soon(after) {
  if (due !== null) return;
  due = setTimeout(async () => { due = null; await refresh(); }, Math.max(after, 5 * took));
}

function start() {
  pick_language();
  apply_language();
  document.getElementById('language').addEventListener('click', () => {
    language = 1 - language;
    try { localStorage.setItem('language', language === 0 ? 'zh' : 'en'); } catch (error) { /* not kept, then */ }
    apply_language();
    if (shown) show(shown);
  });
  document.getElementById('operator').addEventListener('submit', (event) => {
    event.preventDefault();
    const field = document.getElementById('token');
    keep_token(field.value.trim());
    field.value = '';
    refresh();
  });
  open_explanations();
  refresh();
  setInterval(() => refresh_soon(0), REFRESH_MS);
  const events = new EventSource('/api/v1/events');
  for (const name of ['line', 'forward', 'rollup', 'indicators', 'quarantine']) {
    events.addEventListener(name, () => refresh_soon(2000));
  }
}
start();
