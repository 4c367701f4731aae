import { IconActivity } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 29, icon: IconActivity, label: "events.title", permission: "scenarios.read" },
  routes: [{ path: "/events", component: lazy(() => import("./EventsPage")) }],
};
