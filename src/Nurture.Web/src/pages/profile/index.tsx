import { lazy } from "react";
import type { Page } from "@/page";

/** Reached from the menu under one's own name. */
export const page: Page = { routes: [{ path: "/profile", component: lazy(() => import("./Profile")) }] };
