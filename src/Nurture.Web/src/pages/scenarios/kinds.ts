import { IconArrowsSplit2, IconCalendarEvent, IconCalendarTime, IconChecklist, IconClock, IconEar, IconFlag, IconHeartHandshake, IconHeartbeat, IconMail, IconMoon, IconPencil, IconPlayerStop, IconSun, type Icon } from "@tabler/icons-react";

/** What a form asks of a value, and where it stands in the text. */
export interface Field {
  key: string;
  is: "template" | "length" | "time" | "condition" | "event" | "events" | "recipients" | "topic" | "name" | "attribute" | "text" | "date" | "escalation" | "bands" | { words: readonly string[] };
  /** An empty value takes the key away. */
  isOptional?: boolean;
}

interface Kind {
  icon: Icon;
  color: string;
  fields: Field[];
}

const days = { words: ["all", "business", "weekend"] } as const;

/** By the server's word for a kind of step; a test there holds the two lists together. */
export const stepKinds: Record<string, Kind> = {
  "send": {
    icon: IconMail,
    color: "cyan",
    fields: [
      { key: "template", is: "template" },
      { key: "to", is: "recipients", isOptional: true },
      { key: "nobody", is: "recipients", isOptional: true },
      { key: "if", is: "condition", isOptional: true },
      { key: "topic", is: "topic", isOptional: true },
      { key: "expires", is: "length", isOptional: true },
    ],
  },
  "wait": { icon: IconClock, color: "gray", fields: [{ key: "wait", is: "length" }] },
  "wait_for": { icon: IconEar, color: "indigo", fields: [{ key: "for", is: "condition" }, { key: "up_to", is: "length", isOptional: true }] },
  "wait_until": { icon: IconSun, color: "gray", fields: [{ key: "until", is: "time" }, { key: "days", is: days, isOptional: true }, { key: "zone", is: { words: ["recipient", "account", "company"] }, isOptional: true }] },
  "branch": { icon: IconArrowsSplit2, color: "violet", fields: [] },
  "set": { icon: IconPencil, color: "orange", fields: [{ key: "attribute", is: "attribute" }, { key: "value", is: "text" }] },
  "escalate": {
    icon: IconHeartHandshake,
    color: "pink",
    fields: [
      { key: "type", is: "escalation" },
      { key: "because", is: "text", isOptional: true },
      { key: "up_to", is: "length", isOptional: true },
    ],
  },
  "task": { icon: IconChecklist, color: "pink", fields: [{ key: "title", is: "text" }, { key: "due", is: "length", isOptional: true }] },
  "end": { icon: IconPlayerStop, color: "red", fields: [{ key: "end", is: "name" }] },
};

export const triggerKinds: Record<string, Kind> = {
  "event": { icon: IconFlag, color: "teal", fields: [{ key: "event", is: "events" }, { key: "where", is: "condition", isOptional: true }] },
  "inactive": { icon: IconMoon, color: "teal", fields: [{ key: "inactive", is: "events" }, { key: "for", is: "length" }] },
  "date": {
    icon: IconCalendarEvent,
    color: "teal",
    fields: [
      { key: "date", is: "date" },
      { key: "before", is: "length", isOptional: true },
      { key: "after", is: "length", isOptional: true },
      { key: "at", is: "time", isOptional: true },
      { key: "days", is: days, isOptional: true },
    ],
  },
  "band": { icon: IconHeartbeat, color: "teal", fields: [{ key: "band", is: "bands" }] },
  "schedule": {
    icon: IconCalendarTime,
    color: "teal",
    fields: [
      { key: "schedule", is: "text", isOptional: true },
      { key: "at", is: "text", isOptional: true },
      { key: "zone", is: "text", isOptional: true },
      { key: "pace", is: "text", isOptional: true },
    ],
  },
};

/** Of a kind that this build of the page does not know: shown, and edited as text. */
export const unknownKind: Kind = { icon: IconFlag, color: "gray", fields: [] };
