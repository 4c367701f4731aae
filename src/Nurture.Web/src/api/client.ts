import i18next from "i18next";

/** Problem details (RFC 9457), as every endpoint below /api answers them. */
export interface ProblemDetails {
  type: string;
  title: string;
  detail?: string;
  status: number;
  [member: string]: unknown;
}

export class ApiError extends Error {
  readonly problem: ProblemDetails;

  constructor(problem: ProblemDetails) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  /** The stable name of the problem: `not-found` of `urn:nurture:problem:not-found`. */
  get kind(): string {
    return this.problem.type.replace(/^urn:nurture:problem:/, "");
  }
}

/** A part of a list. `next` is what `after` is to be for what follows; null is the end. */
export interface ApiPage<T> {
  items: T[];
  next: string | null;
}

export type Query = Record<string, string | number | boolean | null | undefined>;

export function withQuery(path: string, query?: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path;
}

async function request<T>(method: string, path: string, body?: unknown, query?: Query): Promise<T> {
  // A path outside the API (/dev/clock) is written with its whole address.
  const url = withQuery(path.startsWith("/dev/") || path.startsWith("/api/") ? path : `/api/v1${path}`, query);
  // Mistakes are told in the language of the page.
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json", "Accept-Language": i18next.language ?? "en" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response: Response;
  try {
    response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch (cause) {
    throw new ApiError({ type: "urn:nurture:problem:unreachable", title: String(cause), status: 0 });
  }
  const text = await response.text();
  if (!response.ok) throw new ApiError(problemOf(response, text));
  return (text === "" ? undefined : isJson(response) ? JSON.parse(text) : text) as T;
}

function isJson(response: Response): boolean {
  return /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
}

function problemOf(response: Response, text: string): ProblemDetails {
  if (isJson(response) && text !== "") return { ...(JSON.parse(text) as ProblemDetails), status: response.status };
  return { type: "about:blank", title: response.statusText || `HTTP ${response.status}`, status: response.status };
}

export const api = {
  get: <T>(path: string, query?: Query) => request<T>("GET", path, undefined, query),
  post: <T = void>(path: string, body: unknown = {}, query?: Query) => request<T>("POST", path, body, query),
  put: <T = void>(path: string, body: unknown) => request<T>("PUT", path, body),
  patch: <T = void>(path: string, body: unknown) => request<T>("PATCH", path, body),
  delete: <T = void>(path: string, query?: Query) => request<T>("DELETE", path, undefined, query),
};
