import type { Instant } from "@/components/times";

/** The scenario that a row belongs to: feature-tip of feature-tip:reports. */
export const familyOf = (name: string) => name.split(":")[0] ?? name;

export interface Activity {
  standing: number;
  entered: number;
  parked: number;
  failed: number;
}

export interface Scenario {
  name: string;
  title: string | null;
  subject: string | null;
  class: string | null;
  owner: string | null;
  live_version: number | null;
  newest_version: number;
  is_paused: boolean;
  paused_by: string | null;
  paused_at: Instant | null;
  paused_because: string | null;
  activity: Activity;
  draft: { edited_at: Instant; edited_by: string } | null;
  text?: string;
  tests?: string;
  flow?: Flow;
  /** Of a scenario with rows; asked for by a row's name, the scenario shows that row alone. */
  rows?: { name: string; title: string; standing: number }[];
  versions?: Version[];
  steps?: { version: number; step: string; standing: number }[];
}

export interface Version {
  version: number;
  state: "preparing" | "live" | "retired";
  published_at: Instant;
  published_by: string;
  live_at: Instant | null;
  asked: number | null;
  subjects: number | null;
}

export interface VersionText {
  version: number;
  state: string;
  text: string;
  flow: Flow | null;
}

export interface Span {
  start: number;
  length: number;
  line: number;
  column: number;
}

export type Says = Record<string, string>;

export interface Flow {
  trigger: { kind: string; says: Says };
  audience: string | null;
  goal: { when: string; within: string | null; target: number | null } | null;
  exits: string[];
  steps: FlowStep[];
}

export interface FlowStep {
  id: string;
  kind: string;
  at: Span;
  says: Says;
  ways: FlowWay[];
}

export interface FlowWay {
  kind: string;
  condition: string | null;
  steps: FlowStep[];
}

export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  file: string;
  line: number;
  column: number;
  length: number;
  message: string;
  hint: string | null;
}

export interface Checked {
  name: string | null;
  diagnostics: Diagnostic[];
  test_diagnostics: Diagnostic[];
  flow: Flow | null;
}

export interface Person {
  start: string | null;
  contact: Says | null;
  account: Says | null;
  properties: Says | null;
  roles: string[] | null;
  happens: { event: string; after_hours: number }[] | null;
}

export interface StoryLine {
  at: string;
  verb: string;
  text: string;
  sentence: string | null;
  step: string | null;
  reason: string | null;
  mail: { template: string; locale: string; subject: string | null; problem: string | null } | null;
}

export interface Rehearsed extends Checked {
  tests: { name: string; line: number; is_passed: boolean; failures: { line: number; column: number; expected: string; but: string }[]; trace: string[] }[];
  story: { person: Person; lines: StoryLine[]; standing: { step: string; until: string | null }[]; problem: string | null; has_entered: boolean } | null;
  is_good: boolean;
}

export interface Draft {
  name: string;
  text: string;
  tests: string;
  revision: number;
  based_on: number;
  edited_at: Instant;
  edited_by: string;
}

export interface KnownAttribute {
  name: string;
  type: string;
  description: string;
}

export interface Vocabulary {
  keys: Record<string, { key: string; value: string; words: string[] }[]>;
  events: { name: string; description: string; is_account_fact: boolean; properties: KnownAttribute[] }[];
  contact: KnownAttribute[];
  account: KnownAttribute[];
  functions: { name: string; signature: string; meaning: string; asks_somebody: boolean; is_in_mails: boolean }[];
  templates: { name: string; locales: string[]; subjects: string[] }[];
  topics: string[];
  escalations: { name: string; title: string; outcomes: string[] }[];
  segments: { name: string; title: string; about: string; of: "contact" | "account"; is: string }[];
  scenarios: string[];
  recipients: string[];
  zone: string;
  locale: string;
  template_functions: string[];
  identities: string[];
}

export interface GalleryEntry {
  name: string;
  title: Says;
  about: Says;
  parameters: { name: string; is: string; default: string; is_optional: boolean; title: Says }[];
}

/** All steps, those of ways after the step that has them. */
export function allSteps(steps: FlowStep[]): FlowStep[] {
  return steps.flatMap((step) => [step, ...step.ways.flatMap((way) => allSteps(way.steps))]);
}
