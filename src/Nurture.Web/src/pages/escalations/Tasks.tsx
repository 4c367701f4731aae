import { Anchor, Checkbox, Group, Menu, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { sayFailed } from "@/components/notify";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { formatInstant } from "@/components/times";
import type { CsmTask } from "./types";

/** Ticks a task off, or takes that back. */
export function TaskBox({ task, onChange }: { task: CsmTask; onChange: () => void }) {
  const { t, i18n } = useTranslation("escalations");
  const can = useCan();
  const [isChoosing, setChoosing] = useState(false);
  // False takes it back; a word is the outcome.
  const mark = useMutation<CsmTask, ApiError, boolean | string>({
    mutationFn: (done) => (done ? api.post<CsmTask>(`/tasks/${task.id}/done`, typeof done === "string" ? { outcome: done } : {}) : api.delete<CsmTask>(`/tasks/${task.id}/done`)),
    onSuccess: onChange,
    onError: sayFailed,
  });
  // What was ticked stands at once; the list says the same a moment later.
  const isDone = mark.isPending || mark.isSuccess ? !!mark.variables : task.done_at !== null;
  const about = task.done_at
    ? t("task_done", { at: formatInstant(task.done_at, i18n.language), by: task.done_by ?? "" })
    : task.due_at
      ? t("task_due", { at: formatInstant(task.due_at, i18n.language) })
      : undefined;
  const how = task.outcome && task.outcome !== "done" ? task.outcome : undefined;
  const box = (
    <Checkbox
      checked={isDone}
      disabled={!can("escalations.work") || mark.isPending}
      onChange={(event) => (event.currentTarget.checked && task.outcomes.length > 1 ? setChoosing(true) : mark.mutate(event.currentTarget.checked))}
      label={
        <Group gap="xs">
          <span>{task.title}</span>
          {task.is_required && !isDone && <StateBadge tone="caution">{t("required")}</StateBadge>}
        </Group>
      }
      description={how ? [about, t("task_outcome", { outcome: how })].filter(Boolean).join(" · ") : about}
    />
  );
  if (task.outcomes.length <= 1) return box;
  return (
    <Menu opened={isChoosing} onChange={setChoosing} position="bottom-start" withinPortal trapFocus>
      <Menu.Target>
        <div>{box}</div>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("choose_outcome")}</Menu.Label>
        {task.outcomes.map((outcome) => (
          <Menu.Item key={outcome} onClick={() => mark.mutate(outcome)}>
            {outcome}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Tasks() {
  const { t } = useTranslation("escalations");
  const queries = useQueryClient();
  const list = usePage<CsmTask>("/tasks");
  return (
    <DataList
      list={list}
      rowKey={(task) => task.id}
      label={t("tasks")}
      columns={[
        { key: "task", label: t("tasks"), render: (task) => <TaskBox task={task} onChange={() => void queries.invalidateQueries({ queryKey: ["/tasks"] })} /> },
        {
          key: "about",
          label: t("task_about"),
          render: (task) => (
            <Stack gap={2} align="flex-start">
              <Anchor component={Link} to={`/accounts/${task.account_id}`}>
                {task.account_name ?? `#${task.account_id}`}
              </Anchor>
              {task.escalation_id && (
                <Anchor component={Link} size="sm" to={`/escalations/${task.escalation_id}`}>
                  {t("case")}
                </Anchor>
              )}
              {task.contact_id && (
                <Anchor component={Link} size="sm" to={`/contacts/${task.contact_id}`}>
                  {task.contact_name ?? `#${task.contact_id}`}
                </Anchor>
              )}
            </Stack>
          ),
        },
        { key: "assignee", label: t("assignee"), render: (task) => task.assignee ?? (task.queue ? t("in_queue", { queue: task.queue }) : null) ?? <Text c="dimmed">–</Text> },
        { key: "due", label: t("due"), render: (task) => <When at={task.due_at} relative /> },
      ]}
      empty={<Empty title={t("no_open_tasks")}>{t("no_open_tasks_text")}</Empty>}
    />
  );
}
