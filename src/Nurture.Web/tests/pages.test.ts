import i18next from "i18next";
import { expect, test } from "vitest";
import "@/words";
import { pages } from "@/page";

test("no two pages answer at the same address", () => {
  const paths = pages.flatMap((page) => page.routes.map((route) => route.path));
  expect(paths.filter((path, at) => paths.indexOf(path) !== at)).toEqual([]);
});

test("no page answers at an address of the server's own", () => {
  const paths = pages.flatMap((page) => page.routes.map((route) => route.path));
  expect(paths.filter((path) => /^\/(api|dev|v1|c|o|u|s|m|healthz|readyz)(\/|$)/.test(path))).toEqual([]);
});

test("every page in the navigation has its word", () => {
  const labels = pages.flatMap((page) => (page.nav ? [page.nav.label] : []));
  expect(labels.filter((label) => !i18next.exists(label))).toEqual([]);
});
