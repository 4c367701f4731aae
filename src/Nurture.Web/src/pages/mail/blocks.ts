import { Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from "yaml";

export const kinds = ["salutation", "heading", "subheading", "text", "button", "image", "list", "numbered", "divider", "columns", "html"] as const;
export type Kind = (typeof kinds)[number];

export interface Block {
  kind: Kind | null;
  /** As it stands in the file: a text, a list, or what a button and an image have. */
  value: unknown;
  /** For whom it is shown; empty for everybody. */
  condition: string;
}

/** Where a list of blocks stands: `["blocks"]`, or a column, `["blocks", 3, "columns", 0]`. */
export type Path = (string | number)[];

export const frontKeys = ["subject", "subjects", "preheader", "from", "reply_to", "class", "topic"] as const;

const starters: Record<Kind, unknown> = {
  salutation: null,
  divider: null,
  heading: "",
  subheading: "",
  text: "",
  button: { label: "", link: "https://" },
  image: { src: "https://", alt: "" },
  list: [""],
  numbered: [""],
  columns: [[{ text: "" }], [{ text: "" }]],
  html: "",
};

/** Null where the text is no YAML, or not the shape of a mail: then only its source can be edited. */
export function documentOf(text: string): Document.Parsed | null {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !(document.contents === null || isMap(document.contents))) return null;
  const blocks = document.get("blocks");
  return blocks === undefined || blocks === null || isSeq(blocks) ? document : null;
}

export function front(text: string, key: string): string {
  const value = documentOf(text)?.get(key);
  return typeof value === "string" ? value : value === undefined || value === null ? "" : String(value);
}

/** Each of several subjects with its arm; none where the mail has one. */
export function subjectsOf(text: string): [string, string][] {
  const written = documentOf(text)?.get("subjects");
  return isMap(written) ? Object.entries(written.toJSON() as Record<string, unknown>).map(([arm, subject]) => [arm, subject === null ? "" : String(subject)]) : [];
}

/** One subject stands as `subject`, several as `subjects`, at the place of what was there. */
export function setSubjects(text: string, subjects: [string, string][]): string {
  return changed(text, (document) => {
    const items = (document.contents as YAMLMap).items;
    const keyOf = (one: (typeof items)[number]) => String((one.key as { value?: unknown }).value ?? one.key);
    const at = Math.max(0, items.findIndex((one) => keyOf(one) === "subject" || keyOf(one) === "subjects"));
    document.delete("subject");
    document.delete("subjects");
    items.splice(at, 0, (subjects.length < 2 ? document.createPair("subject", subjects[0]?.[1] ?? "") : document.createPair("subjects", Object.fromEntries(subjects))) as never);
  });
}

export function blocksAt(text: string, path: Path): Block[] {
  const list = documentOf(text)?.getIn(path);
  return isSeq(list) ? (list.toJSON() as unknown[]).map(read) : [];
}

function read(item: unknown): Block {
  if (typeof item === "string") return { kind: known(item), value: known(item) ? null : item, condition: "" };
  if (typeof item !== "object" || item === null) return { kind: null, value: item, condition: "" };
  const entries = Object.entries(item as Record<string, unknown>);
  const own = entries.find(([key]) => key !== "if");
  const condition = entries.find(([key]) => key === "if")?.[1];
  return { kind: own ? known(own[0]) : null, value: own?.[1] ?? null, condition: condition === undefined || condition === null ? "" : String(condition) };
}

function known(word: string): Kind | null {
  return (kinds as readonly string[]).includes(word) ? (word as Kind) : null;
}

function written(kind: Kind, value: unknown, condition: string): unknown {
  if (condition === "" && (kind === "divider" || kind === "salutation") && value === null) return kind;
  return { ...(condition === "" ? {} : { if: condition }), [kind]: value };
}

/** Comments and everything that is not changed stay as they are. */
function changed(text: string, change: (document: Document.Parsed) => void): string {
  const document = documentOf(text);
  if (!document) return text;
  change(document);
  return document.toString({ lineWidth: 0 });
}

export function setFront(text: string, key: string, value: string): string {
  return changed(text, (document) => {
    if (value === "") document.delete(key);
    else if (document.has(key)) document.set(key, value);
    else {
      // Before the blocks, where people look for it.
      const pair = document.createPair(key, value);
      const items = (document.contents as YAMLMap).items;
      const at = items.findIndex((one) => String((one.key as { value?: unknown }).value ?? one.key) === "blocks");
      items.splice(at < 0 ? items.length : at, 0, pair as never);
    }
  });
}

export function setBlock(text: string, path: Path, at: number, kind: Kind, value: unknown, condition: string): string {
  return changed(text, (document) => document.setIn([...path, at], document.createNode(written(kind, value, condition))));
}

/** Where a block's condition stands in the text, without its quotes; null where it is written over several lines, or not at all. */
export function conditionAt(text: string, path: Path, at: number): { from: number; to: number } | null {
  const node: unknown = documentOf(text)?.getIn([...path, at, "if"], true);
  if (!isScalar(node) || !node.range) return null;
  const [from, to] = node.range;
  const quote = node.type === "QUOTE_SINGLE" || node.type === "QUOTE_DOUBLE" ? 1 : 0;
  return text.slice(from, to).includes("\n") ? null : { from: from + quote, to: to - quote };
}

export function addBlock(text: string, path: Path, at: number, kind: Kind): string {
  return changed(text, (document) => {
    const node = document.createNode(written(kind, starters[kind], ""));
    const list = document.getIn(path);
    if (isSeq(list)) (list as YAMLSeq).items.splice(at, 0, node);
    else document.setIn(path, document.createNode([written(kind, starters[kind], "")]));
  });
}

export function removeBlock(text: string, path: Path, at: number): string {
  return changed(text, (document) => document.deleteIn([...path, at]));
}

export function moveBlock(text: string, path: Path, from: number, to: number): string {
  return changed(text, (document) => {
    const list = document.getIn(path);
    if (!isSeq(list) || to < 0 || to >= list.items.length) return;
    list.items.splice(to, 0, ...list.items.splice(from, 1));
  });
}

/** What a new mail begins with. */
export function starter(form: "html" | "markdown" | "blocks", subject: string): string {
  if (form === "blocks") return new Document({ subject, blocks: ["salutation", { text: "" }] }).toString({ lineWidth: 0 });
  const head = `---\n${new Document({ subject }).toString({ lineWidth: 0 })}---\n`;
  return form === "markdown" ? `${head}{{ name.salutation contact account }}\n\n` : `${head}<p>{{ name.salutation contact account }}</p>\n`;
}
