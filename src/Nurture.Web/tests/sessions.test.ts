import { expect, test } from "vitest";
import { formatSpan } from "../src/components/times";
import { draftOf, formOf, instantOf, localOf, type Session } from "../src/pages/sessions/types";

const session: Session = {
  id: "demo", version: 3, kind: "webinar", state: "planned", titles: { ja: "はじめての活用セミナー" }, starts_at: "2026-12-03T05:00:00Z", ends_at: "2026-12-03T06:30:00Z", zone: "Asia/Tokyo", link: "https://meet.example.com/d",
  seats: 30, taken: 0, waiting: 0, registration_until: "2026-12-03T05:00:00Z", host: "", locale: "ja", attendance_at: null,
};

test("a session's form and what it sends are the same session", () => {
  const form = formOf(session);
  expect(form).toMatchObject({ starts: "2026-12-03T14:00", minutes: "90", seats: "30", title_ja: "はじめての活用セミナー" });
  expect(draftOf(form, 3)).toMatchObject({ starts_at: "2026-12-03T05:00:00.000Z", ends_at: "2026-12-03T06:30:00.000Z", titles: { ja: "はじめての活用セミナー" }, seats: 30, version: 3 });
  expect(draftOf({ ...form, seats: "" }, 3)).toMatchObject({ seats: 0 });
});

test("a session's time is said in the reader's language and the session's zone", () => {
  expect(formatSpan(session.starts_at, session.ends_at, session.zone, "en")).toMatch(/Thu, Dec 3, 2026.*14:00\s–\s15:30/);
  expect(formatSpan(session.starts_at, session.ends_at, session.zone, "ja")).toMatch(/2026.*12.*3.*木.*14.00.*15.30/);
});

test("a local time is read by the zone's own clock, over a change of it", () => {
  expect(instantOf("2026-03-28T10:00", "Europe/Berlin")).toBe("2026-03-28T09:00:00.000Z");
  expect(instantOf("2026-03-29T10:00", "Europe/Berlin")).toBe("2026-03-29T08:00:00.000Z");
  // Skipped, and shown twice.
  expect(instantOf("2026-03-29T02:30", "Europe/Berlin")).toBeNull();
  expect(instantOf("2026-10-25T02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00.000Z");
  expect(instantOf("", "Europe/Berlin")).toBeNull();
  expect(localOf("2026-12-03T05:00:00Z", "America/New_York")).toBe("2026-12-03T00:00");
});
