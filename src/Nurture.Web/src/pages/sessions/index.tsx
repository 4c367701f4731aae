import { IconPresentation } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 32, icon: IconPresentation, label: "sessions.title", permission: "sessions.read" },
  routes: [
    { path: "/sessions", component: lazy(() => import("./ListPage")) },
    { path: "/sessions/$id", component: lazy(() => import("./SessionPage")) },
  ],
};
