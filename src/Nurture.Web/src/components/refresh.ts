import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

/**
 * Reads anew what stands below the paths. What was asked of a contact or account is carried out a moment after the answer,
 * so it is read once more then.
 */
export function useRefresh(): (...paths: string[]) => void {
  const queries = useQueryClient();
  return useCallback(
    (...paths: string[]) => {
      const read = () => void queries.invalidateQueries({ predicate: (query) => paths.some((path) => String(query.queryKey[0]).startsWith(path)) });
      read();
      for (const after of [400, 1500]) setTimeout(read, after);
    },
    [queries],
  );
}
