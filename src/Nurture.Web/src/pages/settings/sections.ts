import { IconActivityHeartbeat, IconBan, IconHistory, IconKey, IconMailCog, IconPlugConnected, IconUsers, IconWebhook, type Icon } from "@tabler/icons-react";

/** What there is to set, and who may look at it. */
export const sections: { path: string; word: string; icon: Icon; permission: string }[] = [
  { path: "/settings/sending", word: "sending", icon: IconMailCog, permission: "status.read" },
  { path: "/settings/operation", word: "operation", icon: IconActivityHeartbeat, permission: "status.read" },
  { path: "/settings/sources", word: "sources", icon: IconPlugConnected, permission: "sources.read" },
  { path: "/settings/webhooks", word: "webhooks", icon: IconWebhook, permission: "webhooks.read" },
  { path: "/settings/suppressions", word: "suppressions", icon: IconBan, permission: "suppressions.read" },
  { path: "/settings/users", word: "users", icon: IconUsers, permission: "users.read" },
  { path: "/settings/keys", word: "keys", icon: IconKey, permission: "keys.read" },
  { path: "/settings/audit", word: "audit", icon: IconHistory, permission: "audit.read" },
];
