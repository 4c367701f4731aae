import { Alert, Anchor, Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { useApi, usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { MailFrame } from "@/components/MailFrame";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { When } from "@/components/When";
import type { Approval } from "./types";

/** Mails that leave only when somebody approves them. */
export function Approvals() {
  const { t } = useTranslation("escalations");
  const list = usePage<Approval>("/approvals", undefined, { refetchInterval: 15_000 });
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <DataList
        list={list}
        rowKey={(approval) => approval.id}
        label={t("approvals")}
        columns={[
          {
            key: "mail",
            label: t("mail"),
            render: (approval) => (
              <Stack gap={2}>
                <Anchor component="button" type="button" fw={600} ta="left" onClick={() => setOpen(approval.id)}>
                  {approval.scenario_title ?? approval.scenario}
                </Anchor>
                <Text size="sm" c="dimmed">
                  {t("approval_to", { name: approval.contact_name ?? approval.email ?? `#${approval.contact_id}` })}
                </Text>
              </Stack>
            ),
          },
          {
            key: "account",
            label: t("account"),
            render: (approval) =>
              approval.account_id ? (
                <Anchor component={Link} to={`/accounts/${approval.account_id}`}>
                  {approval.account_name ?? `#${approval.account_id}`}
                </Anchor>
              ) : (
                <Text c="dimmed">–</Text>
              ),
          },
          { key: "assignee", label: t("assignee"), render: (approval) => approval.assignee ?? <Text c="dimmed">–</Text> },
          {
            key: "due",
            label: t("approval_until"),
            render: (approval) => (
              <Stack gap={2}>
                <When at={approval.due_at} relative />
                <Text size="xs" c="dimmed">
                  {t(approval.sends_unanswered ? "approval_then_send" : "approval_then_skip")}
                </Text>
              </Stack>
            ),
          },
        ]}
        empty={<Empty title={t("no_approvals")}>{t("no_approvals_text")}</Empty>}
      />
      {open && <ApprovalMail id={open} onClose={() => setOpen(null)} />}
    </>
  );
}

/** The mail, its text to edit, and the two answers. */
function ApprovalMail({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("escalations");
  const everywhere = useTranslation();
  const can = useCan();
  const queries = useQueryClient();
  const { data } = useApi<Approval>(`/approvals/${id}`);
  const [own, setOwn] = useState<{ subject: string; text: string } | null>(null);
  const mail = data?.mail;
  const answer = useMutation<unknown, ApiError, boolean>({
    mutationFn: (isApproved) => api.post(`/approvals/${id}/${isApproved ? "approve" : "decline"}`, isApproved ? changed() : {}),
    onSuccess: (_, isApproved) => {
      say(t(isApproved ? "approved" : "declined"));
      void queries.invalidateQueries({ queryKey: ["/approvals"] });
      onClose();
    },
  });
  // Only what was changed is said, so that the rest stays the template's.
  const changed = () => ({
    subject: own && own.subject !== mail?.subject ? own.subject : null,
    text: own && own.text !== mail?.text ? own.text : null,
  });
  return (
    <Modal opened onClose={onClose} size="xl" title={<Text fw={600}>{t("approve_title")}</Text>} closeButtonProps={{ "aria-label": everywhere.t("common.close") }}>
      <Stack>
        {data && mail && (
          <>
            <Text size="sm" c="dimmed">
              {t("approval_to", { name: [data.contact_name, data.email].filter(Boolean).join(" · ") })}
            </Text>
            {mail.problem && <Alert color="red">{mail.problem}</Alert>}
            {own ? (
              <>
                <TextInput label={t("subject")} value={own.subject} onChange={(event) => setOwn({ ...own, subject: event.currentTarget.value })} />
                <Textarea label={t("approval_text")} description={t("approval_text_hint")} autosize minRows={10} value={own.text} onChange={(event) => setOwn({ ...own, text: event.currentTarget.value })} />
              </>
            ) : (
              <>
                <Text fw={600}>{mail.subject}</Text>
                {mail.html && <MailFrame html={mail.html} title={mail.subject ?? ""} width="100%" />}
              </>
            )}
          </>
        )}
        {answer.error && <Problem error={answer.error} />}
        {can("escalations.work") && mail && (
          <Group justify="space-between" className="stays-in-sight">
            <Button variant="default" onClick={() => setOwn(own ? null : { subject: mail.subject ?? "", text: mail.text ?? "" })}>
              {t(own ? "approval_keep" : "approval_edit")}
            </Button>
            <Group>
              <Button variant="default" color="red" loading={answer.isPending && answer.variables === false} onClick={() => answer.mutate(false)}>
                {t("decline")}
              </Button>
              <Button loading={answer.isPending && answer.variables === true} onClick={() => answer.mutate(true)}>
                {t("approve")}
              </Button>
            </Group>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}
