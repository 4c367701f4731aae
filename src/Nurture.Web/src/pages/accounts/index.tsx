import { IconBuilding } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 40, icon: IconBuilding, label: "accounts.title", permission: "accounts.read" },
  routes: [
    { path: "/accounts", component: lazy(() => import("./AccountsPage")) },
    { path: "/accounts/$id", component: lazy(() => import("./AccountPage")) },
  ],
};
