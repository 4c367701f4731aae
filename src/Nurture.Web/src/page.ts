import type { ComponentType } from "react";
import type { Icon } from "@tabler/icons-react";

/** What a folder of `pages/` exports as `page`. The shell collects them: there is no list to keep. */
export interface Page {
  nav?: {
    /** Where it stands in the navigation: the smallest first. */
    order: number;
    icon: Icon;
    /** Key of its word: `contacts.title`. */
    label: string;
    /** Who lacks this permission does not see it. */
    permission?: string;
  };
  /** The first one is where the navigation leads. */
  routes: PageRoute[];
}

export interface PageRoute {
  /** `/contacts/$id`; what stands for `$id` is read with `useParam("id")`. */
  path: string;
  component: ComponentType;
  /** Shown to those who are not signed in, without the navigation around it. */
  isPublic?: boolean;
}

const modules = import.meta.glob<{ page: Page }>("./pages/*/index.tsx", { eager: true });

export const pages: Page[] = Object.values(modules)
  .map((module) => module.page)
  .toSorted((a, b) => (a.nav?.order ?? Infinity) - (b.nav?.order ?? Infinity));
