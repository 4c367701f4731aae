import { IconSettings } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 90, icon: IconSettings, label: "settings.title" },
  routes: [
    { path: "/settings", component: lazy(() => import("./Settings")) },
    { path: "/settings/sending", component: lazy(() => import("./Sending")) },
    { path: "/settings/operation", component: lazy(() => import("./Operation")) },
    { path: "/settings/sources", component: lazy(() => import("./Sources")) },
    { path: "/settings/webhooks", component: lazy(() => import("./Webhooks")) },
    { path: "/settings/users", component: lazy(() => import("./Users")) },
    { path: "/settings/keys", component: lazy(() => import("./Keys")) },
    { path: "/settings/suppressions", component: lazy(() => import("./Suppressions")) },
    { path: "/settings/audit", component: lazy(() => import("./Audit")) },
  ],
};
