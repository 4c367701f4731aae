import { Anchor, Button, Stack, Text } from "@mantine/core";
import { IconCalendar, IconPlus } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { When } from "@/components/When";
import { sayFailed } from "@/components/notify";
import { StateOf } from "./StateOf";
import type { Broadcast } from "./types";

export default function ListPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const list = usePage<Broadcast>("/broadcasts", undefined, { refetchInterval: 10_000 });
  const add = useMutation({
    mutationFn: () => api.post<Broadcast>("/broadcasts", { form: { title: "", template: "", class: "marketing", topic: "", condition: "", at: "", pace: "" } }),
    onSuccess: (broadcast) => navigate({ to: `/broadcasts/${broadcast.name}` }),
    onError: sayFailed,
  });
  const button = can("broadcasts.write") && (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => add.mutate()} loading={add.isPending}>
      {t("broadcasts.new")}
    </Button>
  );
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  return (
    <>
      <PageHeader
        title={t("broadcasts.title")}
        description={t("broadcasts.about")}
        actions={
          <>
            <Button component={Link} to="/broadcasts/calendar" variant="default" leftSection={<IconCalendar size={16} aria-hidden />}>
              {t("broadcasts.calendar")}
            </Button>
            {button}
          </>
        }
      />
      <DataList
        list={list}
        label={t("broadcasts.title")}
        rowKey={(broadcast) => broadcast.name}
        empty={
          <Empty title={t("broadcasts.none")}>
            <Stack align="center" gap="sm">
              {t("broadcasts.none_text")}
              {button}
            </Stack>
          </Empty>
        }
        columns={[
          {
            key: "title",
            label: t("broadcasts.broadcast"),
            render: (broadcast) => (
              <div>
                <Anchor component={Link} to={`/broadcasts/${broadcast.name}`} fw={600}>
                  {broadcast.form.title || t("broadcasts.untitled")}
                </Anchor>
                <Text size="xs" c="dimmed">
                  {broadcast.form.template}
                </Text>
              </div>
            ),
          },
          { key: "state", label: t("broadcasts.state_label"), render: (broadcast) => <StateOf broadcast={broadcast} /> },
          { key: "at", label: t("broadcasts.at"), render: (broadcast) => <When at={broadcast.starts_at} /> },
          { key: "sent", label: t("broadcasts.sent"), align: "right", render: (broadcast) => (broadcast.state === "draft" ? "–" : <Anchor component={Link} to="/mail/sends" search={{ scenario: broadcast.name } as never}>{number(broadcast.results.sent)}</Anchor>) },
          { key: "clicked", label: t("broadcasts.clicked"), align: "right", render: (broadcast) => (broadcast.state === "draft" ? "–" : number(broadcast.results.clicked)) },
        ]}
      />
    </>
  );
}
