import { IconUsersGroup } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 28, icon: IconUsersGroup, label: "segments.title", permission: "scenarios.read" },
  routes: [
    { path: "/segments", component: lazy(() => import("./ListPage")) },
    { path: "/segments/new", component: lazy(() => import("./FormPage")) },
    { path: "/segments/file", component: lazy(() => import("./TextPage")) },
    { path: "/segments/of/$name", component: lazy(() => import("./SegmentPage")) },
    { path: "/segments/of/$name/edit", component: lazy(() => import("./FormPage")) },
  ],
};
