import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

/** `contact:17` or `account:4`, by its name and linked to its page. */
export function SubjectLink({ subject, name }: { subject: string; name: string | null }) {
  const { t } = useTranslation();
  const [kind, id] = subject.split(":");
  return (
    <Anchor component={Link} to={`/${kind === "account" ? "accounts" : "contacts"}/${id}`}>
      {name ?? t(`scenarios.nameless_${kind === "account" ? "account" : "contact"}`, { id })}
    </Anchor>
  );
}
