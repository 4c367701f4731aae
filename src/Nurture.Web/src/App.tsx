import { MantineProvider } from "@mantine/core";
import { DatesProvider } from "@mantine/dates";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import "dayjs/locale/ja";
import { ApiError } from "./api/client";
import { meKey } from "./api/me";
import { createAppRouter } from "./shell/router";
import { theme } from "./theme";

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: notice }),
  mutationCache: new MutationCache({ onError: notice }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refused it will refuse again.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
});

// A session that ended elsewhere (role changed, locked) shows at the next answer, whatever was asked.
function notice(error: unknown) {
  if (error instanceof ApiError && error.kind === "unauthorized") void queries.invalidateQueries({ queryKey: meKey });
}

const router = createAppRouter();

export function App() {
  const { i18n } = useTranslation();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: i18n.language === "ja" ? 0 : 1 }}>
        <Notifications position="bottom-right" />
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </DatesProvider>
    </MantineProvider>
  );
}
