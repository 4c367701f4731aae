import { IconSpeakerphone } from "@tabler/icons-react";
import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  nav: { order: 30, icon: IconSpeakerphone, label: "broadcasts.title", permission: "broadcasts.read" },
  routes: [
    { path: "/broadcasts", component: lazy(() => import("./ListPage")) },
    { path: "/broadcasts/calendar", component: lazy(() => import("./CalendarPage")) },
    { path: "/broadcasts/$name", component: lazy(() => import("./BroadcastPage")) },
  ],
};
