import { Badge, Button, Collapse, Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconPlus, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { say, sayFailed } from "@/components/notify";

interface Property {
  name: string;
  planned: string | null;
  seen: string[];
  share: number;
  mistyped: number;
  guess: string | null;
}

interface Arriving {
  name: string;
  description: string;
  is_planned: boolean;
  in_day: number;
  in_weeks: number;
  last_at: string | null;
  sources: string[];
  properties: Property[];
}

interface Plan {
  items: Arriving[];
  read: number | null;
  at: string | null;
  since: string | null;
}

export default function EventsPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useApi<Plan>("/arriving", undefined, { refetchInterval: (query) => (query.state.data?.read != null ? 800 : false) });
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const read = useMutation({ mutationFn: () => api.post("/arriving/reading"), onSuccess: () => client.invalidateQueries({ queryKey: ["/arriving"] }), onError: sayFailed });
  const { mutate: begin, isIdle } = read;
  const isUnread = data?.at === null && data.read === null && can("scenarios.write");
  useEffect(() => {
    if (isUnread && isIdle) begin();
  }, [isUnread, isIdle, begin]);
  const adopt = useMutation({
    mutationFn: ({ event, properties }: { event: Arriving; properties: Property[] }) =>
      api.post("/arriving/adopt", { event: event.name, properties: Object.fromEntries(properties.map((property) => [property.name, property.guess])) }),
    onSuccess: async (_, { event }) => {
      await client.invalidateQueries({ predicate: (query) => /^\/(arriving|vocabulary)/.test(String(query.queryKey[0])) });
      say(t("events.adopted", { event: event.name }));
    },
    onError: sayFailed,
  });
  // What was read ends with the newest 500,000 rows, which may be fewer than 28 days.
  const isCut = data?.at != null && data.since != null && Date.parse(data.at) - Date.parse(data.since) < 28 * 86_400_000 - 60_000;
  const isReading = read.isPending || (data?.read ?? null) !== null;
  return (
    <>
      <PageHeader
        title={t("events.title")}
        description={t("events.about")}
        actions={
          can("scenarios.write") && (
            <Button leftSection={<IconRefresh size={16} aria-hidden />} loading={isReading} onClick={() => read.mutate()} data-testid="read">
              {t("events.read")}
            </Button>
          )
        }
      />
      {error && <Problem error={error} retry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && (
        <Stack>
          <Text size="sm" c="dimmed" role="status" aria-live="polite" component="div">
            {data.read !== null ? (
              t("events.reading", { count: data.read, number: number(data.read) })
            ) : data.at ? (
              <>
                {t("events.read_at")} <When at={data.at} relative />, {t("events.since")} <When at={data.since} />
                {isCut && <div>{t("events.cut")}</div>}
              </>
            ) : (
              t("events.not_read")
            )}
          </Text>
          <DataList
            list={{ items: data.items, error: null, isLoading: false, isMoreLoading: false, more: undefined, retry: () => void refetch() }}
            label={t("events.title")}
            rowKey={(event) => event.name}
            empty={<Empty title={t("events.none")}>{t("events.none_text")}</Empty>}
            columns={[
              { key: "name", label: t("events.event"), render: (event) => <Name event={event} isRead={!!data.at} canAdopt={can("scenarios.publish")} adopt={(properties) => adopt.mutate({ event, properties })} isBusy={adopt.isPending} /> },
              { key: "day", label: t("events.in_day"), align: "right", render: (event) => (data.at ? number(event.in_day) : "–") },
              { key: "weeks", label: t("events.in_weeks"), align: "right", render: (event) => (data.at ? number(event.in_weeks) : "–") },
              { key: "last", label: t("events.last"), render: (event) => <When at={event.last_at} relative /> },
              { key: "sources", label: t("events.sources"), isWide: true, render: (event) => event.sources.map((source) => source || t("events.product")).join(", ") || "–" },
            ]}
          />
        </Stack>
      )}
    </>
  );
}

function Name({ event, isRead, canAdopt, adopt, isBusy }: { event: Arriving; isRead: boolean; canAdopt: boolean; adopt: (properties: Property[]) => void; isBusy: boolean }) {
  const { t, i18n } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const share = (value: number) => new Intl.NumberFormat(i18n.language, { style: "percent" }).format(value);
  const adoptable = event.properties.filter((property) => property.guess !== null);
  const isWrong = event.properties.some((property) => property.mistyped > 0);
  return (
    <Stack gap={4} align="flex-start">
      <UnstyledButton onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        <Group gap={6} wrap="wrap">
          {isOpen ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
          <Text fw={600} span>
            {event.name}
          </Text>
          {!event.is_planned && <StateBadge tone="caution">{t("events.unplanned")}</StateBadge>}
          {isRead && event.is_planned && event.in_weeks === 0 && <StateBadge tone="quiet">{t("events.never")}</StateBadge>}
          {isWrong && <StateBadge tone="bad">{t("events.mistyped")}</StateBadge>}
        </Group>
      </UnstyledButton>
      {event.description && (
        <Text size="xs" c="dimmed">
          {event.description}
        </Text>
      )}
      {canAdopt && (!event.is_planned || adoptable.length > 0) && (
        <Button size="compact-xs" variant="light" leftSection={<IconPlus size={12} aria-hidden />} loading={isBusy} onClick={() => adopt(adoptable)}>
          {t(event.is_planned ? "events.adopt_properties" : "events.adopt")}
        </Button>
      )}
      <Collapse expanded={isOpen}>
        {event.properties.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t("events.no_properties")}
          </Text>
        ) : (
          <Table withRowBorders={false} verticalSpacing={2} aria-label={t("events.properties_of", { event: event.name })}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("events.property")}</Table.Th>
                <Table.Th>{t("events.planned")}</Table.Th>
                <Table.Th>{t("events.seen")}</Table.Th>
                <Table.Th ta="right">{t("events.share")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {event.properties.map((property) => (
                <Table.Tr key={property.name}>
                  <Table.Td>{property.name}</Table.Td>
                  <Table.Td>{property.planned ?? <Badge color="yellow">{t("events.unplanned")}</Badge>}</Table.Td>
                  <Table.Td>
                    {property.seen.join(", ") || "–"}
                    {property.mistyped > 0 && (
                      <Text span size="xs" c="red">
                        {" "}
                        {t("events.refused", { count: property.mistyped })}
                      </Text>
                    )}
                  </Table.Td>
                  <Table.Td ta="right">{property.seen.length > 0 ? share(property.share) : "–"}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Collapse>
    </Stack>
  );
}
