import { Alert, Button, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { Loading } from "@/components/Loading";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/Problem";
import { Entrance } from "./Entrance";

interface Link {
  purpose: "set_up" | "invitation" | "reset";
  email: string | null;
  name: string | null;
}

/** Behind a link that works once. Its key stands behind the #, which no browser sends along. */
export default function Welcome() {
  const { t } = useTranslation("entrance");
  const [key] = useState(() => window.location.hash.slice(1));
  const link = useQuery<Link, ApiError>({
    queryKey: ["link", key],
    queryFn: () => api.post<Link>("/session/link", { key }),
    enabled: key !== "",
    staleTime: Infinity,
  });

  if (key === "") return <Entrance title={t("over")} text={t("no_key")} />;
  if (link.error?.kind === "link-over") return <Entrance title={t("over")} text={t("over_text")} />;
  if (link.error)
    return (
      <Entrance title={t("set_up")}>
        <Problem error={link.error} retry={() => void link.refetch()} />
      </Entrance>
    );
  if (!link.data)
    return (
      <Entrance title={t("set_up")}>
        <Loading rows={3} />
      </Entrance>
    );
  return <Form linkKey={key} link={link.data} />;
}

function Form({ linkKey, link }: { linkKey: string; link: Link }) {
  const { t, i18n } = useTranslation("entrance");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [email, setEmail] = useState("");
  const [name, setName] = useState(link.name ?? "");
  const [password, setPassword] = useState("");
  const begin = useMutation<void, ApiError>({
    mutationFn: () => api.post("/session/welcome", { key: linkKey, email: link.email === null ? email : null, name, password, locale: i18n.language }),
    onSuccess: async () => {
      queries.clear();
      await navigate({ to: "/", replace: true });
    },
  });
  const isWeak = begin.error?.kind === "weak-password";
  const isOver = begin.error?.kind === "link-over";

  return (
    <Entrance title={t(link.purpose, { name: link.name ?? "" })} text={t(`${link.purpose}_text`, { email: link.email ?? "" })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          begin.mutate();
        }}
      >
        <Stack>
          {link.email === null && (
            <TextInput label={t("email")} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          )}
          {link.email !== null && <input type="hidden" autoComplete="username" value={link.email} readOnly />}
          {link.purpose !== "reset" && (
            <TextInput label={t("name")} description={t("name_hint")} autoComplete="name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          )}
          <PasswordField
            label={t("new_password")}
            description={t("password_hint")}
            autoComplete="new-password"
            required
            minLength={12}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={isWeak ? t("weak") : null}
          />
          {isOver && (
            <Alert color="red" role="alert" title={t("over")}>
              {t("over_text")}
            </Alert>
          )}
          {begin.error && !isWeak && !isOver && <Problem error={begin.error} />}
          <Button type="submit" loading={begin.isPending}>
            {t("begin")}
          </Button>
        </Stack>
      </form>
    </Entrance>
  );
}
