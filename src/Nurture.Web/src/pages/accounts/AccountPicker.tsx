import { Combobox, InputBase, Loader, Text, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconBuilding } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import type { ApiPage } from "@/api/client";
import { nameOf } from "./account";

export interface PickedAccount {
  id: number;
  name: string | null;
  external_id: string;
}

interface Props {
  value: PickedAccount | null;
  onChange: (account: PickedAccount | null) => void;
  label: string;
  /** Shown while none is chosen. */
  nobody: string;
  /** Not offered. */
  except: number;
}

/** Chooses one account by searching the server. */
export function AccountPicker({ value, onChange, label, nobody, except }: Props) {
  const { t } = useTranslation();
  const combobox = useCombobox({ onDropdownClose: () => setTyped(null) });
  const [typed, setTyped] = useState<string | null>(null);
  const [asked] = useDebouncedValue(typed ?? "", 200);
  // What was found before stays while more is typed, or what is clicked meanwhile would be nothing.
  const found = useApi<ApiPage<PickedAccount>>("/accounts", { query: asked, limit: 13 }, { enabled: combobox.dropdownOpened, placeholderData: keepPreviousData });
  const offered = (found.data?.items ?? []).filter((account) => account.id !== except);

  const choose = (key: string) => {
    onChange(offered.find((account) => String(account.id) === key) ?? null);
    combobox.closeDropdown();
  };

  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.Target>
        <InputBase
          label={label}
          description={t("accounts.nothing_found")}
          value={typed ?? (value ? nameOf(value) : "")}
          placeholder={nobody}
          leftSection={<IconBuilding size={16} aria-hidden />}
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
          data-autofocus
        />
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }}>
          {offered.map((account) => (
            <Combobox.Option key={account.id} value={String(account.id)}>
              <Text size="sm">{nameOf(account)}</Text>
              {account.name && (
                <Text size="xs" c="dimmed">
                  {account.external_id}
                </Text>
              )}
            </Combobox.Option>
          ))}
          {found.data && offered.length === 0 && <Combobox.Empty>{t("common.nothing_found")}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
