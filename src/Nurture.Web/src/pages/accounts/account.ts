import type { Contact, Enrollment } from "../contacts/contact";

// As the API shows them.

export interface Hold {
  until: string;
  because: string;
  source?: string;
}

export interface Account {
  id: number;
  subject: string;
  external_id: string;
  name: string | null;
  tier: string | null;
  stage: string | null;
  owner: string | null;
  attributes: Record<string, unknown>;
  created_at: string;
  health_score?: number | null;
  health_band?: string | null;
  hold?: Hold | null;
  escalation_id?: string | number | null;
  is_internal?: boolean;
  /** The account that it turned out to be; null while it is itself. */
  merged_into?: number | null;
  people?: Contact[];
  also_people?: Contact[];
  enrollments?: Enrollment[];
}

export interface MergedAccount {
  account: Account;
  people: number;
  enrollments: number;
  /** `becomes`: the other account's case of the same kind, with which it will be one. */
  open_cases: { id: string; title: string; family: string; becomes: string | null }[];
}

export interface MergePreview {
  from: MergedAccount;
  into: MergedAccount;
}

export interface HealthPart {
  id: string;
  title: string | null;
  group: string | null;
  weight: number;
  value: number | null;
  points: number | null;
  share: number | null;
  is_present: boolean;
}

export interface HealthPoint {
  at: string;
  score: number | null;
  band: string;
  cause: string;
  /** The account that it is of, where that has merged into this one since. */
  former: string | null;
}

export interface Health {
  score: number | null;
  band: string;
  band_since: string | null;
  coverage: number;
  next_change_at: string | null;
  parts: HealthPart[];
  caps: { max: number; because: string }[];
  history: HealthPoint[];
}

export function nameOf(account: { name: string | null; external_id: string }): string {
  return account.name ?? account.external_id;
}
