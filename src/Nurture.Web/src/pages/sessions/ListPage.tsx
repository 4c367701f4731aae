import { Anchor, Button, Modal, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { formatSpan } from "@/components/times";
import { SessionForm } from "./SessionForm";
import { State } from "./State";
import { titleOf, type Session } from "./types";

export default function ListPage() {
  const { t, i18n } = useTranslation("sessions");
  const can = useCan();
  const navigate = useNavigate();
  const [isOpen, { open, close }] = useDisclosure();
  const list = usePage<Session>("/sessions", undefined, { refetchInterval: 10_000 });
  const first = { id: "", kind: "webinar", title_en: "", title_ja: "", starts: "", minutes: "60", zone: Intl.DateTimeFormat().resolvedOptions().timeZone, link: "", seats: "", host: "" };
  const button = can("sessions.write") && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      {t("new")}
    </Button>
  );
  return (
    <>
      <PageHeader title={t("title")} description={t("about")} actions={button} />
      <DataList
        list={list}
        label={t("title")}
        rowKey={(session) => session.id}
        empty={<Empty title={t("none")}>{t("none_text")}</Empty>}
        columns={[
          {
            key: "title",
            label: t("session"),
            render: (session) => (
              <div>
                <Anchor component={Link} to={`/sessions/${session.id}`} fw={600}>
                  {titleOf(session, i18n.language)}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {session.kind} · {session.id}
                </Text>
              </div>
            ),
          },
          { key: "when", label: t("when"), render: (session) => formatSpan(session.starts_at, session.ends_at, session.zone, i18n.language) },
          { key: "state", label: t("state_label"), render: (session) => <State of={session.state} /> },
          { key: "seats", label: t("seats"), align: "right", render: (session) => (session.seats === null ? String(session.taken) : t("of_seats", { taken: session.taken, seats: session.seats })) },
          { key: "waiting", label: t("waiting"), align: "right", render: (session) => session.waiting },
        ]}
      />
      <Modal opened={isOpen} onClose={close} size="lg" title={<Text fw={600}>{t("new")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <SessionForm first={first} known={null} onDone={(session) => void navigate({ to: `/sessions/${session.id}` })} />
      </Modal>
    </>
  );
}
