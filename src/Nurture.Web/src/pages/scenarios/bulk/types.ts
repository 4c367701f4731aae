export interface Bulk {
  id: number;
  act: "start" | "backfill" | "skip_wait" | "take_out" | "start_again" | "move";
  state: "counting" | "counted" | "running" | "paused" | "done" | "ended" | "failed";
  condition: string;
  steps: string[];
  step: string | null;
  is_listed: boolean;
  is_forced: boolean;
  pace: string;
  because: string;
  asked_by: string;
  confirmed_by: string | null;
  subjects: number;
  looked: number;
  chosen: number;
  would: { reason: string; count: number }[];
  held_out: number;
  unreachable: number;
  unknown: number;
  sample: { subject: string; name: string | null; reason: string }[];
  told: number;
  came: { reason: string; count: number }[];
  created_at: string;
  began_at: string | null;
  ended_at: string | null;
  problem: string;
  not_found: string[];
  not_found_count: number;
}

export const starts = ["start", "backfill"];

/** What still changes by itself. */
export const isMoving = (one: Bulk) => one.state === "counting" || one.state === "running";
