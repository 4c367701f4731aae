import { useTranslation } from "react-i18next";
import { useApi } from "@/api/hooks";
import type { Vocabulary } from "../scenarios/types";
import { segmentIn } from "@/components/conditions/conditions";

/** Who receives it: a segment by what people call it, else the condition as it is written. */
export function Audience({ condition }: { condition: string }) {
  const { t } = useTranslation();
  const { data: vocabulary } = useApi<Vocabulary>("/vocabulary");
  if (condition.trim() === "") return <>{t("broadcasts.everybody")}</>;
  const segment = vocabulary?.segments.find((one) => one.name === segmentIn(condition));
  return segment ? <>{t("broadcasts.the_segment", { title: segment.title })}</> : <code>{condition}</code>;
}
