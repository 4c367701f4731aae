import { AppShell, Burger, Group, NavLink, ScrollArea, Text, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan, useSession } from "@/api/me";
import { Loading } from "@/components/Loading";
import { Problem } from "@/components/Problem";
import { pages } from "@/page";
import { hasChosenLanguage, setLanguage } from "@/words";
import { ClockBadge } from "./ClockBadge";
import { Logo } from "./Logo";
import { UserMenu } from "./UserMenu";

/** What stands around every page of those who are signed in. */
export function Shell() {
  const session = useSession();
  const locale = session.data?.locale;
  useEffect(() => {
    if (!hasChosenLanguage() && (locale === "en" || locale === "ja")) void setLanguage(locale);
  }, [locale]);

  if (session.isPending) return <Loading />;
  if (session.error) return <Problem error={session.error} retry={() => void session.refetch()} m="lg" />;
  if (session.data === null) return <SignedOut />;
  return <Frame />;
}

/** Leads to the entrance, which leads back here. Once: the address changes on the way. */
function SignedOut() {
  const navigate = useNavigate();
  const { href } = useLocation();
  const [from] = useState(href);
  useEffect(() => {
    void navigate({ to: "/sign-in", search: { to: from === "/" ? undefined : from }, replace: true });
  }, [navigate, from]);
  return <Loading />;
}

function Frame() {
  const { t } = useTranslation();
  const can = useCan();
  const { pathname } = useLocation();
  const [isOpen, { toggle, close }] = useDisclosure();
  const main = useRef<HTMLElement>(null);
  const shown = pages.filter(({ nav }) => nav && (!nav.permission || can(nav.permission)));

  // The page that is longest in common with the address: /contacts/7 belongs to /contacts.
  const current = shown
    .flatMap((page) => page.routes.map((route) => ({ page, base: route.path.split("/$")[0]! })))
    .filter(({ base }) => pathname === base || (base !== "/" && pathname.startsWith(`${base}/`)))
    .toSorted((a, b) => b.base.length - a.base.length)[0]?.page;

  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !isOpen } }} padding={{ base: "md", sm: "xl" }}>
      <a className="skip-link" href="#content" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {t("common.skip")}
      </a>
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap" gap="xs">
          <Group wrap="nowrap" gap="xs">
            <Burger
              opened={isOpen}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t(isOpen ? "common.close_navigation" : "common.open_navigation")}
              aria-expanded={isOpen}
            />
            <Link to="/" style={{ color: "inherit", textDecoration: "none" }}>
              <Group gap={8} wrap="nowrap">
                <Logo />
                <Text fw={650} size="lg" visibleFrom="xs">
                  Nurture
                </Text>
                <VisuallyHidden hiddenFrom="xs">Nurture</VisuallyHidden>
              </Group>
            </Link>
          </Group>
          <Group wrap="nowrap" gap="xs">
            <ClockBadge />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("common.main_navigation")}>
        <ScrollArea>
          {shown.map((page) => {
            const { icon: PageIcon, label } = page.nav!;
            return (
            <NavLink
              key={page.routes[0]!.path}
              component={Link}
              to={page.routes[0]!.path}
              label={t(label)}
              leftSection={<PageIcon size={20} stroke={1.6} aria-hidden />}
              active={page === current}
              aria-current={page === current ? "page" : undefined}
              onClick={close}
              style={{ borderRadius: "var(--mantine-radius-md)" }}
            />
            );
          })}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" ref={main} tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}
