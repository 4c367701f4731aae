// The condition builder writes the same text that an author would type, and reads back what it wrote. Another text is
// left to the typed field: nothing is lost in between.

export type Row =
  | { kind: "attribute"; path: string; type: string; operator: Operator; value: string }
  | { kind: "event"; event: string; did: boolean; times: number; window: string }
  | { kind: "number"; figure: Figure; event: string; property: string; window: string; operator: ">=" | "<="; value: string }
  | { kind: "moment"; which: "first" | "last"; event: string; operator: ">=" | "<="; value: string };

export type Figure = "sum" | "average" | "max" | "min";

export type Operator = "==" | "!=" | ">=" | "<=" | "exists" | "missing";

export interface Built {
  join: "&&" | "||";
  rows: Row[];
}

export function operatorsOf(type: string): Operator[] {
  if (type === "boolean") return ["=="];
  if (type === "number") return ["==", ">=", "<=", "exists", "missing"];
  if (type === "date" || type === "instant") return ["exists", "missing"];
  return ["==", "!=", "exists", "missing"];
}

function literal(type: string, value: string): string {
  if (type === "number") return /^-?\d+(\.\d+)?$/.test(value.trim()) ? value.trim() : "0";
  if (type === "boolean") return value === "false" ? "false" : "true";
  return `"${value.replace(/["\\]/g, "").replace(/\n/g, " ")}"`;
}

function written(row: Row): string {
  if (row.kind === "event") return `count("${row.event}", "${row.window}") ${row.did ? `>= ${Math.max(1, Math.floor(row.times) || 1)}` : "== 0"}`;
  if (row.kind === "number") return `${row.figure}("${row.event}", event.${row.property}, "${row.window}") ${row.operator} ${literal("number", row.value)}`;
  if (row.kind === "moment") return `days_since(${row.which}("${row.event}")) ${row.operator} ${literal("number", row.value)}`;
  if (row.operator === "exists") return `exists(${row.path})`;
  if (row.operator === "missing") return `not(exists(${row.path}))`;
  return `${row.path} ${row.operator} ${literal(row.type, row.value)}`;
}

export function write(built: Built): string {
  return built.rows.map(written).join(` ${built.join} `);
}

export function askSegment(name: string): string {
  return `segment("${name}")`;
}

/** Null for a text that asks anything else. */
export function segmentIn(text: string): string | null {
  return /^segment\("([^"]+)"\)$/.exec(text.trim())?.[1] ?? null;
}

/** Null for a text that the builder would not have written. */
export function read(text: string, typeOf: (path: string) => string): Built | null {
  const trimmed = text.trim();
  if (trimmed === "") return { join: "&&", rows: [] };
  const parts = split(trimmed);
  if (!parts) return null;
  const rows = parts.rows.map((part) => readRow(part, typeOf));
  if (rows.some((row) => row === null)) return null;
  const built: Built = { join: parts.join, rows: rows as Row[] };
  return write(built) === trimmed ? built : null;
}

function split(text: string): { join: "&&" | "||"; rows: string[] } | null {
  const rows: string[] = [];
  const joins = new Set<string>();
  let [quoted, from] = [false, 0];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    const two = text.slice(at, at + 2);
    if (quoted || (two !== "&&" && two !== "||")) continue;
    rows.push(text.slice(from, at).trim());
    joins.add(two);
    from = at + 2;
    at++;
  }
  rows.push(text.slice(from).trim());
  return joins.size > 1 ? null : { join: joins.has("||") ? "||" : "&&", rows };
}

function readRow(text: string, typeOf: (path: string) => string): Row | null {
  const event = /^count\("([^"\\]+)", "(\d+[dw]|ever)"\) (?:>= ([1-9]\d*)|== 0)$/.exec(text);
  if (event) return { kind: "event", event: event[1]!, window: event[2]!, did: event[3] !== undefined, times: Number(event[3] ?? 1) };
  const number = /^(sum|average|max|min)\("([^"\\]+)", event\.([\w.]+), "(\d+[dw]|ever)"\) (>=|<=) (-?\d+(?:\.\d+)?)$/.exec(text);
  if (number) return { kind: "number", figure: number[1] as Figure, event: number[2]!, property: number[3]!, window: number[4]!, operator: number[5] as ">=" | "<=", value: number[6]! };
  const moment = /^days_since\((first|last)\("([^"\\]+)"\)\) (>=|<=) (-?\d+(?:\.\d+)?)$/.exec(text);
  if (moment) return { kind: "moment", which: moment[1] as "first" | "last", event: moment[2]!, operator: moment[3] as ">=" | "<=", value: moment[4]! };
  const known = /^(not\()?exists\(((?:contact|account)\.[\w.]+)\)\)?$/.exec(text);
  if (known) return { kind: "attribute", path: known[2]!, type: typeOf(known[2]!), operator: known[1] ? "missing" : "exists", value: "" };
  const compared = /^((?:contact|account)\.[\w.]+) (==|!=|>=|<=) (?:"([^"]*)"|(-?[\w.]+))$/.exec(text);
  if (!compared) return null;
  return { kind: "attribute", path: compared[1]!, type: typeOf(compared[1]!), operator: compared[2] as Operator, value: compared[3] ?? compared[4] ?? "" };
}
