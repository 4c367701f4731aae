import { describe, expect, test } from "vitest";
import { completionsAt, spotAt } from "@/pages/scenarios/editing/completion";
import { diff, hunks } from "@/components/diff";
import { box, layout } from "@/pages/scenarios/flow/layout";
import { allSteps, type Flow, type FlowStep, type Vocabulary } from "@/pages/scenarios/types";

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function anyFlow(seed: number): Flow {
  const next = random(seed * 7919 + 1);
  let count = 0;
  const steps = (depth: number): FlowStep[] =>
    Array.from({ length: Math.floor(next() * (depth === 0 ? 5 : 3)) + (depth === 0 ? 1 : 0) }, () => {
      const kind = ["send", "wait", "wait_for", "branch", "end"][Math.floor(next() * (depth > 3 ? 2 : 5))]!;
      const ways = kind === "branch" ? Array.from({ length: 1 + Math.floor(next() * 3) }, (_, n) => ({ kind: n === 2 ? "else" : "if", condition: n === 2 ? null : `event("e${n}")`, steps: steps(depth + 1) })) : kind === "wait_for" ? [{ kind: "timeout", condition: null, steps: steps(depth + 1) }] : kind === "send" && next() > 0.7 ? [{ kind: "skipped", condition: null, steps: steps(depth + 1) }] : [];
      return { id: `s${count++}`, kind, at: { start: count, length: 4, line: count, column: 1 }, says: (kind === "wait_for" ? { for: 'event("x")', up_to: "3d" } : {}) as Record<string, string>, ways };
    });
  return { trigger: { kind: "event", says: { event: "signed_up" } }, audience: null, goal: null, exits: [], steps: steps(0) };
}

describe.each(Array.from({ length: 60 }, (_, seed) => seed))("the drawing of flow %i", (seed) => {
  const flow = anyFlow(seed);
  const drawn = layout(flow);

  test("has every step once, none on another", () => {
    expect(drawn.steps.map((step) => step.id).toSorted()).toEqual(["finish", "trigger", ...allSteps(flow.steps).map((step) => step.id)].toSorted());
    for (const [n, a] of drawn.steps.entries()) {
      for (const b of drawn.steps.slice(n + 1)) {
        expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height, `${a.id} ${b.id}`).toBe(true);
      }
    }
  });

  test("leads from the top down, by straight lines, from every step but an end", () => {
    const at = new Map(drawn.steps.map((step) => [step.id, step]));
    for (const edge of drawn.edges) {
      expect(at.get(edge.to)!.y).toBeGreaterThan(at.get(edge.from)!.y);
      for (const [n, point] of edge.points.slice(1).entries()) expect(point[0] === edge.points[n]![0] || point[1] === edge.points[n]![1]).toBe(true);
    }
    const sources = new Set(drawn.edges.map((edge) => edge.from));
    for (const step of allSteps(flow.steps)) expect(sources.has(step.id)).toBe(step.kind !== "end");
  });

  test("is the same each time", () => expect(layout(flow)).toEqual(drawn));
});

const vocabulary = {
  keys: {
    scenario: [{ key: "trigger", value: "map", words: [] }, { key: "class", value: "word", words: ["marketing", "service"] }, { key: "audience", value: "condition", words: [] }, { key: "exit", value: "conditions", words: [] }],
    trigger: [{ key: "event", value: "event", words: [] }, { key: "where", value: "condition", words: [] }],
    step: [{ key: "send", value: "map", words: [] }, { key: "wait", value: "map", words: [] }],
    send: [{ key: "template", value: "template", words: [] }, { key: "to", value: "recipients", words: [] }],
    wait: [{ key: "for", value: "condition", words: [] }, { key: "days", value: "word", words: ["business"] }],
    arm: [{ key: "if", value: "condition", words: [] }],
  },
  events: [{ name: "signed_up", description: "", is_account_fact: false, properties: [{ name: "plan", type: "text", description: "" }] }, { name: "login", description: "", is_account_fact: false, properties: [] }],
  contact: [{ name: "name", type: "text", description: "" }],
  account: [{ name: "tier", type: "text", description: "" }],
  functions: [{ name: "count", signature: 'count("x", "14d")', meaning: "", asks_somebody: true, is_in_mails: true }],
  templates: [{ name: "welcome", locales: ["en"] }],
  segments: [{ name: "active-trials", title: "Active trials", about: "", of: "contact", is: 'account.plan == "trial"' }],
  topics: [],
  recipients: ["most_active"],
  zone: "UTC",
  locale: "en",
} as unknown as Vocabulary;

describe("completion", () => {
  const before = "scenario: a\nclass: service\ntrigger: { event: signed_up }\nsteps:\n";
  test.each([
    ["", "scenario", null],
    ["scenario: a\ncla", "scenario", null],
    ["scenario: a\nclass: se", "scenario", "class"],
    ["trigger:\n  ev", "trigger", null],
    ["trigger:\n  event: si", "trigger", "event"],
    ["trigger: { event: signed_up, wh", "trigger", null],
    ["trigger: { event: signed_up, where: trig", "trigger", "where"],
    [`${before}  - se`, "step", null],
    [`${before}  - send: { template: we`, "send", "template"],
    [`${before}  - send: { template: welcome, to: 'role("admin", 1)', no`, "send", null],
    [`${before}  - send:\n      template: we`, "send", "template"],
    [`${before}  - wait: { for: event("login"), up_to: 3d }\n    timeout:\n      - wa`, "step", null],
    [`${before}  - branch:\n      - if: ev`, "arm", "if"],
    [`${before}  - branch:\n      - if: x\n        then:\n          - se`, "step", null],
    ["exit:\n  - ev", "scenario", "exit"],
  ])("knows where it is in %j", (text, place, key) => expect(spotAt(text, text.length)).toMatchObject({ place, key }));

  test.each([
    ["cl", "class"],
    ["class: ", "service"],
    ["trigger: { event: lo", "login"],
    [`${before}  - send: we`, "welcome"],
    [`${before}  - send: { template: `, "welcome"],
    [`${before}  - send: { to: `, "most_active"],
    [`${before}  - wait: { for: event("lo`, "login"],
    ["audience: acc", "account.tier"],
    ["audience: cou", "count"],
    ['audience: segment("act', "active-trials"],
    ["trigger: { event: signed_up, where: tri", "trigger.plan"],
  ])("after %j offers %s", (text, word) => expect(completionsAt(text, text.length, vocabulary)?.options.map((option) => option.label)).toContain(word));
});

test("a difference shows what changed with its surroundings and leaves the rest out", () => {
  const before = Array.from({ length: 30 }, (_, n) => `line ${n}`);
  const after = before.with(15, "changed").toSpliced(20, 0, "new");
  const shown = hunks(diff(before.join("\n"), after.join("\n")), 1);
  expect(shown.map((line) => line && `${line.kind}:${line.text}`)).toEqual(["same:line 14", "removed:line 15", "added:changed", "same:line 16", null, "same:line 19", "added:new", "same:line 20"]);
  expect(hunks(diff("a", "a"))).toEqual([]);
});
