import { describe, expect, test } from "vitest";
import { parse, parseDocument } from "yaml";
import { insertStep, moveStep, newSteps, removeStep, setArm, setEvents, setHead, setStepValue, setSubjectTest, subjectTestOf } from "@/pages/scenarios/editing/stepText";

const text = `# The head's comment stays.
scenario: first-week
title: The first week   # what people read
class: service
trigger: { event: signed_up, where: trigger.plan == "trial" }   # starts it
goal:
  when: event("setup_completed")   # since entry
  within: 14d
steps:
  # first of all
  - send: welcome   # at once
  - wait: { for: event("login"), up_to: 3d }  # patience
    timeout:
      - send: { template: setup-help, to: 'role("admin", 2)', nobody: trigger.contact }
      # the last word
  - wait:
      until: "09:00"
      days: business   # no weekends

  - branch:
      - if: 'account.count("login", "7d") == 0'
        then:
          - send: { template: still-there, to: trigger.contact }
      - else:
          - send: next-steps
  - set: { contact.onboarded: true }
  - end: done
`;

const at = (mark: string) => text.indexOf(mark);

/** The lines that differ. */
function changed(before: string, after: string | null): string[] {
  const old = before.split("\n");
  return (after ?? "").split("\n").filter((line) => !old.includes(line));
}

describe("a value", () => {
  test("is replaced and nothing else is touched", () => {
    const edited = setStepValue(text, at("send: welcome"), "template", "hello")!;
    expect(edited).toBe(text.replace("send: welcome ", "send: hello "));
  });

  test.each([
    ["wait: { for", "up_to", "5d", '  - wait: { for: event("login"), up_to: 5d }  # patience'],
    ["wait: { for", "for", 'one_of(account.plan, "a", "b")', `  - wait: { for: 'one_of(account.plan, "a", "b")', up_to: 3d }  # patience`],
    ["send: { template: setup", "to", "most_active", "      - send: { template: setup-help, to: 'most_active', nobody: trigger.contact }"],
    ["send: { template: setup", "nobody", "end", "      - send: { template: setup-help, to: 'role(\"admin\", 2)', nobody: end }"],
    ["wait:\n      until", "until", "10:30", '      until: "10:30"'],
    ["wait:\n      until", "days", "all", "      days: all   # no weekends"],
    ["wait:\n      until", "zone", "company", "      zone: company"],
    ["send: { template: still", "if", "contact.onboarded == false", "          - send: { template: still-there, to: trigger.contact, if: contact.onboarded == false }"],
    ["send: next-steps", "to", 'role("admin", 1)', `          - send: { template: next-steps, to: 'role("admin", 1)' }`],
    ["set:", "value", "false", "  - set: { contact.onboarded: false }"],
    ["set:", "attribute", "contact.score", "  - set: { contact.score: true }"],
    ["end: done", "end", "not_interested", "  - end: not_interested"],
    ["send: welcome", "id", "hello", "    id: hello"],
  ])("of %s: %s becomes %s", (mark, key, value, line) => {
    const edited = setStepValue(text, at(mark), key, value);
    expect(changed(text, edited)).toEqual([line]);
    expect(parseDocument(edited!).errors).toEqual([]);
  });

  test("that is emptied is taken away with its key", () => {
    expect(changed(text, setStepValue(text, at("send: { template: setup"), "nobody", ""))).toEqual([`      - send: { template: setup-help, to: 'role("admin", 2)' }`]);
    expect(setStepValue(text, at("wait:\n      until"), "days", "")).toBe(text.replace("      days: business   # no weekends\n", ""));
    expect(setStepValue(text, at("send: welcome"), "template", "")).toBeNull();
  });

  test("of an arm, the trigger, the goal and the head", () => {
    expect(changed(text, setArm(text, at("branch:"), 0, "contact.score > 3"))).toEqual(["      - if: 'contact.score > 3'"]);
    expect(setArm(text, at("branch:"), 1, "contact.score > 3")).toContain("- else:");
    expect(changed(text, setHead(text, "trigger", "late", "5d"))).toEqual(['trigger: { event: signed_up, where: trigger.plan == "trial", late: 5d }   # starts it']);
    expect(changed(text, setHead(text, "goal", "within", "21d"))).toEqual(["  within: 21d"]);
    expect(changed(text, setHead(text, "goal", "target", "60%"))).toEqual(["  target: 60%"]);
    expect(changed(text, setHead(text, "audience", null, 'account.tier == "tech"'))).toEqual(['audience: account.tier == "tech"']);
    expect(changed(text, setEvents(text, "event", ["signed_up", "login"]))).toEqual(['trigger: { event: [ signed_up, login ], where: trigger.plan == "trial" }   # starts it']);
  });
});

describe("a step", () => {
  test("is put after another, after all that belongs to it", () => {
    const edited = insertStep(text, at("wait: { for"), "wait: 1d")!;
    expect(edited).toBe(text.replace("nobody: trigger.contact }\n", "nobody: trigger.contact }\n  - wait: 1d\n"));
  });

  test("is put first, into an empty list and where there is none", () => {
    expect(changed(text, insertStep(text, null, "wait: 1d"))).toEqual(["  - wait: 1d"]);
    expect(parse(insertStep("scenario: a\nsteps: []\n", null, "send: x")!)).toEqual({ scenario: "a", steps: [{ send: "x" }] });
    expect(parse(insertStep("scenario: a\nsteps:\n", null, "send: x")!)).toEqual({ scenario: "a", steps: [{ send: "x" }] });
    expect(parse(insertStep("scenario: a\n", null, "send: x")!)).toEqual({ scenario: "a", steps: [{ send: "x" }] });
  });

  test.each(Object.keys(newSteps))("of kind %s is put in as it was meant", (kind) => {
    const step = newSteps[kind]!("welcome", "login", true);
    const edited = insertStep(text, at("send: { template: setup"), step)!;
    expect((parse(edited) as { steps: { timeout?: unknown[] }[] }).steps[1]!.timeout![1]).toEqual(parse(step.replace(/^ {2}/gm, "")));
    expect(edited).toContain("# the last word");
  });

  test("is taken away with what belongs to it, and comments on lines of their own stay", () => {
    const edited = removeStep(text, at("wait: { for"))!;
    expect(edited).toContain("# first of all");
    expect(edited).toContain("# the last word");
    expect(edited).not.toContain("setup-help");
    expect((parse(edited) as { steps: unknown[] }).steps).toHaveLength(5);
  });

  test("that is the last of its list leaves an empty one", () => {
    const edited = removeStep(text, at("send: { template: still"))!;
    expect(parse(edited).steps[3].branch[0].then).toEqual([]);
  });

  test("changes places with its neighbour and keeps its own comment", () => {
    const moved = moveStep(text, at("send: welcome"), 1)!;
    expect((parse(moved.text) as { steps: Record<string, unknown>[] }).steps.slice(0, 2).map((step) => Object.keys(step)[0])).toEqual(["wait", "send"]);
    expect(moved.text.slice(moved.at)).toMatch(/^send: welcome/);
    expect(moveStep(moved.text, moved.at, -1)!.text.split("\n").toSorted()).toEqual(text.split("\n").toSorted());
    expect(moveStep(text, at("send: welcome"), -1)).toBeNull();
  });
});

/** Seeded, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const conditions = [
  'event("login")',
  'account.tier == "tech"',
  'one_of(account.plan, "pro", "it\'s")',
  '!contact.onboarded',
  '"a" == contact.name',
  'count("login", "7d") >= 3 && not(exists(contact.x))',
  "contact.name == \"a # b\"",
  "{odd}",
  "a: b",
  "日本 == contact.name",
  "- x",
  "true",
];

test.each(Array.from({ length: 200 }, (_, seed) => seed))("any value that is set is read back, and every comment survives (seed %i)", (seed) => {
  const next = random(seed + 1);
  const value = conditions[Math.floor(next() * conditions.length)]!;
  const marks: [string, string, (doc: { steps: Record<string, never>[] }) => unknown][] = [
    ["send: welcome", "if", (doc) => doc.steps[0]!["send"]?.["if"]],
    ["wait: { for", "for", (doc) => doc.steps[1]!["wait"]?.["for"]],
    ["send: { template: setup", "if", (doc) => doc.steps[1]!["timeout"]?.[0]?.["send"]?.["if"]],
    ["wait:\n      until", "zone", (doc) => doc.steps[2]!["wait"]?.["zone"]],
  ];
  const [mark, key, read] = marks[Math.floor(next() * marks.length)]!;

  const once = setStepValue(text, at(mark), key, value)!;
  const twice = setStepValue(once, at(mark), key, value)!;

  expect(String(read(parse(once)))).toBe(value);
  expect(twice).toBe(once);
  const comments = (from: string) => from.match(/# [a-zA-Z' ]+$/gm);
  expect(comments(once)).toEqual(comments(text));
  expect(once.split("\n").filter((line) => !text.includes(line))).toHaveLength(1);
});

describe("a test of subjects", () => {
  test("is read from what the step says, and written into the text", () => {
    expect(subjectTestOf("a, b: 12.5%, 4h")).toEqual({ arms: ["a", "b"], share: "12.5%", after: "4h" });
    expect(subjectTestOf(undefined)).toBeNull();
    expect(changed(text, setSubjectTest(text, at("send: welcome"), ["a", "b"], "20%", "4h"))).toEqual(["  - send: { template: welcome, subject_test: { arms: [ a, b ], share: 20%, after: 4h } }   # at once"]);
  });

  test("is changed and taken away, however it is written", () => {
    const block = text.replace("send: welcome   # at once", "send:\n      template: welcome\n      subject_test:\n        arms: [ a, b ]\n        share: 20%\n        after: 4h\n      topic: tips");
    const of = (edited: string | null) => (parse(edited ?? "") as { steps: { send: Record<string, unknown> }[] }).steps[0]!.send;
    expect(of(setSubjectTest(block, block.indexOf("send:"), ["a", "b"], "50%", "8h"))).toEqual({ template: "welcome", subject_test: { arms: ["a", "b"], share: "50%", after: "8h" }, topic: "tips" });
    expect(of(setSubjectTest(block, block.indexOf("send:"), ["a", "b"], "", ""))).toEqual({ template: "welcome", topic: "tips" });
    const flow = setSubjectTest(text, at("send: welcome"), ["a", "b"], "20%", "4h")!;
    expect(of(setSubjectTest(flow, at("send: welcome"), ["a", "b"], "30%", "1h"))).toEqual({ template: "welcome", subject_test: { arms: ["a", "b"], share: "30%", after: "1h" } });
    expect(of(setSubjectTest(flow, at("send: welcome"), ["a", "b"], "", ""))).toEqual({ template: "welcome" });
  });
});
