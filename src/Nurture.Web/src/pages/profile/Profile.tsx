import { Alert, Button, Card, Code, Group, Modal, Select, SimpleGrid, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { meKey, useMe } from "@/api/me";
import { PageHeader } from "@/components/PageHeader";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { Copyable } from "@/components/Copyable";
import { say } from "@/components/notify";
import { setLanguage, type Language } from "@/words";

export default function Profile() {
  const { t } = useTranslation("profile");
  const me = useMe();
  return (
    <>
      <PageHeader title={t("title")} />
      {me.email === null ? (
        <Alert>{t("key")}</Alert>
      ) : (
        <Stack maw={640}>
          <Person />
          <Password />
          <SecondFactor />
        </Stack>
      )}
    </>
  );
}

function Person() {
  const { t, i18n } = useTranslation("profile");
  const me = useMe();
  const queries = useQueryClient();
  const [name, setName] = useState(me.name);
  const [locale, setLocale] = useState<Language>(i18n.language === "ja" ? "ja" : "en");
  const [hasCaseMails, setHasCaseMails] = useState(me.has_case_mails);
  const save = useMutation<void, ApiError>({
    mutationFn: () => api.patch("/me", { name, locale, has_case_mails: hasCaseMails }),
    onSuccess: async () => {
      await setLanguage(locale);
      await queries.invalidateQueries({ queryKey: meKey });
      say(t("saved"));
    },
  });
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput label={t("name")} required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <Select
              label={t("language")}
              data={[
                { value: "en", label: "English" },
                { value: "ja", label: "日本語" },
              ]}
              value={locale}
              allowDeselect={false}
              onChange={(value) => setLocale(value === "ja" ? "ja" : "en")}
            />
            <TextInput label={t("email")} value={me.email ?? ""} readOnly variant="filled" />
            <TextInput label={t("role")} value={t(`common.role.${me.role}`)} readOnly variant="filled" />
          </SimpleGrid>
          <Switch label={t("case_mails")} description={t("case_mails_text")} checked={hasCaseMails} onChange={(event) => setHasCaseMails(event.currentTarget.checked)} />
          {save.error && <Problem error={save.error} />}
          <Group>
            <Button type="submit" loading={save.isPending}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Password() {
  const { t } = useTranslation("profile");
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const change = useMutation<void, ApiError>({
    mutationFn: () => api.post("/me/password", { current, new: fresh }),
    onSuccess: () => {
      setCurrent("");
      setFresh("");
      say(t("changed"));
    },
  });
  const kind = change.error?.kind;
  return (
    <Card>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack>
          <Title order={2}>{t("password")}</Title>
          <Text size="sm" c="dimmed">
            {t("password_text")}
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <PasswordField
              label={t("current")}
              autoComplete="current-password"
              required
              value={current}
              onChange={(event) => setCurrent(event.currentTarget.value)}
              error={kind === "wrong-password" ? t("wrong") : null}
            />
            <PasswordField
              label={t("new")}
              description={t("new_hint")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              autoComplete="new-password"
              required
              minLength={12}
              value={fresh}
              onChange={(event) => setFresh(event.currentTarget.value)}
              error={kind === "weak-password" ? t("weak") : null}
            />
          </SimpleGrid>
          {change.error && kind !== "wrong-password" && kind !== "weak-password" && <Problem error={change.error} />}
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              {t("change")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

interface Enrolment {
  key: string;
  uri: string;
}

function SecondFactor() {
  const { t } = useTranslation("profile");
  const me = useMe();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Card>
      <Stack>
        <Group justify="space-between">
          <Title order={2}>{t("factor")}</Title>
          <StateBadge tone={me.has_totp ? "good" : "quiet"}>{me.has_totp ? t("common.on") : t("common.off")}</StateBadge>
        </Group>
        <Text size="sm" c="dimmed">
          {t(me.has_totp ? "factor_on" : "factor_off")}
        </Text>
        <Group>
          <Button variant="default" onClick={open}>
            {t(me.has_totp ? "take_off" : "enrol")}
          </Button>
        </Group>
      </Stack>
      <Modal opened={isOpen} onClose={close} title={<Text fw={600}>{t("factor")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        {isOpen && <Steps done={close} />}
      </Modal>
    </Card>
  );
}

/** Password, key and code, recovery codes; or only the password, to switch it off. */
function Steps({ done }: { done: () => void }) {
  const { t } = useTranslation("profile");
  const queries = useQueryClient();
  const [wasOn] = useState(useMe().has_totp);
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: meKey });
  const begin = useMutation<Enrolment | undefined, ApiError, string>({
    mutationFn: (current) => api.post<Enrolment | undefined>(wasOn ? "/me/totp/remove" : "/me/totp", { current }),
    onSuccess: async (answer) => {
      if (answer) return setEnrolment(answer);
      await reread();
      return done();
    },
  });
  const confirm = useMutation<{ codes: string[] }, ApiError, string>({
    mutationFn: (value) => api.post<{ codes: string[] }>("/me/totp/confirm", { value }),
    onSuccess: async (answer) => {
      setCodes(answer.codes);
      await reread();
    },
  });

  if (codes)
    return (
      <Stack>
        <Title order={3}>{t("recovery")}</Title>
        <Text size="sm">{t("recovery_text")}</Text>
        <Copyable text={codes.join("\n")} isBlock />
        <Button onClick={done}>{t("kept")}</Button>
      </Stack>
    );
  if (enrolment)
    return (
      <Asked
        key="code"
        isCode
        label={t("confirm_code")}
        act={t("confirm")}
        isBusy={confirm.isPending}
        error={confirm.error}
        wrong={confirm.error?.kind === "wrong-code" ? t("wrong_code") : null}
        onDone={(code) => confirm.mutate(code)}
      >
        <Text size="sm">{t("scan")}</Text>
        <Group justify="center">
          <QRCodeSVG value={enrolment.uri} size={184} marginSize={2} title={t("qr")} />
        </Group>
        <Text size="sm">{t("or_key")}</Text>
        <Code block style={{ whiteSpace: "pre-wrap" }}>
          {enrolment.key.replace(/(.{4})(?!$)/g, "$1 ")}
        </Code>
      </Asked>
    );
  return (
    <Asked
      key="password"
      label={t("current")}
      act={t(wasOn ? "take_off" : "confirm")}
      isBusy={begin.isPending}
      error={begin.error}
      wrong={begin.error?.kind === "wrong-password" ? t("wrong") : null}
      onDone={(password) => begin.mutate(password)}
    >
      <Text size="sm">{t(wasOn ? "take_off_text" : "enrol_text")}</Text>
    </Asked>
  );
}

interface AskedProps {
  label: string;
  act: string;
  isCode?: boolean;
  isBusy: boolean;
  error: ApiError | null;
  /** The error in words of this field; else it is shown as it is. */
  wrong: string | null;
  onDone: (value: string) => void;
  children: React.ReactNode;
}

function Asked({ label, act, isCode = false, isBusy, error, wrong, onDone, children }: AskedProps) {
  const [value, setValue] = useState("");
  const field = { label, required: true, value, onChange: (event: { currentTarget: { value: string } }) => setValue(event.currentTarget.value), error: wrong, "data-autofocus": true };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onDone(value);
      }}
    >
      <Stack>
        {children}
        {isCode ? <TextInput {...field} inputMode="numeric" autoComplete="one-time-code" /> : <PasswordField {...field} autoComplete="current-password" />}
        {error && !wrong && <Problem error={error} />}
        <Button type="submit" loading={isBusy}>
          {act}
        </Button>
      </Stack>
    </form>
  );
}
