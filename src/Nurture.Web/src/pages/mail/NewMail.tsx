import { Button, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { languageName, written, type Form } from "./template";

/**
 * Begins a mail; nothing is kept before it is published.
 * @param taken The names that there are, with their locales.
 */
export function NewMail({ taken }: { taken: string[] }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [isOpen, { open, close }] = useDisclosure();
  const [name, setName] = useState("");
  const [subject, setSubject] = useState("");
  const [locale, setLocale] = useState(i18n.language);
  const [form, setForm] = useState<Form>("blocks");
  const isName = /^[a-z0-9][a-z0-9_-]*$/.test(name);
  const isTaken = taken.includes(`${name}.${locale}`);
  return (
    <>
      <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
        {t("mail.new")}
      </Button>
      <Modal opened={isOpen} onClose={close} title={t("mail.new")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (isName && !isTaken && subject) void navigate({ to: `/mail/templates/${name}.${locale}`, search: { new: form, subject } as never });
          }}
        >
          <Stack>
            <TextInput label={t("mail.name")} description={t("mail.name_about")} value={name} onChange={(event) => setName(event.currentTarget.value)} error={name && !isName ? t("mail.name_wrong") : isTaken ? t("mail.name_taken", { language: languageName(locale, i18n.language) }) : undefined} required data-autofocus />
            <TextInput label={t("mail.subject")} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} required />
            <Select label={t("mail.language")} data={written.map((one) => ({ value: one, label: languageName(one, one) }))} value={locale} onChange={(value) => value && setLocale(value)} allowDeselect={false} />
            <Select
              label={t("mail.written_as")}
              data={(["blocks", "markdown", "html"] as const).map((value) => ({ value, label: t(`mail.written.${value}`) }))}
              value={form}
              onChange={(value) => value && setForm(value as Form)}
              allowDeselect={false}
            />
            <Button type="submit" disabled={!isName || isTaken || !subject}>
              {t("mail.begin")}
            </Button>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
