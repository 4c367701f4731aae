// Instants are shown in the viewer's own zone; lengths in the largest units that say it.

export type Instant = string | number | Date;

export function formatInstant(at: Instant, language: string): string {
  return new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
}

export function formatDay(at: Instant, language: string): string {
  return new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", weekday: "short" }).format(new Date(at));
}

/** "Thu, Dec 10, 2026, 18:00 – 19:00 GMT+9": from when to when, in a zone of its own. */
export function formatSpan(from: Instant, to: Instant, zone: string, language: string): string {
  return new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone, timeZoneName: "short" }).formatRange(new Date(from), new Date(to));
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 days ago", "in 2 hours"; null when it is less than a minute. */
export function formatRelative(at: Instant, now: number, language: string): string | null {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const found = units.find(([, length]) => Math.abs(seconds) >= length);
  if (!found) return null;
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / found[1]), found[0]);
}

/** "3 days 4 hours": the two largest units. */
export function formatLength(seconds: number, language: string): string {
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [unit, length] of units.filter(([name]) => name === "day" || name === "hour" || name === "minute")) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0 && parts.length < 2) parts.push(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(count));
  }
  return parts.join(" ") || new Intl.NumberFormat(language, { style: "unit", unit: "second", unitDisplay: "long" }).format(left);
}
