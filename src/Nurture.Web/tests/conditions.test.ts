import { expect, test } from "vitest";
import { askSegment, read, segmentIn, write, type Built, type Row } from "@/components/conditions/conditions";

const types: Record<string, string> = { "contact.locale": "text", "account.seats": "number", "contact.onboarded": "boolean" };
const typeOf = (path: string) => types[path] ?? "text";

const rows: Row[] = [
  { kind: "attribute", path: "contact.locale", type: "text", operator: "==", value: "ja" },
  { kind: "attribute", path: "contact.locale", type: "text", operator: "!=", value: "a && b || c" },
  { kind: "attribute", path: "account.seats", type: "number", operator: ">=", value: "10" },
  { kind: "attribute", path: "contact.onboarded", type: "boolean", operator: "==", value: "false" },
  { kind: "attribute", path: "contact.locale", type: "text", operator: "exists", value: "" },
  { kind: "attribute", path: "contact.locale", type: "text", operator: "missing", value: "" },
  { kind: "event", event: "login", did: true, times: 1, window: "30d" },
  { kind: "event", event: "Order Completed", did: true, times: 3, window: "ever" },
  { kind: "event", event: "login", did: false, times: 1, window: "7d" },
  { kind: "number", figure: "sum", event: "ordered", property: "total", window: "30d", operator: ">=", value: "1000" },
  { kind: "number", figure: "average", event: "ordered", property: "cart.total", window: "ever", operator: "<=", value: "-2.5" },
  { kind: "moment", which: "first", event: "login", operator: "<=", value: "7" },
];

test.each(rows.flatMap((first, n) => rows.slice(n).flatMap((second) => (["&&", "||"] as const).map((join) => ({ join, rows: [first, second] })))))("what is built is read back: %j", (built: Built) => {
  expect(read(write(built), typeOf)).toEqual(built);
});

test.each(['account.tier == "tech" && (contact.x || contact.y)', 'contact.a == "x" && contact.b == "y" || contact.c == "z"', 'event("login")', "contact.locale"])("another condition is left to who typed it: %s", (text) => {
  expect(read(text, typeOf)).toBeNull();
});

test("a segment that was chosen is read back, and is no choice of attributes", () => {
  expect(segmentIn(askSegment("active-trials"))).toBe("active-trials");
  expect(read(askSegment("active-trials"), typeOf)).toBeNull();
});

test.each(["", 'not(segment("a"))', 'segment("a") && segment("b")', "segment(a)"])("another condition is no chosen segment: %s", (text) => {
  expect(segmentIn(text)).toBeNull();
});

test("a value never leaves its quotes", () => {
  expect(write({ join: "&&", rows: [{ kind: "attribute", path: "contact.locale", type: "text", operator: "==", value: 'x" || true || "' }] })).toBe('contact.locale == "x || true || "');
});
