import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { DataList, type Column } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { Once } from "./Once";

/** Something that others present to be let in: the server keeps its hash, says it once, and can revoke it. */
export interface Secret {
  id: number;
  name: string;
  created_at: string;
  revoked_at: string | null;
}

interface Props<T extends Secret> {
  /** Names the path, the words and the permission. */
  kind: "keys" | "sources";
  /** Between the name and when it was made. */
  columns: Column<T>[];
  /** What was made, in clear; null in a list. */
  secretOf: (made: T) => string | null;
  form: (onMade: (made: T) => void) => ReactNode;
  /** Shown with a new one. */
  howTo?: (secret: string) => ReactNode;
  /** Beside revoking. */
  act?: (one: T) => ReactNode;
}

/** The page of one kind of secret: its list, making one, and revoking one. */
export function Secrets<T extends Secret>({ kind, columns, secretOf, form, howTo, act }: Props<T>) {
  const { t } = useTranslation("settings");
  const mayWrite = useCan()(`${kind}.write`);
  const queries = useQueryClient();
  const list = usePage<T>(`/${kind}`);
  const [isOpen, { open, close }] = useDisclosure();
  const [made, setMade] = useState<T | null>(null);
  const secret = made && secretOf(made);
  const reread = () => queries.invalidateQueries({ queryKey: [`/${kind}`] });

  return (
    <>
      <PageHeader
        title={t(`${kind}.title`)}
        description={t(`${kind}.about`)}
        back={{ to: "/settings", label: t("title") }}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t(`${kind}.new`)}
            </Button>
          )
        }
      />
      <DataList
        list={list}
        label={t(`${kind}.title`)}
        rowKey={(one) => one.id}
        empty={<Empty title={t(`${kind}.none`)}>{t(`${kind}.none_text`)}</Empty>}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (one) => (
              <Group gap="xs">
                <Text fw={600} td={one.revoked_at ? "line-through" : undefined}>
                  {one.name}
                </Text>
                {one.revoked_at && <StateBadge tone="quiet">{t("revoked")}</StateBadge>}
              </Group>
            ),
          },
          ...columns,
          { key: "made", label: t("made"), render: (one) => <When at={one.created_at} relative /> },
          {
            key: "do",
            label: "",
            align: "right",
            render: (one) =>
              !one.revoked_at && (
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  {act?.(one)}
                  {mayWrite && (
                    <ConfirmButton
                      size="compact-sm"
                      variant="subtle"
                      color="red"
                      question={t(`${kind}.revoke_question`, { name: one.name })}
                      consequence={t(`${kind}.revoke_text`)}
                      act={t("revoke")}
                      onConfirm={() => api.delete(`/${kind}/${one.id}`).then(reread)}
                    >
                      {t("revoke")}
                    </ConfirmButton>
                  )}
                </Group>
              ),
          },
        ]}
      />
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t(`${kind}.new`)}</Text>} size="lg" closeButtonProps={{ "aria-label": t("common.close") }}>
        {form((one) => {
          close();
          setMade(one);
          void reread();
        })}
      </Modal>
      <Once title={t(`${kind}.made`, { name: made?.name ?? "" })} text={t(`${kind}.made_text`)} secret={secret} onClose={() => setMade(null)}>
        {secret && howTo?.(secret)}
      </Once>
    </>
  );
}

interface FormProps<T> {
  path: string;
  /** What is asked for, as it is posted. */
  asked: object;
  isComplete: boolean;
  onMade: (made: T) => void;
  children: ReactNode;
}

/** Asks for a new secret. */
export function SecretForm<T>({ path, asked, isComplete, onMade, children }: FormProps<T>) {
  const { t } = useTranslation("settings");
  const make = useMutation<T, ApiError>({ mutationFn: () => api.post<T>(path, asked), onSuccess: onMade });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <Stack>
        {children}
        {make.error && <Problem error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending} disabled={!isComplete}>
            {t("common.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
