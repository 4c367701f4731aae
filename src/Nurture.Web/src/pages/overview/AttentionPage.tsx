import { Button, Code, Text } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan } from "@/api/me";
import { DataList } from "@/components/DataList";
import { Empty } from "@/components/Empty";
import { LinkTo } from "@/components/LinkTo";
import { say, sayFailed } from "@/components/notify";
import { PageHeader } from "@/components/PageHeader";
import { useRefresh } from "@/components/refresh";
import { When } from "@/components/When";

interface Stuck {
  id: string;
  at: string;
  step: string | null;
  error: string;
  missed: number;
}

/** Who stands still since something failed, and taking them up again. */
export default function AttentionPage() {
  const { t } = useTranslation();
  const can = useCan();
  const refresh = useRefresh();
  const list = usePage<Stuck>("/parked", { limit: 200 });
  const resume = async (id: string) => {
    try {
      await api.post(`/parked/${id}/resume`);
      say(t("overview.resumed"));
      refresh("/parked", "/overview");
    } catch (error) {
      sayFailed(error);
    }
  };
  return (
    <>
      <PageHeader title={t("overview.stuck_title")} back={{ to: "/overview", label: t("overview.title") }} description={t("overview.stuck_text")} />
      <DataList
        list={list}
        label={t("overview.stuck_title")}
        rowKey={(stuck) => stuck.id}
        empty={<Empty icon={IconCircleCheck} title={t("overview.nobody_stuck")} />}
        columns={[
          {
            key: "who",
            label: t("overview.who"),
            render: (stuck) => (
              <LinkTo to={`/${stuck.id.split(":")[0]}s/${stuck.id.split(":")[1]}`} fw={600}>
                {stuck.id.startsWith("account") ? t("overview.account", { id: stuck.id.split(":")[1] }) : t("overview.contact", { id: stuck.id.split(":")[1] })}
              </LinkTo>
            ),
          },
          { key: "step", label: t("overview.step"), render: (stuck) => (stuck.step ? <Code>{stuck.step}</Code> : "–") },
          { key: "error", label: t("overview.error"), render: (stuck) => <Text size="sm">{stuck.error}</Text> },
          { key: "missed", label: t("overview.missed"), render: (stuck) => stuck.missed, align: "right" },
          { key: "at", label: t("overview.at"), render: (stuck) => <When at={stuck.at} relative /> },
          {
            key: "act",
            label: "",
            render: (stuck) =>
              can("parked.resume") && (
                <Button size="compact-sm" variant="light" onClick={() => void resume(stuck.id)}>
                  {t("overview.resume")}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}
