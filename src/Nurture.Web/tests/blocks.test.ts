import { describe, expect, test } from "vitest";
import { guarded } from "@/components/MailFrame";
import { addBlock, blocksAt, conditionAt, front, moveBlock, removeBlock, setBlock, setFront, setSubjects, starter, subjectsOf } from "@/pages/mail/blocks";
import { completionsAt, namesAt } from "@/pages/mail/completion";
import type { Vocabulary } from "@/pages/scenarios/types";

const text = `# What everybody gets first.
subject: Welcome
blocks:
  - salutation
  - heading: Hello # stays
  - if: account.name
    text: |
      One.

      Two.
  - columns: [ [ { text: Left } ], [ { text: Right } ] ]
  - sparkle: x
`;

describe("a mail of blocks", () => {
  test("is read as what its form shows", () => {
    expect(blocksAt(text, ["blocks"]).map((block) => [block.kind, block.condition])).toEqual([
      ["salutation", ""],
      ["heading", ""],
      ["text", "account.name"],
      ["columns", ""],
      [null, ""],
    ]);
    expect(blocksAt(text, ["blocks", 3, "columns", 1])).toEqual([{ kind: "text", value: "Right", condition: "" }]);
    expect(front(text, "subject")).toBe("Welcome");
  });

  test("has its conditions where they are written", () => {
    const at = (of: string, block: number) => {
      const range = conditionAt(of, ["blocks"], block);
      return range && of.slice(range.from, range.to);
    };
    expect(at(text, 2)).toBe("account.name");
    expect(at(text, 1)).toBeNull();
    const quoted = setBlock(text, ["blocks"], 1, "heading", "Hello", 'account.plan == "pro" # all');
    expect(at(quoted, 1)).toContain("account.plan == ");
    expect(blocksAt(quoted, ["blocks"])[1]!.condition).toBe('account.plan == "pro" # all');
    const salutation = setBlock(text, ["blocks"], 0, "salutation", null, "contact.name");
    expect(blocksAt(salutation, ["blocks"])[0]).toEqual({ kind: "salutation", value: null, condition: "contact.name" });
    expect(setBlock(salutation, ["blocks"], 0, "salutation", null, "")).toContain("- salutation\n");
  });

  test("keeps its comments and what nobody touched", () => {
    const changed = setBlock(setFront(text, "preheader", "Soon"), ["blocks"], 2, "text", "Now: {{ contact.name }}\n\nand later", "account.name");
    expect(changed).toContain("# What everybody gets first.");
    expect(changed).toContain("heading: Hello # stays");
    expect(changed.indexOf("preheader: Soon")).toBeLessThan(changed.indexOf("blocks:"));
    expect(blocksAt(changed, ["blocks"])[2]).toEqual({ kind: "text", value: "Now: {{ contact.name }}\n\nand later", condition: "account.name" });
  });

  test("has one subject or several, at the same place", () => {
    const several = setSubjects(text, [["a", "Welcome"], ["b", "Good: to have you"]]);
    expect(subjectsOf(text)).toEqual([]);
    expect(subjectsOf(several)).toEqual([["a", "Welcome"], ["b", "Good: to have you"]]);
    expect(front(several, "subject")).toBe("");
    expect(several.indexOf("subjects:")).toBeLessThan(several.indexOf("blocks:"));
    const one = setSubjects(several, [["b", "Good: to have you"]]);
    expect([subjectsOf(one), front(one, "subject")]).toEqual([[], "Good: to have you"]);
  });

  test("takes blocks in, moves them and lets them go, in columns too", () => {
    const kindsOf = (of: string) => blocksAt(of, ["blocks"]).map((block) => block.kind);
    expect(kindsOf(addBlock(text, ["blocks"], 5, "button"))).toEqual(["salutation", "heading", "text", "columns", null, "button"]);
    expect(kindsOf(moveBlock(text, ["blocks"], 2, 0))).toEqual(["text", "salutation", "heading", "columns", null]);
    expect(kindsOf(removeBlock(text, ["blocks"], 4))).toEqual(["salutation", "heading", "text", "columns"]);
    expect(blocksAt(addBlock(text, ["blocks", 3, "columns", 0], 1, "divider"), ["blocks", 3, "columns", 0]).map((block) => block.kind)).toEqual(["text", "divider"]);
    expect(blocksAt(starter("blocks", "Hi: all"), ["blocks"]).map((block) => block.kind)).toEqual(["salutation", "text"]);
  });

  test("that is no YAML is left alone", () => expect(setFront("subject: [", "subject", "x")).toBe("subject: ["));
});

describe("completion", () => {
  const vocabulary = {
    contact: [
      { name: "first_name", type: "text", description: "" },
      { name: "email", type: "", description: "" },
      { name: "is_internal", type: "", description: "" },
    ],
    account: [],
    events: [{ name: "signed_up", description: "", is_account_fact: false, properties: [{ name: "plan", type: "text", description: "" }] }],
    functions: [
      { name: "count", signature: 'count("x", "14d")', meaning: "", asks_somebody: true, is_in_mails: true },
      { name: "one_of", signature: "one_of(account.plan)", meaning: "", asks_somebody: false, is_in_mails: true },
      { name: "event", signature: 'event("x")', meaning: "", asks_somebody: true, is_in_mails: false },
    ],
    templates: [],
    segments: [{ name: "engaged", title: "", about: "", is: "" }],
    template_functions: ["one_of", "name.full", "name.salutation", "string.upcase", "include"],
    identities: ["account.owner", "support"],
  } as unknown as Vocabulary;
  const labels = (of: string) => completionsAt(of, of.length, vocabulary)?.options.map((one) => one.label);

  test("in a block's condition are names, and no statements", () => {
    const names = (of: string) => namesAt(of, vocabulary).options.map((one) => one.label);
    expect(names("contact.")).toEqual(["first_name", "email", "is_internal", "count"]);
    expect(names("acc")).toContain("account");
    expect(names("acc")).not.toContain("if");
    expect(namesAt("!account.na", vocabulary)).toMatchObject({ from: 9 });
    expect(names("!account.na")).toEqual(labels("{{ account.na"));
  });

  test("offers names inside code and nothing in the text around it", () => {
    expect(labels("<p>{{ contact.")).toEqual(["first_name", "email", "is_internal", "count"]);
    expect(labels("<p>{{ trigger.pl")).toEqual(["plan"]);
    expect(labels("<p>{{ name.")).toEqual(["full", "salutation"]);
    expect(labels("<p>{{ con")).toContain("contact");
    expect(labels("<p>{{ contact.name }} con")).toBeUndefined();
  });

  test("offers what conditions know, once", () => {
    expect(labels("<p>{{ if ")!.filter((label) => ["count", "one_of", "event", "now"].includes(label))).toEqual(["now", "count", "one_of"]);
    expect(labels('<p>{{ if count("')).toEqual(["signed_up"]);
    expect(labels('<p>{{ if segment("en')).toEqual(["engaged"]);
  });

  test("offers what a mail says of itself, and who may write", () => {
    expect(labels("---\nsub")).toContain("subject");
    expect(labels("---\nfrom: ")).toEqual(["account.owner", "support"]);
    expect(labels("---\nsubject: x\n---\nsub")).toBeUndefined();
    expect(labels("subject: x\nblocks:\n  - hea")).toContain("heading");
  });
});

test("a mail is shown in the colors that were chosen, whatever the browser likes", () => {
  const mail = "<html><head><style>@media (prefers-color-scheme: dark) { body { color: white } }</style></head></html>";
  expect(guarded(mail, "dark")).toContain("@media (min-width: 0)");
  expect(guarded(mail, "light")).toContain("@media (max-width: 0)");
});
