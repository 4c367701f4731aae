import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useSearchParams } from "./params";

/** What a list is narrowed by stands in the address, so that a link shows the same list. */
export function useFilters(): [(name: string) => string | undefined, (changes: Record<string, string | null | undefined>) => void] {
  const search = useSearchParams();
  const navigate = useNavigate();
  const read = (name: string) => {
    const value = search[name];
    return value === undefined || value === null || value === "" ? undefined : String(value);
  };
  const change = useCallback(
    (changes: Record<string, string | null | undefined>) => {
      const kept = (old: Record<string, unknown>) =>
        Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== undefined && value !== null && value !== ""));
      void navigate({ to: ".", search: kept as never, replace: true });
    },
    [navigate],
  );
  return [read, change];
}
