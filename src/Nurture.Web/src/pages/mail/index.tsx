import { IconMail } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 50, icon: IconMail, label: "mail.title", permission: "templates.read" },
  routes: [
    { path: "/mail", component: lazy(() => import("./TemplatesPage")) },
    { path: "/mail/templates/$template", component: lazy(() => import("./TemplatePage")) },
    { path: "/mail/sends", component: lazy(() => import("./SendsPage")) },
    { path: "/mail/sends/$id", component: lazy(() => import("./SendPage")) },
    { path: "/mail/inbox", component: lazy(() => import("./InboxPage")) },
    { path: "/mail/inbox/$id", component: lazy(() => import("./CaughtPage")) },
  ],
};
