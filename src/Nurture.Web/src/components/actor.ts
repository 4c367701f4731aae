import type { TFunction } from "i18next";

/** Who did something, as people call them, from how it is kept: `user:ann@example.com`, `key:shop`, or a part of the program. */
export function actorName(actor: string, t: TFunction): string {
  if (actor.startsWith("user:")) return actor.slice("user:".length);
  if (actor.startsWith("key:")) return t("common.actor_key", { name: actor.slice("key:".length) });
  return actor;
}
