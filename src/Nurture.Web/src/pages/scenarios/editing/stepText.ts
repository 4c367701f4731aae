import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Document, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";

// The text stays the truth: an edit finds the one value it changes and leaves every other byte as it is. Places are offsets
// of a key's first letter, as the server says them; they survive every edit of what stands behind the key.

type Ranged = { range?: [number, number, number] | null };

/** A change of one place; null where the text is written in a way that the edit has no words for. */
export type Edit = string | null;

function parse(text: string): Document.Parsed {
  return parseDocument(text, { strict: false, uniqueKeys: false, logLevel: "silent" });
}

function start(node: unknown): number {
  return (node as Ranged).range?.[0] ?? -1;
}

function end(node: unknown): number {
  return (node as Ranged).range?.[1] ?? -1;
}

interface Place {
  map: YAMLMap;
  pair: Pair;
}

function placeAt(doc: Document.Parsed, at: number): Place | null {
  let found: Place | null = null;
  visit(doc, {
    Pair: (_, pair, path) => {
      if (start(pair.key) !== at) return undefined;
      const parent = path[path.length - 1];
      if (isMap(parent)) found = { map: parent, pair };
      return visit.BREAK;
    },
  });
  return found;
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((item) => isScalar(item.key) && item.key.value === key);
}

const plain = /^[A-Za-z0-9_\u0080-\uffff][^,[\]{}#:\n]*$/;
const ambiguous = /^(true|false|null|yes|no|on|off|~|[-+.\d][\d_.eE+:-]*)$/i;

/** A value as it is written: as it was quoted before, else without quotes where YAML leaves it alone. */
export function written(value: string, like?: Scalar): string {
  if (/^\d{1,2}:\d{2}$/.test(value)) return `"${value}"`;
  if (like?.type === "QUOTE_DOUBLE" && !/["\\\n]/.test(value)) return `"${value}"`;
  const isPlain = plain.test(value) && value.trim() === value && !/ #|: |:$/.test(value);
  if (like?.type !== "QUOTE_SINGLE" && isPlain && (!like || like.type === "PLAIN" || like.type === undefined)) return value;
  if (isPlain && !like) return value;
  return `'${value.replace(/\n/g, " ").replace(/'/g, "''")}'`;
}

function splice(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found < 0 ? text.length : found;
}

function isFlow(map: YAMLMap | YAMLSeq): boolean {
  return map.flow === true;
}

/** Changes, adds or (with null) takes away a key of a mapping. */
function setIn(text: string, map: YAMLMap, key: string, value: string | null, isRaw = false): Edit {
  const pair = pairOf(map, key);
  if (pair && value !== null) {
    const node = pair.value;
    if (node === null || (isScalar(node) && start(node) === end(node))) {
      const after = end(pair.key) + 1;
      return splice(text, after, after, ` ${isRaw ? value : written(value)}`);
    }
    if (!isScalar(node) && !isRaw) return null;
    if (isScalar(node) && (node.type === "BLOCK_FOLDED" || node.type === "BLOCK_LITERAL")) return null;
    return splice(text, start(node), isScalar(node) ? end(node) : contentEnd(text, node), isRaw ? value : written(value, node as Scalar));
  }
  if (pair) return removePair(text, map, pair);
  if (value === null) return text;
  const put = `${key}: ${isRaw ? value : written(value)}`;
  const last = map.items[map.items.length - 1];
  if (isFlow(map)) {
    if (!last) return splice(text, start(map), end(map), `{ ${put} }`);
    const after = last.value === null ? end(last.key) : Math.max(end(last.value), end(last.key));
    return splice(text, after, after, `, ${put}`);
  }
  if (!last) return null;
  const first = map.items[0]!;
  const indent = " ".repeat(start(first.key) - lineStart(text, start(first.key)));
  const at = lineEnd(text, Math.max(last.value === null ? end(last.key) : contentEnd(text, last.value), end(last.key)));
  return splice(text, at, at, `\n${indent}${put}`);
}

/** Where a node's own text ends: not the comments and blank lines after it. */
function contentEnd(text: string, node: unknown): number {
  let at = end(node);
  if (isMap(node) || isSeq(node)) {
    if (isFlow(node)) return at;
    const last: unknown = node.items[node.items.length - 1];
    if (isPair(last)) at = last.value === null ? end(last.key) : contentEnd(text, last.value);
    else if (last) at = contentEnd(text, last);
  }
  while (at > 0 && /\s/.test(text[at - 1]!)) at--;
  return at;
}

function removePair(text: string, map: YAMLMap, pair: Pair): Edit {
  const index = map.items.indexOf(pair);
  const pairEnd = pair.value === null ? end(pair.key) + 1 : Math.max(contentEnd(text, pair.value), end(pair.key) + 1);
  if (isFlow(map)) {
    const next = map.items[index + 1];
    if (next) return splice(text, start(pair.key), start(next.key), "");
    const before = map.items[index - 1];
    if (!before) return null;
    return splice(text, before.value === null ? end(before.key) : end(before.value), pairEnd, "");
  }
  if (index === 0) return null;
  return splice(text, lineStart(text, start(pair.key)), Math.min(lineEnd(text, pairEnd) + 1, text.length), "");
}

/** The name of the key that a scalar step stands for: `send: welcome` is its template, `wait: 3d` its length. */
const shortFor: Record<string, string> = {
  send: "template", wait: "wait", end: "end", escalate: "type", task: "title", webhook: "endpoint", unsubscribe: "topic", forget: "forget", add_to: "add_to", remove_from: "remove_from", start: "scenario", stop: "stop",
};

/**
 * Sets one value of the step whose kind's word stands at `at`. An empty value takes the key away.
 * `send: welcome` becomes `send: { template: welcome, to: … }` when it needs to. A raw value is YAML already.
 */
export function setStepValue(text: string, at: number, key: string, value: string, isRaw = false): Edit {
  const place = placeAt(parse(text), at);
  if (!place || !isScalar(place.pair.key)) return null;
  const kind = String(place.pair.key.value);
  const node = place.pair.value;
  if (key === "id" && !(isMap(node) && pairOf(node, "id"))) return setIn(text, place.map, "id", value === "" ? null : value);
  if (kind === "set" && isMap(node)) return setAttribute(text, node, key, value);
  if (isMap(node)) return setIn(text, node, key, value === "" ? null : value, isRaw);
  if (node !== null && !isScalar(node)) return null;
  if (shortFor[kind] === key) return value === "" ? null : setIn(text, place.map, kind, value);
  const short = shortFor[kind];
  if (short === undefined || short === kind || !isScalar(node)) return null;
  if (value === "") return text;
  return splice(text, start(node), end(node), `{ ${short}: ${text.slice(start(node), end(node))}, ${key}: ${isRaw ? value : written(value)} }`);
}

/** What a test of subjects says of itself (`a, b: 20%, 4h`), in its parts; null for none. */
export function subjectTestOf(says: string | undefined): { arms: string[]; share: string; after: string } | null {
  const parts = /^(.+): ([\d.]+%), (\S+)$/.exec(says ?? "");
  return parts ? { arms: parts[1]!.split(", "), share: parts[2]!, after: parts[3]! } : null;
}

/** Tests the subjects of a step's mail, with none of the readers no more. */
export function setSubjectTest(text: string, at: number, arms: string[], share: string, after: string): Edit {
  return setStepValue(text, at, "subject_test", share === "" ? "" : `{ arms: [ ${arms.join(", ")} ], share: ${share}, after: ${after} }`, true);
}

function setAttribute(text: string, map: YAMLMap, key: string, value: string): Edit {
  if (pairOf(map, "attribute")) return setIn(text, map, key, value);
  const only = map.items[0];
  if (map.items.length !== 1 || !only || !isScalar(only.key)) return null;
  if (key === "attribute") return value === "" ? null : splice(text, start(only.key), end(only.key), value);
  if (only.value === null || !isScalar(only.value)) return null;
  // The value keeps the type that the tracking plan gives it: what is typed is written as it is.
  return splice(text, start(only.value), end(only.value), ambiguous.test(value) ? value : written(value, only.value.type === "PLAIN" ? undefined : only.value));
}

/** Sets the condition of a branch's arm. */
export function setArm(text: string, at: number, arm: number, condition: string): Edit {
  const place = placeAt(parse(text), at);
  if (!place || !isSeq(place.pair.value)) return null;
  const item = place.pair.value.items[arm];
  return isMap(item) && condition !== "" ? setIn(text, item, "if", condition) : null;
}

/** Sets a key of a mapping in the head: `trigger`, `goal`; or with `key` null the head's own value: `audience`, `title`. */
export function setHead(text: string, of: string, key: string | null, value: string): Edit {
  const root = parse(text).contents;
  if (!isMap(root)) return null;
  if (key === null) {
    if (pairOf(root, of) || value === "") return setIn(text, root, of, value === "" ? null : value);
    // A new line of the head stands before the steps, where a reader looks for it.
    const steps = pairOf(root, "steps");
    const at = steps ? lineStart(text, start(steps.key)) : text.length;
    return splice(text, at, at, `${of}: ${written(value)}\n`);
  }
  const pair = pairOf(root, of);
  if (!pair && value !== "") {
    const steps = pairOf(root, "steps");
    const at = steps ? lineStart(text, start(steps.key)) : text.length;
    return splice(text, at, at, `${of}: { ${key}: ${written(value)} }\n`);
  }
  if (!pair || !isMap(pair.value)) return null;
  return setIn(text, pair.value, key, value === "" ? null : value);
}

/** Sets the events of a trigger: one name, or a list. */
export function setEvents(text: string, key: string, events: string[]): Edit {
  const root = parse(text).contents;
  const trigger = isMap(root) ? pairOf(root, "trigger") : undefined;
  if (!trigger || !isMap(trigger.value) || events.length === 0) return null;
  return setIn(text, trigger.value, key, events.length === 1 ? events[0]! : `[ ${events.join(", ")} ]`, true);
}

/** The text of a new step, by what the "add" menu offers. */
export const newSteps: Record<string, (template: string, event: string, isAccount: boolean) => string> = {
  send: (template, _, isAccount) => (isAccount ? `send: { template: ${template}, to: most_active, nobody: end }` : `send: ${template}`),
  ask: (template, _, isAccount) => `ask: { template: ${template}, scale: "0-10"${isAccount ? ", to: most_active, nobody: end" : ""} }`,
  wait: () => "wait: 3d",
  wait_for: (_, event) => `wait: { for: event("${event}"), up_to: 3d }`,
  wait_until: () => `wait: { until: "09:00", days: business, zone: recipient }`,
  branch: (template, event, isAccount) => `branch:\n    - if: event("${event}")\n      then: []\n    - else:\n        - ${newSteps["send"]!(template, event, isAccount)}`,
  wait_date: () => "wait: { until: account.contract_end, offset: -30d, at: \"10:00\" }",
  split: (template, event, isAccount) => `split:\n    - share: 50%\n      then:\n        - ${newSteps["send"]!(template, event, isAccount)}\n    - share: 50%\n      then: []`,
  repeat: (template, event, isAccount) => `repeat:\n    times: 3\n    steps:\n      - ${newSteps["send"]!(template, event, isAccount)}\n      - wait: 7d`,
  assign: () => "assign: { pool: low-touch }",
  unsubscribe: () => "unsubscribe: newsletter",
  add_to: () => "add_to: beta",
  remove_from: () => "remove_from: beta",
  start: () => "start: win-back",
  stop: () => "stop: trial-onboarding",
  forget: () => "forget: unconfirmed",
  set: (_, __, isAccount) => (isAccount ? "set: { account.stage: adoption }" : "set: { contact.onboarded: true }"),
  escalate: () => "escalate: { type: onboarding_stalled }",
  task: () => "task: { title: Call them, due: 2bd }",
  webhook: () => "webhook: { endpoint: crm }",
  notify: () => "notify: { who: account.owner, about: They are stuck }",
  end: () => "end: done",
};

interface Item {
  seq: YAMLSeq;
  map: YAMLMap;
}

function itemAt(doc: Document.Parsed, at: number): Item | null {
  let found: Item | null = null;
  visit(doc, {
    Map: (_, map, path) => {
      const parent = path[path.length - 1];
      if (!isSeq(parent) || !map.items.some((pair) => start(pair.key) === at)) return undefined;
      found = { seq: parent, map };
      return visit.BREAK;
    },
  });
  return found;
}

function indented(step: string, indent: string): string {
  return step
    .split("\n")
    .map((line, n) => (n === 0 ? line : `${indent}${line}`))
    .join("\n");
}

/** Puts a step after the one at `at`; `at` null puts it first. */
export function insertStep(text: string, at: number | null, step: string): Edit {
  const doc = parse(text);
  if (at === null) return insertFirst(text, doc, step);
  const item = itemAt(doc, at);
  if (!item || isFlow(item.seq)) return null;
  const dash = lineStart(text, start(item.map));
  const indent = /^\s*/.exec(text.slice(dash))![0];
  const after = lineEnd(text, contentEnd(text, item.map));
  return splice(text, after, after, `\n${indent}- ${indented(step, indent)}`);
}

function insertFirst(text: string, doc: Document.Parsed, step: string): Edit {
  const root = doc.contents;
  if (!isMap(root)) return null;
  const steps = pairOf(root, "steps");
  if (!steps) return `${text.replace(/\n*$/, "\n")}\nsteps:\n  - ${indented(step, "  ")}\n`;
  if (isSeq(steps.value) && steps.value.items.length > 0) {
    if (isFlow(steps.value)) return null;
    const dash = lineStart(text, start(steps.value.items[0]));
    const indent = /^\s*/.exec(text.slice(dash))![0];
    return splice(text, dash, dash, `${indent}- ${indented(step, indent)}\n`);
  }
  const from = end(steps.key) + 1;
  const to = isSeq(steps.value) ? end(steps.value) : from;
  return splice(text, from, to, `\n  - ${indented(step, "  ")}`);
}

/** Takes the step away; its own comments at line ends go with it, those on lines of their own stay. */
export function removeStep(text: string, at: number): Edit {
  const item = itemAt(parse(text), at);
  if (!item || isFlow(item.seq)) return null;
  const from = lineStart(text, start(item.map));
  const to = Math.min(lineEnd(text, contentEnd(text, item.map)) + 1, text.length);
  if (item.seq.items.length > 1) return splice(text, from, to, "");
  // A list that would be empty is written as one.
  const before = text.slice(0, from).replace(/\n$/, "");
  return `${before}${/:\s*$/.test(before) ? " []" : ""}\n${text.slice(to)}`;
}

/** Changes places with the neighbour before (-1) or after (1) it in the same list. */
export function moveStep(text: string, at: number, by: -1 | 1): { text: string; at: number } | null {
  const item = itemAt(parse(text), at);
  if (!item || isFlow(item.seq)) return null;
  const index = item.seq.items.indexOf(item.map);
  const other = item.seq.items[index + by];
  if (!other) return null;
  const [first, second] = by === 1 ? [item.map, other] : [other, item.map];
  const a = [start(first), contentEnd(text, first)] as const;
  const b = [start(second), contentEnd(text, second)] as const;
  const moved = text.slice(0, a[0]) + text.slice(...b) + text.slice(a[1], b[0]) + text.slice(...a) + text.slice(b[1]);
  const inside = at - start(item.map);
  return { text: moved, at: inside + (by === 1 ? a[0] + (b[1] - b[0]) + (b[0] - a[1]) : a[0]) };
}
