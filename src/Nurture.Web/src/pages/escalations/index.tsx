import { IconLifebuoy } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 40, icon: IconLifebuoy, label: "escalations.title", permission: "escalations.read" },
  routes: [
    { path: "/escalations", component: lazy(() => import("./Queue")) },
    { path: "/escalations/$id", component: lazy(() => import("./Case")) },
  ],
};
