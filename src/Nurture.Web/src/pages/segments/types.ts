import type { Diagnostic } from "@/pages/scenarios/types";

export interface Segment {
  name: string;
  title: string;
  about: string;
  of: "contact" | "account";
  is: string;
  is_list: boolean;
  state: "live" | "preparing";
  members: number | null;
  asked_by: Asker[];
}

export interface Asker {
  kind: "scenario" | "broadcast" | "segment" | "mail" | "health";
  name: string;
  title: string;
}

export interface Preparation {
  version: number;
  published_at: string;
  published_by: string;
  asked: number | null;
  subjects: number | null;
}

export interface Segments {
  items: Segment[];
  version: number;
  preparing: Preparation | null;
  counted: string | null;
  counting: { asked: number; subjects: number } | null;
}

export interface SegmentWhole {
  segment: Segment;
  version: number;
  preparing: Preparation | null;
  counted: string | null;
  history: { version: number; published_at: string; published_by: string; change: "added" | "changed" | "removed"; title: string | null; is: string | null }[];
}

export interface Member {
  subject: string;
  name: string | null;
  email: string | null;
}

export interface SegmentsFile {
  text: string;
  version: number;
  published_at: string | null;
  published_by: string | null;
}

export interface CheckedSegments {
  text: string;
  is_good: boolean;
  diagnostics: Diagnostic[];
}

export interface Estimate {
  counts: string[];
  subjects: number;
  events: number;
  seconds: number;
  is_sampled: boolean;
}

/** What the server is given: a whole text, or one segment to be written into the published one. */
export type Given = { text: string; based_on: number } | { name: string; segment: { title: string; about: string; of: string; is: string } | null; based_on: number };

/** `contact:17` leads to the person's page. */
export function pathOf(subject: string): string {
  const [kind, id] = subject.split(":");
  return `/${kind}s/${id}`;
}
