import { IconRoute } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 20, icon: IconRoute, label: "scenarios.title", permission: "scenarios.read" },
  routes: [
    { path: "/scenarios", component: lazy(() => import("./ListPage")) },
    { path: "/scenarios/new", component: lazy(() => import("./NewPage")) },
    { path: "/scenarios/$name", component: lazy(() => import("./DetailPage")) },
    { path: "/scenarios/$name/edit", component: lazy(() => import("./EditorPage")) },
  ],
};
