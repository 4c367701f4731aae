/** As the server answers it. */
export interface Session {
  id: string;
  version: number;
  kind: string;
  state: "planned" | "cancelled" | "over";
  titles: Record<string, string>;
  starts_at: string;
  ends_at: string;
  zone: string;
  link: string;
  seats: number | null;
  taken: number;
  waiting: number;
  registration_until: string;
  host: string;
  locale: string;
  attendance_at: string | null;
}

export interface Registration {
  contact_id: number;
  email: string | null;
  name: string | null;
  state: "registered" | "waiting" | "cancelled" | "attended" | "missed";
  at: string;
  joined_at: string | null;
  left_at: string | null;
}

/** What a form holds: texts, as they are typed. */
export interface Form {
  id: string;
  kind: string;
  title_en: string;
  title_ja: string;
  /** Local time on the clock of `zone`. */
  starts: string;
  minutes: string;
  zone: string;
  link: string;
  seats: string;
  host: string;
}

export function titleOf(session: Session, language: string): string {
  return session.titles[language] || session.titles[session.locale] || Object.values(session.titles)[0] || session.id;
}

/** The local time that an instant is in a zone, as `datetime-local` writes it. */
export function localOf(instant: string, zone: string): string {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      .formatToParts(new Date(instant))
      .map((part) => [part.type, part.value]),
  );
  return `${parts["year"]}-${parts["month"]}-${parts["day"]}T${parts["hour"]}:${parts["minute"]}`;
}

/** The instant of a local time in a zone: the earlier one where the clocks show it twice; null for what is none. */
export function instantOf(local: string, zone: string): string | null {
  const asUtc = Date.parse(`${local}:00Z`);
  if (Number.isNaN(asUtc)) return null;
  // A day before and a day after: a change of the clocks lies on one side alone.
  for (const around of [asUtc - 86_400_000, asUtc + 86_400_000]) {
    const offset = Date.parse(`${localOf(new Date(around).toISOString(), zone)}:00Z`) - Math.floor(around / 60_000) * 60_000;
    const at = new Date(asUtc - offset).toISOString();
    if (localOf(at, zone) === local) return at;
  }
  return null;
}

export function formOf(session: Session): Form {
  return {
    id: session.id,
    kind: session.kind,
    title_en: session.titles["en"] ?? "",
    title_ja: session.titles["ja"] ?? "",
    starts: localOf(session.starts_at, session.zone),
    minutes: String(Math.round((Date.parse(session.ends_at) - Date.parse(session.starts_at)) / 60_000)),
    zone: session.zone,
    link: session.link,
    seats: session.seats === null ? "" : String(session.seats),
    host: session.host,
  };
}

export const zones: string[] = Intl.supportedValuesOf("timeZone");

/** What is sent; null where the time cannot be read. */
export function draftOf(form: Form, version: number | null): Record<string, unknown> | null {
  const starts = instantOf(form.starts, form.zone);
  const minutes = Number(form.minutes);
  if (starts === null || !(minutes > 0)) return null;
  return {
    id: form.id,
    kind: form.kind,
    titles: Object.fromEntries(Object.entries({ en: form.title_en.trim(), ja: form.title_ja.trim() }).filter(([, title]) => title !== "")),
    starts_at: starts,
    ends_at: new Date(Date.parse(starts) + minutes * 60_000).toISOString(),
    zone: form.zone,
    link: form.link.trim(),
    seats: Number(form.seats),
    host: form.host.trim(),
    version,
  };
}
