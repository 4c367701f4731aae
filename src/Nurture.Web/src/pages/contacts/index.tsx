import { IconUser } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 30, icon: IconUser, label: "contacts.title", permission: "contacts.read" },
  routes: [
    { path: "/contacts", component: lazy(() => import("./ContactsPage")) },
    { path: "/contacts/$id", component: lazy(() => import("./ContactPage")) },
  ],
};
