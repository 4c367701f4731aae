import type { TFunction } from "i18next";
import { formatInstant, formatRelative } from "@/components/times";
import type { Entry, Escalation } from "./types";

/** Why now, in one sentence: what the author wrote, and how the account stood. */
export function whyNow(t: TFunction, cause: Entry | null, title: string, language: string): string {
  if (cause === null) return title;
  const { band, score, last_active_at: seen } = cause.detail;
  const parts = [cause.text || cause.detail.title || title];
  if (band && band !== "unknown") parts.push(t("why.health", { band: t(`common.band.${band}`), score: score ?? "" }));
  if (seen) {
    const ago = formatRelative(seen, Date.parse(cause.at), language);
    if (ago) parts.push(t("why.seen", { ago }));
  }
  return t("why.join", { parts: parts.map((part) => part.replace(/[.。]$/, "")).join(t("why.and")) });
}

/** What a line of the story says. */
export function entrySentence(t: TFunction, entry: Entry, language: string): string {
  const by = entry.by || t("nurture");
  switch (entry.kind) {
    case "evidence":
      return t("story.evidence", { scenario: entry.detail.title || entry.detail.scenario });
    case "assign":
      return entry.detail.assignee ? t("story.assign", { by, to: entry.detail.assignee }) : t("story.unassign", { by });
    case "snooze":
      return t("story.snooze", { by, until: entry.detail.until ? formatInstant(entry.detail.until, language) : "" });
    case "close":
      return t("story.close", { by, outcome: outcomeWord(t, entry.detail.outcome ?? "") });
    case "left":
      return t("story.left", { scenario: entry.detail.scenario, reason: t(`left.${entry.detail.reason}`, { defaultValue: entry.detail.reason ?? "" }) });
    case "reply":
      return t("story.reply", { by, subject: entry.detail.subject ?? "" });
    default:
      return t(`story.${entry.kind}`, { by, defaultValue: entry.kind });
  }
}

/** Outcomes are declared by the company: the usual ones have words, the others stand as they are written. */
export function outcomeWord(t: TFunction, outcome: string): string {
  return t(`outcome.${outcome}`, { defaultValue: outcome.replaceAll("_", " ") });
}

export function isLate(escalation: Escalation): boolean {
  return escalation.is_overdue;
}
