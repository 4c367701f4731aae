import { useQuery } from "@tanstack/react-query";
import { api, ApiError } from "./client";

export interface Me {
  name: string;
  email: string | null;
  role: string | null;
  permissions: string[];
  locale: string | null;
  has_totp: boolean;
  has_case_mails: boolean;
  /** The server's business clock when it answered. */
  now: string;
  is_development: boolean;
}

export const meKey = ["/me"] as const;

/** Who is signed in; null where nobody is. */
export function useSession() {
  return useQuery<Me | null, ApiError>({
    queryKey: meKey,
    queryFn: async () => {
      try {
        return await api.get<Me>("/me");
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    refetchInterval: 60_000,
  });
}

/** Inside the shell, where somebody is signed in. */
export function useMe(): Me {
  const { data } = useSession();
  if (!data) throw new Error("Nobody is signed in here.");
  return data;
}

/** Whether the one who is signed in may do this: `useCan()("keys.write")`. */
export function useCan(): (permission: string) => boolean {
  const { data } = useSession();
  return (permission) => data?.permissions.includes(permission) ?? false;
}
