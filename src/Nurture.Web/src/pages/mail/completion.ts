import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { Vocabulary } from "../scenarios/types";
import { calls, quotedAt } from "../scenarios/editing/completion";
import { frontKeys, kinds } from "./blocks";

const statements = ["if", "else", "end", "for", "case", "when", "capture", "with", "include", "func", "ret"];

const members: Record<string, string[]> = {
  sender: ["name", "address", "reply_to", "organization", "postal_address"],
  ask: ["question", "answers", "is_scale"],
  reply: ["subject", "paragraphs"],
  session: ["id", "kind", "title", "host", "link", "starts_at", "ends_at", "when", "registration_until", "seats", "seats_left", "is_full", "registration", "register_url", "cancel_url"],
};

const roots = ["contact", "account", "trigger", "heard", "response", "session", "row", "sender", "reply", "ask", "unsubscribe_url", "locale", "now"];

/** Whether a place is inside `{{ }}`. */
export function isInCode(text: string, at: number): boolean {
  const before = text.slice(0, at);
  return before.lastIndexOf("{{") > before.lastIndexOf("}}");
}

/** Names that may stand at the end of what is typed of an expression. */
export function namesAt(before: string, vocabulary: Vocabulary): { from: number; options: Completion[] } {
  const quoted = quotedAt(before.slice(before.lastIndexOf("{{") + 1), before.length, vocabulary);
  if (quoted) return quoted;
  const path = /(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)?$/.exec(before)!;
  const from = before.length - (path[2]?.length ?? 0);
  if (path[1]) return { from, options: membersOf(path[1], vocabulary) };
  const asked = calls(vocabulary.functions.filter((one) => one.is_in_mails));
  return { from, options: [...roots.map((label) => ({ label, type: "variable" })), ...families(vocabulary).map((label) => ({ label, type: "namespace" })), ...asked] };
}

/** Names that may stand at a place of a template, and from where on they replace what is typed. */
export function completionsAt(text: string, at: number, vocabulary: Vocabulary): { from: number; options: Completion[] } | null {
  const before = text.slice(0, at);
  if (isInCode(text, at)) {
    const names = namesAt(before, vocabulary);
    return /[."]$/.test(before.slice(0, names.from)) ? names : { from: names.from, options: [...names.options, ...statements.map((label) => ({ label, type: "keyword" }))] };
  }
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const value = /^(from|class|layout):\s+(\S*)$/.exec(line);
  if (value && isInFront(text, at)) {
    const words = value[1] === "from" ? vocabulary.identities : value[1] === "class" ? ["marketing", "service", "transactional"] : ["layout", "none"];
    return { from: at - value[2]!.length, options: words.map((label) => ({ label, type: "enum" })) };
  }
  const key = /^([a-z_]+)$/.exec(line);
  if (key && isInFront(text, at)) return { from: at - key[1]!.length, options: [...frontKeys, "layout"].map((label) => ({ label, apply: `${label}: `, type: "property" })) };
  const block = /^\s*- ([a-z]+)$/.exec(line);
  if (block && /^blocks:/m.test(text)) return { from: at - block[1]!.length, options: kinds.map((label) => ({ label, apply: label === "divider" || label === "salutation" ? label : `${label}: `, type: "property" })) };
  return null;
}

/** Between the lines `---`, or anywhere in a file of blocks. */
function isInFront(text: string, at: number): boolean {
  if (!text.startsWith("---")) return /^blocks:/m.test(text);
  const end = text.indexOf("\n---", 3);
  return end < 0 || at <= end;
}

function families(vocabulary: Vocabulary): string[] {
  const asked = new Set(vocabulary.functions.map((one) => one.name));
  return [...new Set(vocabulary.template_functions.map((name) => name.split(".")[0]!))].filter((name) => !asked.has(name));
}

function membersOf(root: string, vocabulary: Vocabulary): Completion[] {
  if (root === "contact" || root === "account") {
    const asked = calls(vocabulary.functions.filter((one) => one.is_in_mails && one.asks_somebody));
    return [...vocabulary[root].map((one) => ({ label: one.name, detail: one.type, info: one.description || undefined, type: "property" })), ...asked];
  }
  if (root === "trigger" || root === "heard") {
    const all = new Map(vocabulary.events.flatMap((event) => event.properties.map((one) => [one.name, one] as const)));
    return [...all.values()].map((one) => ({ label: one.name, detail: one.type, info: one.description || undefined, type: "property" }));
  }
  const own = vocabulary.template_functions.filter((name) => name.startsWith(`${root}.`)).map((name) => ({ label: name.slice(root.length + 1), type: "function" }));
  return [...own, ...(members[root] ?? []).map((label) => ({ label, type: "property" }))];
}

export function completion(vocabulary: Vocabulary): Extension {
  return completing((text, at) => completionsAt(text, at, vocabulary));
}

/** Of a text that is an expression and nothing else: the condition of a block. */
export function expressionCompletion(vocabulary: Vocabulary): Extension {
  return completing((text, at) => namesAt(text.slice(0, at), vocabulary));
}

function completing(find: (text: string, at: number) => { from: number; options: Completion[] } | null): Extension {
  return autocompletion({
    override: [
      (context: CompletionContext): CompletionResult | null => {
        const found = find(context.state.doc.toString(), context.pos);
        if (!found || (found.from === context.pos && !context.explicit && !/[.{ ]$/.test(context.state.sliceDoc(Math.max(0, context.pos - 1), context.pos)))) return null;
        return { from: found.from, options: found.options, validFor: /^\w*$/ };
      },
    ],
  });
}
