import { Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { lengthWords } from "../flow/sentences";

interface Props {
  /** The template's subjects. */
  arms: string[];
  /** `20%`; empty tests nothing. */
  share: string;
  /** `4h`. */
  after: string;
  onChange: (share: string, after: string) => void;
  errors?: { share?: string; after?: string };
}

const shares = ["10%", "20%", "30%", "50%"];
const lengths = ["1h", "2h", "4h", "8h", "24h"];

/** Whether a mail's subjects are tested, with how many and for how long; nothing where it has one. */
export function SubjectTestFields({ arms, share, after, onChange, errors }: Props) {
  const { t, i18n } = useTranslation();
  if (arms.length < 2 && share === "") return null;
  const percent = (written: string) => new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 2 }).format(Number.parseFloat(written) / 100);
  return (
    <Group grow preventGrowOverflow={false} align="flex-start">
      <Select
        label={t("subjects.test")}
        description={t("subjects.test_hint", { count: arms.length })}
        data={[{ value: "", label: t("subjects.off") }, ...own(shares, share).map((one) => ({ value: one, label: t("subjects.with", { share: percent(one) }) }))]}
        value={share}
        onChange={(chosen) => onChange(chosen ?? "", after || "4h")}
        allowDeselect={false}
        error={errors?.share}
      />
      {share !== "" && (
        <Select
          label={t("subjects.after")}
          description={t("subjects.after_hint")}
          data={own(lengths, after).map((one) => ({ value: one, label: lengthWords(one, i18n.language, t) }))}
          value={after || "4h"}
          onChange={(chosen) => onChange(share, chosen ?? "4h")}
          allowDeselect={false}
          error={errors?.after}
        />
      )}
    </Group>
  );
}

function own(known: string[], written: string): string[] {
  return written === "" || known.includes(written) ? known : [...known, written];
}
