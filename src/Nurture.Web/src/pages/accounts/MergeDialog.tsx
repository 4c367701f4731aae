import { Alert, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconGitMerge } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { say } from "@/components/notify";
import { Problem } from "@/components/Problem";
import { useRefresh } from "@/components/refresh";
import { nameOf, type Account, type MergePreview } from "./account";
import { AccountPicker, type PickedAccount } from "./AccountPicker";

/** Merges the account into another one, after showing what comes together: there is no way back. */
export function MergeButton({ account }: { account: Account }) {
  const { t } = useTranslation();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" leftSection={<IconGitMerge size={16} aria-hidden />} onClick={open}>
        {t("accounts.merge.open")}
      </Button>
      <Modal opened={isOpen} onClose={close} size="lg" title={<Text fw={600}>{t("accounts.merge.title", { name: nameOf(account) })}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Merge account={account} close={close} />
      </Modal>
    </>
  );
}

function Merge({ account, close }: { account: Account; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [into, setInto] = useState<PickedAccount | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const preview = useApi<MergePreview>(`/accounts/${account.id}/merge`, { into: into?.id }, { enabled: into !== null });

  const merge = async (target: PickedAccount) => {
    setBusy(true);
    setError(null);
    try {
      await api.post(`/accounts/${account.id}/merge`, { into: target.id });
      say(t("accounts.merge.done", { name: nameOf(target) }));
      refresh(`/accounts/${account.id}`);
      close();
      await navigate({ to: `/accounts/${target.id}` });
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Stack>
      <Text size="sm">{t("accounts.merge.text", { name: nameOf(account), id: account.external_id })}</Text>
      <AccountPicker
        label={t("accounts.merge.into")}
        nobody={t("accounts.merge.nobody")}
        value={into}
        onChange={(chosen) => {
          setInto(chosen);
          setError(null);
        }}
        except={account.id}
      />
      {into !== null && preview.error && <Problem error={preview.error} />}
      {into !== null && preview.data && <Preview preview={preview.data} />}
      {error !== null && <Problem error={error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t("common.cancel")}
        </Button>
        <Button color="red" loading={isBusy} disabled={into === null || !preview.data} onClick={() => into && void merge(into)}>
          {into === null ? t("accounts.merge.act") : t("accounts.merge.act_into", { name: nameOf(into) })}
        </Button>
      </Group>
    </Stack>
  );
}

/** What each of the two brings, and which cases become one. */
function Preview({ preview: { from, into } }: { preview: MergePreview }) {
  const { t } = useTranslation();
  const both = from.open_cases.filter((open) => open.becomes !== null);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t("accounts.merge.together")}
      </Text>
      <List size="sm">
        {[from, into].map((one) => (
          <List.Item key={one.account.id}>
            {t("accounts.merge.brings", {
              name: nameOf(one.account),
              people: t("accounts.merge.people", { count: one.people }),
              cases: t("accounts.merge.cases", { count: one.open_cases.length }),
              passages: t("accounts.merge.passages", { count: one.enrollments }),
            })}
          </List.Item>
        ))}
        {both.map((open) => (
          <List.Item key={open.id}>{t("accounts.merge.one_case", { title: open.title })}</List.Item>
        ))}
      </List>
      <Alert color="red" variant="light">
        {t("accounts.merge.no_way_back")}
      </Alert>
    </Stack>
  );
}
