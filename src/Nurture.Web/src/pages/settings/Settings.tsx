import { Card, Group, SimpleGrid, Text, ThemeIcon } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/me";
import { Empty } from "@/components/Empty";
import { PageHeader } from "@/components/PageHeader";
import { sections } from "./sections";
import classes from "./Settings.module.css";

export default function Settings() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const shown = sections.filter((section) => can(section.permission));
  return (
    <>
      <PageHeader title={t("title")} />
      {shown.length === 0 && <Empty title={t("common.forbidden")} />}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {shown.map(({ path, word, icon: SectionIcon }) => (
          <Card key={path} className={classes.card}>
            <Group wrap="nowrap" align="flex-start">
              <ThemeIcon variant="light" size={40} radius="md">
                <SectionIcon size={22} stroke={1.6} aria-hidden />
              </ThemeIcon>
              <div>
                <Link to={path} className={classes.link}>
                  {t(`${word}.title`)}
                </Link>
                <Text size="sm" c="dimmed">
                  {t(`${word}.about`)}
                </Text>
              </div>
            </Group>
          </Card>
        ))}
      </SimpleGrid>
    </>
  );
}
