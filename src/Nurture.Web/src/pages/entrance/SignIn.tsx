import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { PasswordField } from "@/components/PasswordField";
import { Problem } from "@/components/Problem";
import { useSearchParams } from "@/components/params";
import { Entrance } from "./Entrance";

/** Where to go on; only ever an address of this site. */
function whereTo(asked: unknown): string {
  return typeof asked === "string" && /^\/(?![/\\])/.test(asked) ? asked : "/";
}

export default function SignIn() {
  const { t } = useTranslation("entrance");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { to } = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const signIn = useMutation<void, ApiError>({
    mutationFn: () => api.post("/session", { email, password, code: code || null }),
    onSuccess: async () => {
      queries.clear();
      await navigate({ href: whereTo(to), replace: true });
    },
  });
  const kind = signIn.error?.kind;
  const asksCode = kind === "code-needed" || kind === "wrong-code";
  const wrong = kind === "wrong-credentials" ? t("wrong") : kind === "wrong-code" ? t("wrong_code") : kind === "too-many-attempts" ? t("too_many") : null;

  return (
    <Entrance title={t("sign_in")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack>
          <TextInput label={t("email")} type="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <PasswordField label={t("password")} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
          {asksCode && (
            <>
              {kind === "code-needed" && <Alert color="blue">{t("code_needed")}</Alert>}
              <TextInput
                label={t("code")}
                description={t("code_hint")}
                autoComplete="one-time-code"
                required
                data-autofocus
                ref={(input) => input?.focus()}
                value={code}
                onChange={(event) => setCode(event.currentTarget.value)}
              />
            </>
          )}
          {wrong && (
            <Alert color="red" role="alert">
              {wrong}
            </Alert>
          )}
          {signIn.error && !wrong && !asksCode && <Problem error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending}>
            {t("sign_in")}
          </Button>
          <Text size="sm" c="dimmed">
            {t("forgot")}
          </Text>
        </Stack>
      </form>
    </Entrance>
  );
}
