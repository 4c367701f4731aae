import { ActionIcon, Avatar, Menu, Text, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useMe } from "@/api/me";
import { sayFailed } from "@/components/notify";
import { languages, setLanguage } from "@/words";

const names = { en: "English", ja: "日本語" } as const;
const schemes = [
  ["light", "light", IconSun],
  ["dark", "dark", IconMoon],
  ["auto", "system", IconDeviceDesktop],
] as const;

/** Who I am, in which language and light I read. */
export function UserMenu() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  const signOut = async () => {
    try {
      await api.delete("/session");
      queries.clear();
      await navigate({ to: "/sign-in" });
    } catch (error) {
      sayFailed(error);
    }
  };

  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={t("common.account_menu")}>
          <Avatar size={32} radius="xl" name={me.name} color="initials" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)">
            {me.name}
          </Text>
          {me.role && <Text size="xs">{t(`common.role.${me.role}`)}</Text>}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("common.language")}</Menu.Label>
        {languages.map((language) => (
          <Menu.Item key={language} lang={language} onClick={() => void setLanguage(language)} rightSection={i18n.language === language ? <IconCheck size={16} aria-hidden /> : null}>
            {names[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("common.appearance")}</Menu.Label>
        {schemes.map(([scheme, word, SchemeIcon]) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            leftSection={<SchemeIcon size={16} aria-hidden />}
            rightSection={colorScheme === scheme ? <IconCheck size={16} aria-hidden /> : null}
          >
            {t(`common.${word}`)}
          </Menu.Item>
        ))}
        {me.email !== null && (
          <>
            <Menu.Divider />
            <Menu.Item component={Link} to="/profile" leftSection={<IconUser size={16} aria-hidden />}>
              {t("common.my_profile")}
            </Menu.Item>
            <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
              {t("common.sign_out")}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
