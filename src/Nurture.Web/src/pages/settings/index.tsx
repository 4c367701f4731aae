import { IconSettings } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 90, icon: IconSettings, label: "settings.title" },
  routes: [
    { path: "/settings", component: lazy(() => import("./Settings")) },
    { path: "/settings/sending", component: lazy(() => import("./sending/Sending")) },
    { path: "/settings/operation", component: lazy(() => import("./operation/Operation")) },
    { path: "/settings/sources", component: lazy(() => import("./sources/Sources")) },
    { path: "/settings/webhooks", component: lazy(() => import("./webhooks/Webhooks")) },
    { path: "/settings/users", component: lazy(() => import("./users/Users")) },
    { path: "/settings/keys", component: lazy(() => import("./keys/Keys")) },
    { path: "/settings/suppressions", component: lazy(() => import("./suppressions/Suppressions")) },
    { path: "/settings/audit", component: lazy(() => import("./audit/Audit")) },
  ],
};
