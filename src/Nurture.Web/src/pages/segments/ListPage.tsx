import { Anchor, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { IconFileText, IconPlus, IconUsers } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
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
import { sayFailed } from "@/components/notify";
import { Askers } from "./Askers";
import { Filling } from "./Filling";
import type { Segments } from "./types";

export default function ListPage() {
  const { t, i18n } = useTranslation();
  const can = useCan();
  const client = useQueryClient();
  const { data, error, isPending, refetch } = useApi<Segments>("/segments", undefined, {
    refetchInterval: (query) => (query.state.data?.counting || query.state.data?.preparing ? 1000 : 15_000),
  });
  const count = useMutation({
    mutationFn: () => api.post("/segments/counting"),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/segments"] }),
    onError: sayFailed,
  });
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const add = can("scenarios.write") && (
    <Button component={Link} to="/segments/new" leftSection={<IconPlus size={16} aria-hidden />}>
      {t("segments.new")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("segments.title")}
        description={t("segments.about")}
        actions={
          <>
            <Button component={Link} to="/segments/file" variant="default" leftSection={<IconFileText size={16} aria-hidden />}>
              {t("segments.as_text")}
            </Button>
            {add}
          </>
        }
      />
      {error && <Problem error={error} retry={() => void refetch()} />}
      {isPending && <Loading />}
      {data && (
        <Stack>
          {data.preparing && <Filling preparing={data.preparing} />}
          {data.items.length > 0 && (
            <Group gap="sm">
              {can("scenarios.write") && (
                <Button variant="light" size="compact-md" leftSection={<IconUsers size={16} aria-hidden />} loading={count.isPending || data.counting !== null} onClick={() => count.mutate()} data-testid="count-members">
                  {t(data.counted ? "segments.count_again" : "segments.count")}
                </Button>
              )}
              <Text size="sm" c="dimmed" role="status" aria-live="polite" component="div">
                {data.counting ? (
                  t("segments.counting", { asked: number(data.counting.asked), subjects: number(data.counting.subjects) })
                ) : data.counted ? (
                  <>
                    {t("segments.counted")} <When at={data.counted} relative /> ({t("segments.counted_where")})
                  </>
                ) : (
                  t("segments.not_counted")
                )}
              </Text>
            </Group>
          )}
          {data.counting && <Progress value={data.counting.subjects === 0 ? 0 : (100 * data.counting.asked) / data.counting.subjects} aria-label={t("segments.count")} />}
          <DataList
            list={{ items: data.items, error: null, isLoading: false, isMoreLoading: false, more: undefined, retry: () => void refetch() }}
            label={t("segments.title")}
            rowKey={(segment) => segment.name}
            empty={
              <Empty title={t("segments.none")}>
                <Stack align="center" gap="sm">
                  {t("segments.none_text")}
                  {add}
                </Stack>
              </Empty>
            }
            columns={[
              {
                key: "title",
                label: t("segments.segment"),
                render: (segment) => (
                  <Stack gap={2}>
                    <Group gap="xs">
                      <Anchor component={Link} to={`/segments/of/${segment.name}`} fw={600}>
                        {segment.title}
                      </Anchor>
                      {segment.state === "preparing" && <StateBadge tone="busy">{t("segments.preparing")}</StateBadge>}
                    </Group>
                    {segment.about && (
                      <Text size="xs" c="dimmed">
                        {segment.about}
                      </Text>
                    )}
                  </Stack>
                ),
              },
              { key: "of", label: t("segments.of"), render: (segment) => t(segment.of === "account" ? "segments.accounts" : "segments.contacts") },
              { key: "members", label: t("segments.members"), align: "right", render: (segment) => (segment.members === null ? "–" : number(segment.members)) },
              { key: "asked_by", label: t("segments.asked_by"), render: (segment) => <Askers askers={segment.asked_by} /> },
            ]}
          />
        </Stack>
      )}
    </>
  );
}
