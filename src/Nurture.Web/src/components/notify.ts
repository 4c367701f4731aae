import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { ApiError } from "@/api/client";

/** A word at the edge of the screen that goes away by itself. */
export function say(message: string): void {
  notifications.show({ message, color: "teal" });
}

export function sayFailed(error: unknown): void {
  const title = error instanceof ApiError && error.status > 0 ? error.problem.title : i18next.t("common.failed");
  notifications.show({ title, message: error instanceof Error ? error.message : String(error), color: "red", autoClose: 10_000 });
}
