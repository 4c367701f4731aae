import { useParams, useSearch } from "@tanstack/react-router";

/** What stands in the address for `$name`. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  const value = params[name];
  if (value === undefined) throw new Error(`This route has no $${name}.`);
  return value;
}

/** What stands behind the question mark; it is what somebody typed, so each value is looked at before it is used. */
export function useSearchParams(): Record<string, unknown> {
  return useSearch({ strict: false }) as Record<string, unknown>;
}
