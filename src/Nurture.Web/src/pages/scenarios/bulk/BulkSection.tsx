import { Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconUserPlus, IconUsersGroup } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, type ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { useRefresh } from "@/components/refresh";
import { When } from "@/components/When";
import type { Scenario } from "../types";
import { AskBulk } from "./AskBulk";
import { BulkCount, Reasons } from "./BulkCount";
import { isMoving, starts, type Bulk } from "./types";

const shownWhenOver = 3;

/** Starting many and working on many: what runs or waits to be confirmed, and the last ones that are over. */
export function BulkSection({ scenario }: { scenario: Scenario }) {
  const { t } = useTranslation();
  const can = useCan();
  const path = `/scenarios/${scenario.name}/bulk`;
  const { data } = useApi<ApiPage<Bulk>>(path, undefined, { refetchInterval: (query) => (query.state.data?.items.some(isMoving) ? 1_000 : 15_000), enabled: can("enrollments.read") });
  const [isStarting, starting] = useDisclosure();
  const [isWorking, working] = useDisclosure();
  const open = (data?.items ?? []).filter((one) => one.state !== "done" && one.state !== "ended" && one.state !== "failed");
  const over = (data?.items ?? []).filter((one) => !open.includes(one)).slice(0, shownWhenOver);
  const may = can("enrollments.write") && scenario.live_version !== null;
  if (!may && open.length + over.length === 0) return null;
  return (
    <Stack gap="sm">
      {may && (
        <Group gap="xs">
          <Button variant="light" leftSection={<IconUserPlus size={16} aria-hidden />} onClick={starting.open}>
            {t("bulk.start_many")}
          </Button>
          <Button variant="default" leftSection={<IconUsersGroup size={16} aria-hidden />} onClick={working.open}>
            {t("bulk.work_many")}
          </Button>
        </Group>
      )}
      {isStarting && <AskBulk scenario={scenario} acts={scenario.flow && backfillable.includes(scenario.flow.trigger.kind) ? ["start", "backfill"] : ["start"]} close={starting.close} />}
      {isWorking && <AskBulk scenario={scenario} acts={["skip_wait", "move", "start_again", "take_out"]} close={working.close} />}
      {[...open, ...over].map((one) => (
        <OneBulk key={one.id} bulk={one} path={path} may={may} />
      ))}
    </Stack>
  );
}

const backfillable = ["inactive", "condition", "entered", "crosses", "band"];

function OneBulk({ bulk, path, may }: { bulk: Bulk; path: string; may: boolean }) {
  const { t, i18n } = useTranslation();
  const refresh = useRefresh();
  const number = (value: number) => new Intl.NumberFormat(i18n.language).format(value);
  const act = async (what: "pause" | "resume") => {
    await api.post(`/bulk/${bulk.id}/${what}`);
    refresh(path);
  };
  const isOver = ["done", "ended", "failed"].includes(bulk.state);
  return (
    <Paper p="sm" withBorder aria-label={t(`bulk.act.${bulk.act}`)} component="section">
      <Group justify="space-between" align="flex-start" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text fw={600}>
            {t(`bulk.act.${bulk.act}`)} · {t(`bulk.state.${bulk.state}`)}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            {bulk.confirmed_by ?? bulk.asked_by} · <When at={bulk.ended_at ?? bulk.began_at ?? bulk.created_at} relative />
            {bulk.because && ` · ${bulk.because}`}
            {bulk.pace && ` · ${bulk.pace}`}
          </Text>
        </div>
        {may && !isOver && (
          <Group gap="xs">
            {bulk.state === "running" && (
              <Button size="compact-sm" variant="default" onClick={() => void act("pause")}>
                {t("bulk.pause")}
              </Button>
            )}
            {bulk.state === "paused" && (
              <Button size="compact-sm" variant="default" onClick={() => void act("resume")}>
                {t("bulk.resume")}
              </Button>
            )}
            <ConfirmButton
              size="compact-sm"
              variant="subtle"
              color="red"
              question={t("bulk.end_question")}
              consequence={t("bulk.end_text", { told: number(bulk.told) })}
              act={t("bulk.end")}
              onConfirm={async () => {
                await api.delete(`/bulk/${bulk.id}`);
                refresh(path);
              }}
            >
              {t("bulk.end")}
            </ConfirmButton>
          </Group>
        )}
      </Group>
      {bulk.problem && (
        <Text size="sm" c="red" role="alert">
          {bulk.problem}
        </Text>
      )}
      {bulk.state === "counting" && <Progress mt="xs" value={bulk.subjects === 0 ? 0 : (100 * bulk.looked) / bulk.subjects} aria-label={t("bulk.looked", { looked: number(bulk.looked), subjects: number(bulk.subjects) })} />}
      {bulk.state === "counted" && (
        <Stack gap="xs" mt="xs">
          <BulkCount bulk={bulk} />
          {may && (
            <ConfirmButton
              w="fit-content"
              color="cyan"
              question={t(`bulk.confirm_question.${starts.includes(bulk.act) ? "start" : "work"}`, { chosen: number(bulk.chosen) })}
              consequence={t(`bulk.text.${bulk.act}`)}
              act={t("bulk.confirm")}
              disabled={bulk.chosen === 0}
              onConfirm={async () => {
                await api.post(`/bulk/${bulk.id}/confirm`, {});
                refresh(path);
              }}
            >
              {t("bulk.confirm")}
            </ConfirmButton>
          )}
        </Stack>
      )}
      {(bulk.began_at !== null || isOver) && bulk.chosen > 0 && (
        <Stack gap={4} mt="xs" role="status" aria-live="polite">
          {!isOver && <Progress value={(100 * bulk.told) / bulk.chosen} aria-label={t("bulk.told", { told: number(bulk.told), chosen: number(bulk.chosen) })} />}
          <Text size="sm">{t("bulk.told", { told: number(bulk.told), chosen: number(bulk.chosen) })}</Text>
          <Reasons reasons={bulk.came} />
        </Stack>
      )}
    </Paper>
  );
}
