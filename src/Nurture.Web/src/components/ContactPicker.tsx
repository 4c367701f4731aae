import { Combobox, InputBase, Loader, Text, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconUser } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import type { ApiPage } from "@/api/client";

export interface PickedContact {
  id: number;
  name: string | null;
  email: string | null;
  locale?: string | null;
}

interface Props {
  value: PickedContact | null;
  onChange: (contact: PickedContact | null) => void;
  label: string;
  /** Shown, and offered, while nobody is chosen. */
  nobody: string;
}

/** Chooses one contact by searching the server. */
export function ContactPicker({ value, onChange, label, nobody }: Props) {
  const { t } = useTranslation();
  const combobox = useCombobox({ onDropdownClose: () => setTyped(null) });
  const [typed, setTyped] = useState<string | null>(null);
  const [asked] = useDebouncedValue(typed ?? "", 200);
  // What was found before stays while more is typed, or who is clicked meanwhile would be nobody.
  const found = useApi<ApiPage<PickedContact>>("/contacts", { query: asked, limit: 12 }, { enabled: combobox.dropdownOpened, placeholderData: keepPreviousData });
  const shown = typed ?? (value ? (value.name ?? value.email ?? `#${value.id}`) : nobody);

  const choose = (key: string) => {
    onChange(key === "" ? null : (found.data?.items.find((contact) => String(contact.id) === key) ?? null));
    combobox.closeDropdown();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <InputBase
          label={label}
          value={shown}
          leftSection={<IconUser size={16} aria-hidden />}
          rightSection={found.isFetching && combobox.dropdownOpened ? <Loader size={14} /> : <Combobox.Chevron />}
          rightSectionPointerEvents="none"
          onFocus={(event) => {
            event.currentTarget.select();
            combobox.openDropdown();
          }}
          onClick={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }}>
          <Combobox.Option value="">
            <Text size="sm" c="dimmed">
              {nobody}
            </Text>
          </Combobox.Option>
          {found.data?.items.map((contact) => (
            <Combobox.Option key={contact.id} value={String(contact.id)}>
              <Text size="sm">{contact.name ?? contact.email ?? `#${contact.id}`}</Text>
              {contact.name && contact.email && (
                <Text size="xs" c="dimmed">
                  {contact.email}
                </Text>
              )}
            </Combobox.Option>
          ))}
          {found.data?.items.length === 0 && <Combobox.Empty>{t("common.nothing_found")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
