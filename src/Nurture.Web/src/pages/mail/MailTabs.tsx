import { Tabs } from "@mantine/core";
import { IconInbox, IconSend, IconTemplate } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan, useMe } from "@/api/me";

/** Templates, sends and, in development, what was caught. */
export function MailTabs({ current }: { current: "templates" | "sends" | "inbox" }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const can = useCan();
  const { is_development } = useMe();
  const to = { templates: "/mail", sends: "/mail/sends", inbox: "/mail/inbox" } as const;
  return (
    <Tabs value={current} onChange={(tab) => void navigate({ to: to[(tab ?? "templates") as keyof typeof to] })} mb="lg">
      <Tabs.List>
        <Tabs.Tab value="templates" leftSection={<IconTemplate size={16} aria-hidden />}>
          {t("mail.templates")}
        </Tabs.Tab>
        {can("sends.read") && (
          <Tabs.Tab value="sends" leftSection={<IconSend size={16} aria-hidden />}>
            {t("mail.sends")}
          </Tabs.Tab>
        )}
        {is_development && (
          <Tabs.Tab value="inbox" leftSection={<IconInbox size={16} aria-hidden />}>
            {t("mail.inbox")}
          </Tabs.Tab>
        )}
      </Tabs.List>
    </Tabs>
  );
}
