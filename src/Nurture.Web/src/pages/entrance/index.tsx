import { lazy } from "react";
import type { Page } from "@/page";

export const page: Page = {
  routes: [
    { path: "/sign-in", component: lazy(() => import("./SignIn")), isPublic: true },
    { path: "/welcome", component: lazy(() => import("./Welcome")), isPublic: true },
  ],
};
