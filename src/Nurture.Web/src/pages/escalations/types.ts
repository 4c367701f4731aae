// Answers of /api/v1/escalations, as they come.

export interface Entry {
  at: string;
  kind: string;
  by: string;
  text: string;
  detail: Record<string, string | undefined>;
}

export interface CsmTask {
  id: string;
  account_id: number;
  account_name: string | null;
  /** Whom it is about; null for one of a case, which is about the account. */
  contact_id: number | null;
  contact_name: string | null;
  escalation_id: string | null;
  title: string;
  is_required: boolean;
  assignee: string | null;
  due_at: string | null;
  opened_at: string;
  done_at: string | null;
  done_by: string | null;
  queue: string | null;
  outcomes: string[];
  outcome: string | null;
}

/** A mail that waits for somebody's approval. */
export interface Approval {
  id: string;
  account_id: number;
  account_name: string | null;
  contact_id: number;
  contact_name: string | null;
  email: string | null;
  scenario: string;
  scenario_title: string | null;
  template: string;
  assignee: string | null;
  opened_at: string;
  due_at: string;
  sends_unanswered: boolean;
  state: string;
  mail?: { subject: string | null; html: string | null; text: string | null; problem: string | null };
}

export interface Hold {
  account: string;
  account_name: string | null;
  source: string;
  since: string;
  until: string;
  because: string;
  blocks: string[];
}

export interface Received {
  id: string;
  contact_id: number;
  template: string;
  state: string;
  planned_at: string;
  handed_at: string | null;
  opened_at: string | null;
  clicked_at: string | null;
}

export interface Person {
  id: number;
  name: string | null;
  email: string | null;
  roles: string[];
  last_active_at: string | null;
  status: string;
}

export interface Escalation {
  id: string;
  account_id: number;
  account_name: string | null;
  account_owner: string | null;
  health_score: number | null;
  health_band: string | null;
  type: string;
  family: string;
  title: string;
  priority: string;
  status: "open" | "acknowledged" | "snoozed" | "closed";
  queue: string;
  assignee: string | null;
  opened_at: string;
  acknowledge_by: string | null;
  resolve_by: string | null;
  is_overdue: boolean;
  acknowledged_at: string | null;
  snoozed_until: string | null;
  closed_at: string | null;
  outcome: string | null;
  closed_by: string | null;
  scenario: string | null;
  cause: Entry | null;
  /** The case that it became a part of, since their accounts merged. */
  merged_into?: string | null;
  /** When it was put aside and its clocks stood still. */
  pauses: { from: string; until: string }[];
}

export interface Case extends Escalation {
  story: Entry[];
  tasks: CsmTask[];
  received: Received[];
  people: Person[];
  outcomes: string[];
  holds: Hold[];
}
