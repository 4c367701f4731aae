import { autocompletion, snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { Vocabulary } from "../types";

/** Where in a scenario a cursor stands. */
export interface Spot {
  /** A place of the server's list of keys: `scenario`, `trigger`, `send` … */
  place: string;
  /** The key whose value is being written; null where a key is. */
  key: string | null;
  /** What is written of it, up to the cursor. */
  typed: string;
}

const listsOfSteps = new Set(["steps", "timeout", "skipped", "then", "else", "outcome"]);

function placeOf(parents: string[]): string {
  const inner = parents[parents.length - 1];
  if (inner === undefined) return "scenario";
  if (listsOfSteps.has(inner)) return "step";
  if (inner === "branch") return "arm";
  return inner;
}

/** The mappings that a line stands in, outermost first: read from the lines above that are indented less. */
function parentsOf(lines: string[], row: number, column: number): string[] {
  const parents: string[] = [];
  let limit = column;
  for (let at = row - 1; at >= 0 && limit > 0; at--) {
    const line = lines[at]!;
    if (/^\s*(#|$)/.test(line)) continue;
    // "  - send:" opens two levels: the dash's and the key's.
    const match = /^(\s*(?:- +)*)([A-Za-z_.]+):(?=\s|$)/.exec(line);
    const indent = /^\s*/.exec(line)![0].length;
    if (match && match[1]!.length < limit) {
      const rest = line.slice(match[0].length).trim();
      if (rest === "" || rest.startsWith("#")) parents.unshift(match[2]!);
      limit = match[1]!.length;
      // A list's items may stand as far left as its key.
      if (indent < limit) limit = indent + 1;
    } else if (indent < limit && /^\s*- /.test(line)) limit = indent + 1;
  }
  return parents;
}

/** What is open in braces on this line before the cursor: its key and its own text; null where nothing is. */
function openBrace(text: string): { key: string; inside: string; before: string } | null {
  const open: { at: number; key: string }[] = [];
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (quote) {
      if (letter === quote) quote = "";
    } else if ((letter === '"' || letter === "'") && /[\s:,[{(]$/.test(text.slice(0, at) || " ")) quote = letter;
    else if (letter === "{") open.push({ at, key: /([A-Za-z_.]+):\s*$/.exec(text.slice(0, at))?.[1] ?? "" });
    else if (letter === "}") open.pop();
  }
  const inner = open[open.length - 1];
  return inner ? { key: inner.key, inside: text.slice(inner.at + 1), before: text.slice(0, inner.at) } : null;
}

/** After the last comma that no quote or bracket holds. */
function lastPart(inside: string): string {
  let [quote, depth, from] = ["", 0, 0];
  for (let at = 0; at < inside.length; at++) {
    const letter = inside[at]!;
    if (quote) {
      if (letter === quote) quote = "";
    } else if (letter === "'" || letter === '"') quote = letter;
    else if ("([{".includes(letter)) depth++;
    else if (")]}".includes(letter)) depth--;
    else if (letter === "," && depth === 0) from = at + 1;
  }
  return inside.slice(from).trimStart();
}

export function spotAt(text: string, at: number): Spot {
  const before = text.slice(0, at);
  const lines = before.split("\n");
  const line = lines[lines.length - 1]!;
  const brace = openBrace(line);
  if (brace) {
    const part = lastPart(brace.inside);
    const value = /^([A-Za-z_.]+):\s*(.*)$/s.exec(part);
    return { place: placeOf([brace.key]), key: value ? value[1]! : null, typed: value ? value[2]! : part };
  }
  const match = /^(\s*(?:- +)*)(?:([A-Za-z_.]+):(?:\s+(.*))?$)?/s.exec(line)!;
  const column = match[1]!.length;
  const parents = parentsOf(lines, lines.length - 1, column);
  if (match[2] !== undefined && (match[3] !== undefined || /:\s*$/.test(line))) return { place: placeOf(parents), key: match[2], typed: match[3] ?? "" };
  const rest = line.slice(column);
  // An item of a list of events or conditions.
  const inner = parents[parents.length - 1];
  if (inner === "exit" || inner === "event" || inner === "inactive") return { place: placeOf(parents.slice(0, -1)), key: inner, typed: rest };
  return { place: placeOf(parents), key: null, typed: rest };
}

/** Words that may stand at a spot, and from where on they replace what is typed. */
export function completionsAt(text: string, at: number, vocabulary: Vocabulary): { from: number; options: Completion[] } | null {
  const spot = spotAt(text, at);
  const keys = vocabulary.keys[spot.place] ?? [];
  if (spot.key === null) {
    const typed = /[A-Za-z_]*$/.exec(spot.typed)![0];
    if (typed !== spot.typed) return null;
    return { from: at - typed.length, options: keys.map((key) => keyCompletion(key.key, key.value)) };
  }
  const known = keys.find((key) => key.key === spot.key);
  // `send: welcome` and `wait: 3d` are values too.
  const value = spot.place === "step" && spot.key === "send" ? "template" : spot.place === "scenario" && spot.key === "exit" ? "conditions" : known?.value;
  if (value === undefined) return null;
  return valuesOf(value, known?.words ?? [], spot, text, at, vocabulary);
}

function keyCompletion(key: string, value: string): Completion {
  if (value === "map") return snippetCompletion(`${key}: { #{} }`, { label: key, type: "property" });
  if (value === "steps" || value === "arms") return { label: key, apply: `${key}:`, type: "property" };
  return { label: key, apply: `${key}: `, type: "property", detail: value === "word" || value === "text" ? "" : value };
}

function valuesOf(value: string, words: string[], spot: Spot, text: string, at: number, vocabulary: Vocabulary): { from: number; options: Completion[] } | null {
  const bare = /[^\s,[{'"]*$/.exec(spot.typed)![0];
  const from = at - bare.length;
  switch (value) {
    case "template":
      return { from, options: vocabulary.templates.map((template) => ({ label: template.name, detail: template.locales.join(", "), type: "text" })) };
    case "event":
    case "events":
      return { from, options: vocabulary.events.map((event) => ({ label: event.name, info: event.description, type: "enum" })) };
    case "escalation":
      return { from, options: vocabulary.escalations.map((type) => ({ label: type.name, info: type.title, type: "enum" })) };
    case "topic":
      return { from, options: vocabulary.topics.map((topic) => ({ label: topic, type: "text" })) };
    case "recipients":
      return { from: at - spot.typed.length, options: vocabulary.recipients.map((who) => ({ label: who, type: "variable" })) };
    case "length":
      return { from, options: ["1h", "1d", "3d", "7d", "14d", "30d"].map((length) => ({ label: length, type: "constant" })) };
    case "time":
      return { from: at - spot.typed.length, options: ['"09:00"', '"10:00"', '"13:00"'].map((time) => ({ label: time, type: "constant" })) };
    case "share":
      return { from, options: ["10%", "50%"].map((share) => ({ label: share, type: "constant" })) };
    case "date":
    case "attribute":
      return { from, options: paths(vocabulary).filter((path) => value === "attribute" || /^(date|instant)$/.test(path.type2)).map(({ label, info }) => ({ label, info, type: "variable" })) };
    case "condition":
    case "conditions":
      return conditionAt(spot.typed, text, at, vocabulary);
    default:
      return words.length > 0 ? { from: at - spot.typed.length, options: words.map((word) => ({ label: word, type: "keyword" })) } : null;
  }
}

function paths(vocabulary: Vocabulary) {
  return (["contact", "account"] as const).flatMap((root) => vocabulary[root].map((one) => ({ label: `${root}.${one.name}`, info: one.description, type2: one.type })));
}

/** The event whose fields are read where the text breaks off: that of the call that is open there. */
function openEvent(typed: string): string | undefined {
  return /(?:count|people|sum|average|max|min|ever|first|last|event|days_since)\(\s*"([^"]+)"\s*,[^()]*$/.exec(typed)?.[1];
}

/** Between the quotes of a function: events, templates, segments. */
export function quotedAt(typed: string, at: number, vocabulary: Vocabulary): { from: number; options: Completion[] } | null {
  const quoted = /(\w+)\(\s*\[?\s*(?:"[^"]*"\s*,\s*)*"([^"]*)$/.exec(typed);
  if (!quoted) return null;
  const from = at - quoted[2]!.length;
  if (["sent", "clicked", "opened", "answered"].includes(quoted[1]!)) return { from, options: vocabulary.templates.map((template) => ({ label: template.name, type: "text" })) };
  if (quoted[1] === "segment") return { from, options: vocabulary.segments.map((segment) => ({ label: segment.name, detail: segment.title, info: [segment.about, segment.is].filter(Boolean).join("\n"), type: "enum" })) };
  return { from, options: vocabulary.events.map((event) => ({ label: event.name, info: event.description, type: "enum" })) };
}

/** The functions of conditions, with what belongs between their brackets. */
export function calls(functions: Vocabulary["functions"]): Completion[] {
  return functions.map((call) => ({ ...snippetCompletion(call.name === "segment" ? 'segment("#{name}")' : /^(sum|average|max|min)$/.test(call.name) ? `${call.name}("#{event}", event.#{number}, "30d")` : call.signature.includes('"x"') ? `${call.name}("#{event}")` : `${call.name}(#{})`, { label: call.name, type: "function" }), info: `${call.signature}\n${call.meaning}`, boost: -1 }));
}

/** Inside a condition: events between the quotes of a function, paths, functions. */
function conditionAt(typed: string, text: string, at: number, vocabulary: Vocabulary): { from: number; options: Completion[] } | null {
  const quoted = quotedAt(typed, at, vocabulary);
  if (quoted) return quoted;
  const word = /[A-Za-z_.]*$/.exec(typed)![0];
  const from = at - word.length;
  const triggers = /\btrigger:\s*\{?\s*event:\s*([A-Za-z_]+)/.exec(text)?.[1] ?? /^trigger:\s*\n\s+event:\s*([A-Za-z_]+)/m.exec(text)?.[1];
  const properties = vocabulary.events.find((event) => event.name === triggers)?.properties ?? [];
  const own = vocabulary.events.find((event) => event.name === openEvent(typed))?.properties ?? [];
  return {
    from,
    options: [
      ...own.map((property) => ({ label: `event.${property.name}`, info: property.description, detail: property.type, type: "variable", boost: 1 })),
      ...paths(vocabulary).map(({ label, info, type2 }) => ({ label, info, detail: type2, type: "variable" })),
      ...properties.map((property) => ({ label: `trigger.${property.name}`, info: property.description, detail: property.type, type: "variable" })),
      ...calls(vocabulary.functions),
    ],
  };
}

export function scenarioCompletion(vocabulary: Vocabulary): Extension {
  return autocompletion({
    override: [
      (context: CompletionContext): CompletionResult | null => {
        const found = completionsAt(context.state.doc.toString(), context.pos, vocabulary);
        if (!found || found.options.length === 0) return null;
        if (!context.explicit && found.from === context.pos && context.pos > 0 && !/[\s"{[.(]/.test(context.state.sliceDoc(context.pos - 1, context.pos))) return null;
        return { ...found, validFor: /^[\w."'()-]*$/ };
      },
    ],
    activateOnCompletion: (completion) => completion.type === "property",
  });
}

/** For a field that holds a condition alone. */
export function conditionCompletion(vocabulary: Vocabulary): Extension {
  return autocompletion({
    override: [
      (context: CompletionContext): CompletionResult | null => {
        const text = context.state.doc.toString();
        const found = conditionAt(text.slice(0, context.pos), "", context.pos, vocabulary);
        if (!found || found.options.length === 0) return null;
        if (!context.explicit && found.from === context.pos && !/["(]$/.test(text.slice(0, context.pos))) return null;
        return { ...found, validFor: /^[\w."'()-]*$/ };
      },
    ],
  });
}
