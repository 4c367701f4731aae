// As the API shows them.

export interface Template {
  /** With its locale: `welcome.ja`. */
  name: string;
  version: number;
  published_at: string;
  published_by: string;
  form: Form;
  text: string | null;
  text_part: string | null;
  /** In lists: as somebody made up reads it. */
  subject?: string | null;
}

/** How a body is written. */
export type Form = "html" | "markdown" | "blocks";

export interface Diagnostic {
  code: string;
  severity: "error" | "warning" | "info";
  file: string;
  line: number;
  column: number;
  length?: number;
  message: string;
  hint: string | null;
}

export interface Preview {
  name: string;
  locale: string;
  subject: string | null;
  preheader: string | null;
  html: string | null;
  text: string | null;
  from: string | null;
  reply_to: string | null;
  contact: { id: number; name: string | null; email: string | null; locale: string | null } | null;
  problems: Diagnostic[];
  /** Of a mail with several; `subject` is the first. */
  subjects: { arm: string; subject: string }[];
}

/** The languages that a mail is begun in here; files may have others. */
export const written = ["en", "ja"];

/** `welcome` and `ja` of `welcome.ja`. */
export function partsOf(name: string): [string, string] {
  const dot = name.indexOf(".");
  return dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot + 1)];
}

export function isLayout(name: string): boolean {
  const [base] = partsOf(name);
  return base === "layout" || base.startsWith("layout-");
}

export function languageName(locale: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(locale) ?? locale;
  } catch {
    return locale;
  }
}
