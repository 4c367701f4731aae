import type { TFunction } from "i18next";
import type { Flow, FlowStep, Says } from "../types";
import type { EdgeLabel } from "./layout";

/** A length as it is written (`3d`, `2bd`), for people. */
export function lengthWords(written: string, language: string, t: TFunction): string {
  const match = /^(\d+)(ms|s|m|h|d|w|bd|mo)$/.exec(written);
  if (!match) return written;
  const [count, unit] = [Number(match[1]), match[2]!];
  if (unit === "bd" || unit === "mo") return t(`flow.length_${unit}`, { count });
  const units: Record<string, string> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
  if (!units[unit]) return written;
  const words = new Intl.NumberFormat(language, { style: "unit", unit: units[unit], unitDisplay: "long" }).format(count);
  return language === "ja" ? words.replace(" ", "") : words;
}

/** A condition in words where it is a plain one; else as it is written. */
export function conditionWords(condition: string, language: string, t: TFunction): string {
  const event = /^(account\.)?event\("([^"]+)"\)$/.exec(condition.trim());
  if (event) return t(event[1] ? "flow.cond_account_event" : "flow.cond_event", { event: event[2] });
  const none = /^(account\.)?count\("([^"]+)", "([^"]+)"\) == 0$/.exec(condition.trim());
  if (none) return t(none[1] ? "flow.cond_account_none" : "flow.cond_none", { event: none[2], length: lengthWords(none[3]!, language, t) });
  return condition;
}

export function recipientWords(to: string, t: TFunction): string {
  if (to === "trigger.contact" || to === "heard.contact" || to === "most_active" || to === "end" || to === "task") return t(`flow.to_${to.replace(".", "_")}`);
  const role = /^role\("([^"]+)"(?:, (\d+))?\)$/.exec(to);
  if (role) return role[2] ? t("flow.to_role_up_to", { role: role[1], count: Number(role[2]) }) : t("flow.to_role", { role: role[1] });
  return to;
}

/** What a step does, in a line and what belongs to it in a second one. */
export function stepWords(step: FlowStep, language: string, t: TFunction): { title: string; detail: string | null } {
  const says = step.says;
  switch (step.kind) {
    case "send":
      return {
        title: t("flow.does_send", { template: says["template"] }),
        detail: [says["to"] && recipientWords(says["to"], t), says["if"] && t("flow.only_if", { condition: conditionWords(says["if"], language, t) }), says["subject_test"] && t("flow.tests_subjects", { arms: says["subject_test"].split(":")[0] }), says["skipped"] && t("flow.ends_when_skipped")].filter(Boolean).join(" · ") || null,
      };
    case "ask":
      return {
        title: t("flow.does_ask", { template: says["template"] }),
        detail: [says["scale"] ?? says["answers"], says["to"] && recipientWords(says["to"], t), says["if"] && t("flow.only_if", { condition: conditionWords(says["if"], language, t) })].filter(Boolean).join(" · ") || null,
      };
    case "wait":
      return { title: t("flow.does_wait", { length: lengthWords(says["wait"] ?? "", language, t) }), detail: null };
    case "wait_for":
      return {
        title: t("flow.does_wait_for", { condition: conditionWords(says["for"] ?? "", language, t) }),
        detail: says["up_to"]
          ? t("flow.at_most", { length: lengthWords(says["up_to"], language, t) })
          : says["until"]
            ? [t("flow.does_wait_date", { date: says["until"] }), offsetWords(says, language, t)].filter(Boolean).join(" · ")
            : t("flow.without_end"),
      };
    case "wait_until":
      return { title: t("flow.does_wait_until", { time: says["until"] }), detail: [daysWords(says, t), zoneWords(says, t)].filter(Boolean).join(" · ") || null };
    case "wait_date":
      return { title: t("flow.does_wait_date", { date: says["until"] }), detail: [offsetWords(says, language, t), says["at"], daysWords(says, t), zoneWords(says, t)].filter(Boolean).join(" · ") || null };
    case "split":
      return { title: t("flow.does_split"), detail: t("flow.ways", { count: step.ways.length }) };
    case "repeat":
      return { title: t("flow.does_repeat", { count: Number(says["times"]) }), detail: says["until"] ? t("flow.until_so", { condition: conditionWords(says["until"], language, t) }) : null };
    case "assign":
      return { title: t("flow.does_assign", { owner: says["owner"] ?? says["pool"] }), detail: null };
    case "unsubscribe":
      return { title: t("flow.does_unsubscribe", { topic: says["topic"] }), detail: says["because"] ?? null };
    case "forget":
      return { title: t("flow.does_forget"), detail: says["forget"] ?? null };
    case "add_to":
    case "remove_from":
      return { title: t(`flow.does_${step.kind}`, { segment: says[step.kind] }), detail: null };
    case "start":
      return { title: t("flow.does_start", { scenario: says["scenario"] }), detail: [says["for"] && recipientWords(says["for"], t), says["with"]].filter(Boolean).join(" · ") || null };
    case "stop":
      return { title: t("flow.does_stop", { scenarios: says["stop"] }), detail: null };
    case "branch":
      return { title: t("flow.does_branch"), detail: t("flow.ways", { count: step.ways.length }) };
    case "set":
      return { title: t("flow.does_set", { attribute: says["attribute"] }), detail: says["value"] ?? null };
    case "escalate":
      return { title: t("flow.does_escalate", { type: says["type"] }), detail: says["because"] ?? null };
    case "task":
      return { title: t("flow.does_task", { title: says["title"] }), detail: [says["due"] && t("flow.due_in", { length: lengthWords(says["due"], language, t) }), says["owner"] ?? says["queue"], says["up_to"] && t("flow.at_most", { length: lengthWords(says["up_to"], language, t) })].filter(Boolean).join(" · ") || null };
    case "webhook":
      return { title: t("flow.does_webhook", { endpoint: says["endpoint"] }), detail: says["expires"] ? t("flow.at_most", { length: lengthWords(says["expires"], language, t) }) : null };
    case "notify":
      return { title: t("flow.does_notify", { who: says["who"] ?? says["channel"] }), detail: says["about"] ?? says["text"] ?? null };
    case "end":
      return { title: t("flow.does_end"), detail: says["reason"] ?? null };
    default:
      return {
        title: t(`flow.step_${step.kind}`),
        detail: Object.values(says).join(" · ") || null,
      };
  }
}

/** How far from its date: `-30d` is 30 days before it. */
function offsetWords(says: Says, language: string, t: TFunction): string | null {
  const offset = says["offset"];
  if (!offset) return null;
  return offset.startsWith("-") ? t("flow.offset_before", { length: lengthWords(offset.slice(1), language, t) }) : t("flow.offset_after", { length: lengthWords(offset.replace(/^\+/, ""), language, t) });
}

function daysWords(says: Says, t: TFunction): string | null {
  return says["days"] && says["days"] !== "all" ? t(`flow.word_${says["days"]}`) : null;
}

function zoneWords(says: Says, t: TFunction): string | null {
  const zone = says["zone"];
  if (!zone) return null;
  return zone === "recipient" || zone === "account" || zone === "company" ? t(`flow.zone_${zone}`) : zone;
}

export function triggerWords(flow: Flow, language: string, t: TFunction): { title: string; detail: string | null } {
  const { title, detail } = startWords(flow, language, t);
  const { delay, spread } = flow.trigger.says;
  const later = [delay && t("flow.delayed_by", { length: lengthWords(delay, language, t) }), spread && t("flow.spread_over", { length: lengthWords(spread, language, t) })];
  return { title, detail: [detail, ...later].filter(Boolean).join(" · ") || null };
}

function startWords(flow: Flow, language: string, t: TFunction): { title: string; detail: string | null } {
  const { kind, says } = flow.trigger;
  switch (kind) {
    case "event":
      return { title: t("flow.starts_event", { event: says["event"] }), detail: says["where"] ?? null };
    case "inactive":
      return { title: t("flow.starts_inactive", { length: lengthWords(says["for"] ?? "", language, t) }), detail: says["inactive"] ?? null };
    case "date": {
      const offset = says["before"] ?? says["after"];
      const word = says["before"] ? "starts_before" : says["after"] ? "starts_after" : "starts_on";
      return { title: t(`scenarios.${word}`, { date: says["date"], length: offset ? lengthWords(offset, language, t) : "" }), detail: says["at"] ?? null };
    }
    case "session":
      return { title: t("flow.starts_session", { session: says["session"], length: lengthWords(says["before"] ?? "", language, t) }), detail: [says["at"], daysWords(says, t), says["pace"] && t("flow.at_pace", { pace: says["pace"] })].filter(Boolean).join(" · ") || null };
    case "schedule":
      return {
        title: says["schedule"] ? t("flow.starts_schedule", { schedule: scheduleWords(says["schedule"], language, t) }) : t("flow.starts_at", { at: (says["at"] ?? "").replace("T", " ") }),
        detail: [zoneWords(says, t), says["pace"] && t("flow.at_pace", { pace: says["pace"] })].filter(Boolean).join(" · ") || null,
      };
    case "goal_of":
      return { title: t("flow.starts_goal_of", { scenario: says["goal_of"] }), detail: null };
    case "condition":
      return { title: t("flow.starts_condition", { condition: conditionWords(says["condition"] ?? "", language, t) }), detail: says["for"] ?? null };
    case "entered":
    case "left":
      return { title: t(`flow.starts_${kind}`, { segment: says[kind] }), detail: says["for"] ?? null };
    case "crosses": {
      const [bound, again] = says["above"] === undefined ? [says["below"], says["rearm_above"]] : [says["above"], says["rearm_below"]];
      return { title: t(says["above"] === undefined ? "flow.starts_crosses_below" : "flow.starts_crosses_above", { number: says["crosses"], bound }), detail: again ? t("flow.armed_again", { bound: again }) : null };
    }
    case "changed":
      return { title: t("flow.starts_changed", { attribute: says["changed"] }), detail: says["from"] || says["to"] ? t("flow.from_to", { from: says["from"] ?? "…", to: says["to"] ?? "…" }) : null };
    case "tier":
    case "stage":
      return { title: t(`flow.starts_${kind}`, { [kind]: says[kind] }), detail: says["for"] ?? null };
    case "every": {
      const offset = says["before"] ?? says["after"];
      const moved = offset && t(says["before"] ? "flow.offset_before" : "flow.offset_after", { length: lengthWords(offset, language, t) });
      return { title: t("flow.starts_every", { length: lengthWords(says["every"] ?? "", language, t), date: says["from"] }), detail: [moved, says["at"]].filter(Boolean).join(" · ") || null };
    }
    case "manual":
      return { title: t("flow.starts_manual"), detail: null };
    case "band":
      return { title: t("flow.starts_band", { band: (says["band"] ?? "").split(", ").map((band) => t(`common.band.${band}`)).join(" · ") }), detail: says["for"] ?? null };
    default:
      return { title: t(`flow.trigger_${kind}`), detail: Object.values(says).join(" · ") || null };
  }
}

/** The usual schedules in words: every day, a day of the week, a day of the month; others as they are written. */
export function scheduleWords(cron: string, language: string, t: TFunction): string {
  const match = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|[A-Z]{3})$/.exec(cron);
  if (!match) return cron;
  const [, minute, hour, day, weekday] = match as unknown as [string, string, string, string, string];
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day !== "*" && weekday === "*") return t("flow.monthly", { day, time });
  if (weekday !== "*" && day === "*") {
    const index = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"].indexOf(weekday);
    // The first of February 2026 is a Sunday.
    return index < 0 ? cron : t("flow.weekly", { weekday: new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2026, 1, 1 + index)), time });
  }
  return day === "*" ? t("flow.daily", { time }) : cron;
}

export function edgeWords(label: EdgeLabel, language: string, t: TFunction): string {
  const value = label.value ?? "";
  if (label.word === "if") return conditionWords(value, language, t);
  if (label.word === "outcome") return t("flow.edge_outcome", { outcome: value });
  return t(`flow.edge_${label.word}`, { length: lengthWords(value, language, t), value });
}
