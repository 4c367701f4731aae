export interface Form {
  title: string | null;
  template: string | null;
  class: string | null;
  topic: string | null;
  condition: string | null;
  at: string | null;
  pace: string | null;
  throttle?: string | null;
  subject_share?: string | null;
  subject_after?: string | null;
}

export interface Results {
  waiting: number;
  sent: number;
  not_sent: number;
  failed: number;
  uncertain: number;
  opened: number;
  clicked: number;
  bounced: number;
}

export interface Broadcast {
  name: string;
  state: "draft" | "preparing" | "scheduled" | "sending" | "sent" | "missed" | "stopped";
  form: Form;
  revision: number;
  zone: string;
  starts_at: string | null;
  edited_at: string;
  edited_by: string;
  stopped_by: string | null;
  stopped_because: string | null;
  walk: { moment: string; state: string; because: string | null; asked: number; entered: number; subjects: number } | null;
  results: Results;
}

export interface FormProblem {
  field: string | null;
  severity: "error" | "warning";
  message: string;
  hint: string | null;
}

export interface CheckedForm {
  is_good: boolean;
  problems: FormProblem[];
  text: string;
}

export interface Count {
  id: string;
  state: "counting" | "done" | "cancelled" | "failed";
  asked: number;
  subjects: number;
  matching: number;
  reachable: number;
  unknown: number;
  at: string;
}

export interface CalendarEntry {
  hour: string;
  kind: "planned" | "scheduled" | "waiting";
  scenario: string;
  title: string;
  template: string | null;
  count: number | null;
}

export interface Calendar {
  zone: string;
  now: string;
  from: string;
  until: string;
  entries: CalendarEntry[];
}
