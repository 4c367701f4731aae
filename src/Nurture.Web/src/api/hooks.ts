import { keepPreviousData, useInfiniteQuery, useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { api, type ApiError, type ApiPage, type Query } from "./client";

/** The key of everything below a path: `queryClient.invalidateQueries({ queryKey: [path] })` reads it anew. */
export function queryKey(path: string, query?: Query): readonly unknown[] {
  return query === undefined ? [path] : [path, query];
}

/** One thing of the server's. */
export function useApi<T>(path: string, query?: Query, options?: Partial<UseQueryOptions<T, ApiError>>) {
  return useQuery<T, ApiError>({ queryKey: queryKey(path, query), queryFn: () => api.get<T>(path, query), ...options });
}

/** A list of the server's, read part by part: give it to `DataList`. */
export function usePage<T>(path: string, query?: Query, options?: { enabled?: boolean; refetchInterval?: number }) {
  const found = useInfiniteQuery({
    queryKey: [path, "pages", query ?? {}],
    queryFn: ({ pageParam }) => api.get<ApiPage<T>>(path, { ...query, after: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    ...options,
  });
  return {
    items: found.data?.pages.flatMap((page) => page.items),
    error: found.error as ApiError | null,
    isLoading: found.isPending && found.fetchStatus !== "idle",
    isMoreLoading: found.isFetchingNextPage,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    retry: () => void found.refetch(),
  };
}

export type Paged<T> = Omit<ReturnType<typeof usePage<T>>, never>;
