import {
  IconArrowUpRight, IconArrowsSplit2, IconBellOff, IconBellRinging, IconCalendarDue, IconCalendarEvent, IconCalendarRepeat, IconCalendarTime, IconChecklist, IconClock, IconDice3, IconEar, IconEraser,
  IconExchange, IconFilter, IconFlag, IconFlagCheck, IconHandClick, IconHeartHandshake, IconHeartbeat, IconMail, IconMessageQuestion, IconMoon, IconPencil, IconPlayerPlay, IconPlayerStop,
  IconPresentation, IconRepeat, IconRoute, IconSquareX, IconStairs, IconSun, IconUserCheck, IconUserMinus, IconUserPlus, IconWebhook, type Icon,
} from "@tabler/icons-react";

/** What a form asks of a value, and where it stands in the text. */
export interface Field {
  key: string;
  is: "template" | "length" | "time" | "condition" | "event" | "events" | "recipients" | "topic" | "name" | "attribute" | "text" | "date" | "escalation" | "bands" | "segment" | "scenario" | "number" | "offset" | "subject_test" | { words: readonly string[] };
  /** The word for it, where the key means something else elsewhere. */
  word?: string;
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
      { key: "from", is: "text", word: "writes", isOptional: true },
      { key: "approve", is: "text", isOptional: true },
      { key: "hours", is: { words: ["any"] }, isOptional: true },
      { key: "throttle", is: "text", isOptional: true },
      { key: "subject_test", is: "subject_test", isOptional: true },
      { key: "calendar", is: { words: ["session"] }, isOptional: true },
    ],
  },
  "ask": {
    icon: IconMessageQuestion,
    color: "cyan",
    fields: [
      { key: "template", is: "template" },
      { key: "scale", is: "text", isOptional: true },
      { key: "set", is: "attribute", word: "sets", isOptional: true },
      { key: "registers", is: "text", isOptional: true },
      { key: "to", is: "recipients", isOptional: true },
      { key: "nobody", is: "recipients", isOptional: true },
      { key: "if", is: "condition", isOptional: true },
      { key: "topic", is: "topic", isOptional: true },
      { key: "expires", is: "length", isOptional: true },
      { key: "from", is: "text", word: "writes", isOptional: true },
      { key: "approve", is: "text", isOptional: true },
    ],
  },
  "wait": { icon: IconClock, color: "gray", fields: [{ key: "wait", is: "length" }] },
  "wait_for": { icon: IconEar, color: "indigo", fields: [{ key: "for", is: "condition" }, { key: "up_to", is: "length", isOptional: true }] },
  "wait_until": { icon: IconSun, color: "gray", fields: [{ key: "until", is: "time" }, { key: "days", is: days, isOptional: true }, { key: "zone", is: { words: ["recipient", "account", "company"] }, isOptional: true }] },
  "wait_date": {
    icon: IconCalendarDue,
    color: "gray",
    fields: [
      { key: "until", is: "date" },
      { key: "offset", is: "offset", isOptional: true },
      { key: "at", is: "time", isOptional: true },
      { key: "days", is: days, isOptional: true },
      { key: "zone", is: { words: ["recipient", "account", "company"] }, isOptional: true },
    ],
  },
  "branch": { icon: IconArrowsSplit2, color: "violet", fields: [] },
  "split": { icon: IconDice3, color: "violet", fields: [] },
  "repeat": { icon: IconRepeat, color: "violet", fields: [{ key: "times", is: "number" }, { key: "until", is: "condition", isOptional: true }] },
  "set": { icon: IconPencil, color: "orange", fields: [{ key: "attribute", is: "attribute" }, { key: "value", is: "text" }] },
  "assign": { icon: IconUserCheck, color: "orange", fields: [{ key: "owner", is: "text", isOptional: true }, { key: "pool", is: "text", isOptional: true }] },
  "unsubscribe": { icon: IconBellOff, color: "orange", fields: [{ key: "topic", is: "topic" }, { key: "because", is: "text", isOptional: true }] },
  "forget": { icon: IconEraser, color: "red", fields: [{ key: "forget", is: "name" }] },
  "add_to": { icon: IconUserPlus, color: "orange", fields: [{ key: "add_to", is: "segment" }] },
  "remove_from": { icon: IconUserMinus, color: "orange", fields: [{ key: "remove_from", is: "segment" }] },
  "start": { icon: IconPlayerPlay, color: "teal", fields: [{ key: "scenario", is: "scenario" }, { key: "for", is: "recipients", isOptional: true }] },
  "stop": { icon: IconSquareX, color: "red", fields: [{ key: "stop", is: "scenario" }] },
  "escalate": {
    icon: IconHeartHandshake,
    color: "pink",
    fields: [
      { key: "type", is: "escalation" },
      { key: "because", is: "text", isOptional: true },
      { key: "up_to", is: "length", isOptional: true },
    ],
  },
  "webhook": { icon: IconWebhook, color: "grape", fields: [{ key: "endpoint", is: "name" }, { key: "expires", is: "length", isOptional: true }] },
  "notify": {
    icon: IconBellRinging,
    color: "pink",
    fields: [
      { key: "who", is: "text", isOptional: true },
      { key: "about", is: "text", isOptional: true },
      { key: "channel", is: "name", isOptional: true },
      { key: "text", is: "text", isOptional: true },
    ],
  },
  "task": { icon: IconChecklist, color: "pink", fields: [{ key: "title", is: "text" }, { key: "due", is: "length", isOptional: true }, { key: "owner", is: "text", isOptional: true }, { key: "queue", is: "text", isOptional: true }, { key: "up_to", is: "length", isOptional: true }] },
  "end": { icon: IconPlayerStop, color: "red", fields: [{ key: "end", is: "name" }] },
};

export const triggerKinds: Record<string, Kind> = {
  "event": { icon: IconFlag, color: "teal", fields: [{ key: "event", is: "events" }, { key: "where", is: "condition", isOptional: true }] },
  "goal_of": { icon: IconFlagCheck, color: "teal", fields: [{ key: "goal_of", is: "scenario" }] },
  "inactive": { icon: IconMoon, color: "teal", fields: [{ key: "inactive", is: "events" }, { key: "for", is: "length" }] },
  "condition": { icon: IconFilter, color: "teal", fields: [{ key: "condition", is: "condition" }] },
  "entered": { icon: IconUserPlus, color: "teal", fields: [{ key: "entered", is: "segment" }] },
  "left": { icon: IconUserMinus, color: "teal", fields: [{ key: "left", is: "segment" }] },
  "crosses": {
    icon: IconArrowUpRight,
    color: "teal",
    fields: [
      { key: "crosses", is: "condition" },
      { key: "above", is: "number", isOptional: true },
      { key: "rearm_below", is: "number", isOptional: true },
      { key: "below", is: "number", isOptional: true },
      { key: "rearm_above", is: "number", isOptional: true },
    ],
  },
  "changed": { icon: IconExchange, color: "teal", fields: [{ key: "changed", is: "attribute" }, { key: "from", is: "text", isOptional: true }, { key: "to", is: "text", word: "becomes", isOptional: true }] },
  "tier": { icon: IconStairs, color: "teal", fields: [{ key: "tier", is: "text" }] },
  "stage": { icon: IconRoute, color: "teal", fields: [{ key: "stage", is: "text" }] },
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
  "every": {
    icon: IconCalendarRepeat,
    color: "teal",
    fields: [
      { key: "every", is: "length" },
      { key: "from", is: "date" },
      { key: "before", is: "length", isOptional: true },
      { key: "after", is: "length", isOptional: true },
      { key: "at", is: "time", isOptional: true },
      { key: "days", is: days, isOptional: true },
    ],
  },
  "session": {
    icon: IconPresentation,
    color: "teal",
    fields: [
      { key: "session", is: "text" },
      { key: "before", is: "length" },
      { key: "at", is: "time", isOptional: true },
      { key: "days", is: days, isOptional: true },
      { key: "pace", is: "text", isOptional: true },
    ],
  },
  "manual": { icon: IconHandClick, color: "teal", fields: [] },
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
