import { IconLayoutDashboard } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 10, icon: IconLayoutDashboard, label: "overview.title", permission: "status.read" },
  routes: [
    { path: "/overview", component: lazy(() => import("./OverviewPage")) },
    { path: "/overview/turns", component: lazy(() => import("./TurnsPage")) },
    { path: "/overview/attention", component: lazy(() => import("./AttentionPage")) },
    { path: "/overview/refused", component: lazy(() => import("./RefusedPage")) },
  ],
};
