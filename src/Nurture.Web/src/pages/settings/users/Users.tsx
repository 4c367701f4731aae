import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDots, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ApiError } from "@/api/client";
import { usePage } from "@/api/hooks";
import { useCan, useMe } from "@/api/me";
import { DataList } from "@/components/DataList";
import { PageHeader } from "@/components/PageHeader";
import { Problem } from "@/components/Problem";
import { StateBadge } from "@/components/StateBadge";
import { When } from "@/components/When";
import { say } from "@/components/notify";
import { Once } from "../Once";

interface User {
  id: number;
  name: string;
  email: string;
  role: string;
  locale: string | null;
  is_locked: boolean;
  is_invited: boolean;
  has_totp: boolean;
  last_seen_at: string | null;
}

interface WithLink {
  user: User;
  link: string;
  is_mailed: boolean;
}

type Act = "role" | "link" | "lock" | "unlock" | "remove";

const roles = ["admin", "marketer", "cs_manager", "csm", "viewer"] as const;

export default function Users() {
  const { t } = useTranslation("settings");
  const can = useCan();
  const me = useMe();
  const queries = useQueryClient();
  const list = usePage<User>("/users");
  const [isInviting, { open, close }] = useDisclosure();
  const [made, setMade] = useState<WithLink | null>(null);
  const [asked, setAsked] = useState<{ act: Act; user: User } | null>(null);
  const reread = () => queries.invalidateQueries({ queryKey: ["/users"] });

  return (
    <>
      <PageHeader
        title={t("users.title")}
        description={t("users.about")}
        back={{ to: "/settings", label: t("title") }}
        actions={
          can("users.write") && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
              {t("users.invite")}
            </Button>
          )
        }
      />
      <DataList
        list={list}
        label={t("users.title")}
        rowKey={(user) => user.id}
        columns={[
          {
            key: "name",
            label: t("name"),
            render: (user) => (
              <div>
                <Group gap="xs">
                  <Text fw={600}>{user.name}</Text>
                  {user.email === me.email && <StateBadge tone="busy">{t("users.you")}</StateBadge>}
                  {user.is_invited && <StateBadge tone="waiting">{t("users.invited")}</StateBadge>}
                  {user.is_locked && <StateBadge tone="bad">{t("users.locked")}</StateBadge>}
                </Group>
                <Text size="sm" c="dimmed">
                  {user.email}
                </Text>
              </div>
            ),
          },
          { key: "role", label: t("users.role"), render: (user) => t(`common.role.${user.role}`) },
          { key: "totp", label: t("users.factor"), render: (user) => (user.has_totp ? t("common.on") : t("common.off")) },
          { key: "seen", label: t("users.seen"), render: (user) => <When at={user.last_seen_at} relative empty={t("never")} /> },
          {
            key: "do",
            label: "",
            align: "right",
            render: (user) =>
              can("users.write") && (
                <Menu position="bottom-end" shadow="md">
                  <Menu.Target>
                    <ActionIcon variant="subtle" color="gray" aria-label={t("users.actions_of", { name: user.name })}>
                      <IconDots size={18} aria-hidden />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={() => setAsked({ act: "role", user })}>{t("users.change_role")}</Menu.Item>
                    <Menu.Item onClick={() => setAsked({ act: "link", user })}>{t(user.is_invited ? "users.new_link" : "users.reset")}</Menu.Item>
                    <Menu.Item onClick={() => setAsked({ act: user.is_locked ? "unlock" : "lock", user })}>{t(user.is_locked ? "users.unlock" : "users.lock")}</Menu.Item>
                    <Menu.Divider />
                    <Menu.Item color="red" onClick={() => setAsked({ act: "remove", user })}>
                      {t("common.remove")}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              ),
          },
        ]}
      />
      <Modal opened={isInviting} onClose={close} title={<Text fw={600}>{t("users.invite")}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        <Invite
          onMade={async (invited) => {
            close();
            setMade(invited);
            await reread();
          }}
        />
      </Modal>
      <Modal opened={asked !== null} onClose={() => setAsked(null)} title={<Text fw={600}>{asked?.user.name}</Text>} closeButtonProps={{ "aria-label": t("common.close") }}>
        {asked && (
          <Ask
            {...asked}
            onDone={async (answer) => {
              setAsked(null);
              if (answer) setMade(answer);
              else say(t("common.done"));
              await reread();
            }}
          />
        )}
      </Modal>
      <Once title={t("users.link_for", { name: made?.user.name ?? "" })} text={t("users.link_text")} secret={made?.link ?? null} onClose={() => setMade(null)}>
        {made?.is_mailed && <Text size="sm">{t("users.mailed", { email: made.user.email })}</Text>}
      </Once>
    </>
  );
}

/** The question before something is done to a user, and the doing. */
function Ask({ act, user, onDone }: { act: Act; user: User; onDone: (answer: WithLink | null) => Promise<void> }) {
  const { t } = useTranslation("settings");
  const [role, setRole] = useState(user.role);
  const todo = useMutation<WithLink | null, ApiError>({
    mutationFn: async () => {
      switch (act) {
        case "role":
          await api.patch(`/users/${user.id}`, { role });
          return null;
        case "link":
          return await api.post<WithLink>(`/users/${user.id}/reset`);
        case "remove":
          await api.delete(`/users/${user.id}`);
          return null;
        default:
          await api.post(`/users/${user.id}/${act}`);
          return null;
      }
    },
    onSuccess: onDone,
  });
  const isDanger = act === "remove" || act === "lock";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        todo.mutate();
      }}
    >
      <Stack>
        {act === "role" && <RoleSelect value={role} onChange={setRole} />}
        <Text size="sm">{t(`users.${act}_text`)}</Text>
        {todo.error && (todo.error.kind === "last-admin" ? <Text c="red">{t("users.last_admin")}</Text> : <Problem error={todo.error} />)}
        <Group justify="flex-end">
          <Button type="submit" color={isDanger ? "red" : undefined} loading={todo.isPending} disabled={act === "role" && role === user.role}>
            {t(act === "role" ? "common.save" : act === "link" ? "users.make_link" : act === "remove" ? "common.remove" : `users.${act}`)}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function RoleSelect({ value, onChange }: { value: string; onChange: (role: string) => void }) {
  const { t } = useTranslation("settings");
  return (
    <Select
      label={t("users.role")}
      description={t(`users.roles.${value}`)}
      inputWrapperOrder={["label", "input", "description", "error"]}
      data={roles.map((role) => ({ value: role, label: t(`common.role.${role}`) }))}
      value={value}
      allowDeselect={false}
      onChange={(role) => role && onChange(role)}
    />
  );
}

function Invite({ onMade }: { onMade: (invited: WithLink) => Promise<void> }) {
  const { t, i18n } = useTranslation("settings");
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState("csm");
  const invite = useMutation<WithLink, ApiError>({
    mutationFn: () => api.post<WithLink>("/users", { email, name: name || null, role, locale: i18n.language }),
    onSuccess: onMade,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate();
      }}
    >
      <Stack>
        <TextInput label={t("users.email")} type="email" required data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} error={invite.error?.kind === "address-taken" ? t("users.taken") : null} />
        <TextInput label={t("name")} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <RoleSelect value={role} onChange={setRole} />
        {invite.error && invite.error.kind !== "address-taken" && <Problem error={invite.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            {t("users.make_link")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
