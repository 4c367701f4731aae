import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { api, type ApiPage } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { say, sayFailed } from "@/components/notify";
import { useRefresh } from "@/components/refresh";
import type { Account } from "./account";

/** Who looks after the account: one of the CSMs, by address. */
export function Owner({ account }: { account: Account }) {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const mayChoose = can("accounts.write") && can("users.read");
  const users = useApi<ApiPage<{ id: string; name: string | null; email: string }>>("/users", { role: "csm", limit: 500 }, { enabled: mayChoose, retry: false });
  if (!mayChoose || !users.data) return <>{account.owner ?? t("accounts.no_owner")}</>;

  const known = users.data.items.map((user) => ({ value: user.email, label: user.name ? `${user.name} (${user.email})` : user.email }));
  const choices = account.owner && !known.some((user) => user.value === account.owner) ? [{ value: account.owner, label: account.owner }, ...known] : known;
  const assign = async (owner: string | null) => {
    try {
      await api.patch(`/accounts/${account.id}`, { attributes: { owner } });
      say(t("accounts.owner_set"));
      refresh(`/accounts/${account.id}`);
    } catch (error) {
      sayFailed(error);
    }
  };
  return (
    <Select
      size="xs"
      aria-label={t("accounts.owner")}
      placeholder={t("accounts.no_owner")}
      data={choices}
      value={account.owner}
      onChange={(owner) => void assign(owner)}
      searchable
      clearable
      nothingFoundMessage={t("accounts.no_csm")}
    />
  );
}
