import { createRootRoute, createRoute, createRouter, Navigate, Outlet, type ErrorRouteComponent } from "@tanstack/react-router";
import { Suspense, type ComponentType } from "react";
import { useCan } from "@/api/me";
import { Loading } from "@/components/Loading";
import { pages } from "@/page";
import { FailedPage, NotFoundPage } from "./FailedPage";
import { Shell } from "./Shell";

/** Every page's routes; those for signed-in people stand inside the shell. */
export function createAppRouter() {
  const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage });
  const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });
  const routes = pages.flatMap((page) => page.routes);
  const inside = routes.filter((route) => !route.isPublic).map((route) => createRoute({ getParentRoute: () => shell, path: route.path, component: loaded(route.component) }));
  const outside = routes.filter((route) => route.isPublic).map((route) => createRoute({ getParentRoute: () => root, path: route.path, component: loaded(route.component) }));
  const start = routes.some((route) => route.path === "/") ? [] : [createRoute({ getParentRoute: () => shell, path: "/", component: FirstPage })];
  return createRouter({
    routeTree: root.addChildren([shell.addChildren([...inside, ...start]), ...outside]),
    defaultErrorComponent: FailedPage as ErrorRouteComponent,
    defaultNotFoundComponent: NotFoundPage,
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

function loaded(Component: ComponentType) {
  return () => (
    <Suspense fallback={<Loading />}>
      <Component />
    </Suspense>
  );
}

/** The first page that the user may see. */
function FirstPage() {
  const can = useCan();
  const first = pages.find((page) => page.nav && (!page.nav.permission || can(page.nav.permission)));
  return first ? <Navigate to={first.routes[0]!.path} replace /> : <NotFoundPage />;
}
