import { Alert, Card, Code, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconDatabaseImport, IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@/api/client";
import { useApi } from "@/api/hooks";
import { useCan } from "@/api/me";
import { ConfirmButton } from "@/components/Confirm";
import { Loading } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { formatInstant } from "@/components/times";

interface SendingState {
  stopped: { by: string; at: string; restored: { recognized_at: string; newest_event_at: string | null } | null } | null;
  waiting: number;
  sender: { name: string; address: string; reply_to: string | null; organization: string; postal_address: string; own_domains: string[] };
  way: { kind: "inbox" | "smtp" | "pickup"; host: string | null; port: number | null; security: string | null; has_credentials: boolean; rests_seconds: number };
  dkim: { domain: string; selector: string; record: string; is_aligned: boolean } | null;
  links: string;
  allow_listed: number | null;
  identities: { identity: string; name: string | null; address: string | null; stopped: { by: string; at: string } | null; waiting: number }[];
}

export default function Sending() {
  const { t } = useTranslation("settings");
  const state = useApi<SendingState>("/sending", undefined, { refetchInterval: 15_000 });
  return (
    <>
      <PageHeader title={t("sending.title")} description={t("sending.about")} back={{ to: "/settings", label: t("title") }} />
      {state.error && <Problem error={state.error} retry={() => void state.refetch()} />}
      {state.isPending && <Loading />}
      {state.data && (
        <Stack maw={880}>
          <Switch state={state.data} />
          <Identities identities={state.data.identities} />
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            <Sender state={state.data} />
            <Way state={state.data} />
          </SimpleGrid>
        </Stack>
      )}
    </>
  );
}

/** Stops and starts everything that leaves. */
function Switch({ state }: { state: SendingState }) {
  const { t, i18n } = useTranslation("settings");
  const can = useCan();
  const queries = useQueryClient();
  const press = (way: "stop" | "start") => () => api.post(`/sending/${way}`).then(() => queries.invalidateQueries());
  const waiting = t("sending.waiting", { count: state.waiting });

  if (state.stopped?.restored) {
    const { recognized_at, newest_event_at } = state.stopped.restored;
    const at = formatInstant(recognized_at, i18n.language);
    return (
      <Alert color="red" icon={<IconDatabaseImport aria-hidden />} title={t("sending.restored")}>
        <Stack align="flex-start" gap="sm">
          <Text size="sm">
            {t("sending.restored_text", { at })} {newest_event_at && t("sending.restored_newest", { at: formatInstant(newest_event_at, i18n.language) })} {waiting}
          </Text>
          {can("sending.control") && (
            <ConfirmButton
              color="teal"
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              question={t("sending.confirm_question")}
              consequence={t("sending.confirm_text", { at })}
              act={t("sending.confirm")}
              onConfirm={() => api.post("/sending/confirm", {}).then(() => queries.invalidateQueries())}
            >
              {t("sending.confirm")}
            </ConfirmButton>
          )}
        </Stack>
      </Alert>
    );
  }
  if (state.stopped)
    return (
      <Alert color="red" icon={<IconPlayerStop aria-hidden />} title={t("sending.stopped")}>
        <Stack align="flex-start" gap="sm">
          <Text size="sm">
            {t("sending.stopped_by", { by: state.stopped.by.replace(/^(user|key):/, ""), at: formatInstant(state.stopped.at, i18n.language) })} {waiting}
          </Text>
          {can("sending.control") && (
            <ConfirmButton
              color="teal"
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              question={t("sending.start_question")}
              consequence={`${t("sending.start_text")} ${waiting}`}
              act={t("sending.start")}
              onConfirm={press("start")}
            >
              {t("sending.start")}
            </ConfirmButton>
          )}
        </Stack>
      </Alert>
    );
  return (
    <Card>
      <Group justify="space-between">
        <div>
          <Group gap="xs">
            <Title order={2}>{t("sending.running")}</Title>
            <StateBadge tone="good">{t("common.on")}</StateBadge>
          </Group>
          <Text size="sm" c="dimmed">
            {waiting}
          </Text>
        </div>
        {can("sending.control") && (
          <ConfirmButton
            color="red"
            variant="light"
            leftSection={<IconPlayerStop size={16} aria-hidden />}
            question={t("sending.stop_question")}
            consequence={t("sending.stop_text")}
            act={t("sending.stop")}
            onConfirm={press("stop")}
          >
            {t("sending.stop")}
          </ConfirmButton>
        )}
      </Group>
    </Card>
  );
}

/** Stops and starts what leaves in one identity's name. */
function Identities({ identities }: { identities: SendingState["identities"] }) {
  const { t, i18n } = useTranslation("settings");
  const can = useCan();
  const queries = useQueryClient();
  const press = (identity: string, way: "stop" | "start") => () =>
    api.post(`/sending/identities/${encodeURIComponent(identity)}/${way}`).then(() => queries.invalidateQueries());
  return (
    <Card>
      <Title order={2}>{t("sending.identities")}</Title>
      <Text size="sm" c="dimmed" mb="md">
        {t("sending.identities_text")}
      </Text>
      <Stack component="ul" gap="sm" m={0} p={0} style={{ listStyle: "none" }}>
        {identities.map(({ identity, name, address, stopped, waiting }) => {
          const who = identity === "account.owner" ? t("sending.owners") : address ? `${name} <${address}>` : identity;
          const waits = t("sending.waiting", { count: waiting });
          return (
            <Group key={identity} component="li" justify="space-between" wrap="nowrap">
              <div>
                <Group gap="xs">
                  <Text>{who}</Text>
                  {stopped && <StateBadge tone="bad">{t("sending.identity_stopped")}</StateBadge>}
                </Group>
                <Text size="sm" c="dimmed">
                  {stopped && t("sending.stopped_by", { by: stopped.by.replace(/^(user|key):/, ""), at: formatInstant(stopped.at, i18n.language) })} {waits}
                </Text>
              </div>
              {can("sending.control") && (
                <ConfirmButton
                  size="xs"
                  variant="light"
                  color={stopped ? "teal" : "red"}
                  question={t(stopped ? "sending.identity_start_question" : "sending.identity_stop_question", { who })}
                  consequence={stopped ? `${t("sending.start_text")} ${waits}` : t("sending.identity_stop_text")}
                  act={t(stopped ? "sending.identity_start" : "sending.identity_stop")}
                  onConfirm={press(identity, stopped ? "start" : "stop")}
                >
                  {t(stopped ? "sending.identity_start" : "sending.identity_stop")}
                </ConfirmButton>
              )}
            </Group>
          );
        })}
      </Stack>
    </Card>
  );
}

function Sender({ state: { sender, links } }: { state: SendingState }) {
  const { t } = useTranslation("settings");
  return (
    <Facts title={t("sending.sender")} text={t("sending.sender_text")}>
      <Fact label={t("sending.from")}>{`${sender.name} <${sender.address}>`}</Fact>
      <Fact label={t("sending.reply_to")}>{sender.reply_to ?? t("sending.same")}</Fact>
      <Fact label={t("sending.organization")}>{sender.organization || t("common.none")}</Fact>
      <Fact label={t("sending.postal")}>{sender.postal_address || t("common.none")}</Fact>
      <Fact label={t("sending.own_domains")}>{sender.own_domains.join(", ") || t("common.none")}</Fact>
      <Fact label={t("sending.links")}>
        {links}
        {!links.startsWith("https:") && <Hint>{t("sending.links_plain")}</Hint>}
      </Fact>
    </Facts>
  );
}

function Way({ state: { way, dkim, allow_listed } }: { state: SendingState }) {
  const { t } = useTranslation("settings");
  return (
    <Facts title={t("sending.way")} text={t("sending.way_text")}>
      <Fact label={t("sending.by")}>
        {t(`sending.ways.${way.kind}`)}
        {way.rests_seconds > 0 && <Hint>{t("sending.rests")}</Hint>}
      </Fact>
      {way.kind === "smtp" && (
        <>
          <Fact label={t("sending.host")}>{`${way.host}:${way.port}`}</Fact>
          <Fact label={t("sending.security")}>{t(`sending.securities.${way.security}`)}</Fact>
          <Fact label={t("sending.credentials")}>{t(way.has_credentials ? "common.yes" : "common.no")}</Fact>
        </>
      )}
      <Fact label="DKIM">
        {dkim ? t("sending.signed", { domain: dkim.domain }) : t("sending.unsigned")}
        {dkim && !dkim.is_aligned && <Hint>{t("sending.not_aligned")}</Hint>}
      </Fact>
      {dkim && (
        <Fact label={t("sending.record")}>
          <Code>{dkim.record}</Code>
        </Fact>
      )}
      <Fact label={t("sending.allow_list")}>{allow_listed === null ? t("sending.everybody") : t("sending.only", { count: allow_listed })}</Fact>
    </Facts>
  );
}

function Facts({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Card>
      <Title order={2}>{title}</Title>
      <Text size="sm" c="dimmed" mb="md">
        {text}
      </Text>
      <Stack component="dl" gap="sm" m={0}>
        {children}
      </Stack>
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0}>
        {children}
      </Text>
    </div>
  );
}

function Hint({ children }: { children: string }) {
  return (
    <Text size="sm" c="orange">
      {children}
    </Text>
  );
}
