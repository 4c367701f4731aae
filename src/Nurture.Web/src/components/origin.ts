import type { TFunction } from "i18next";

/** What a mail came from where no scenario sent it (`nurture.…`): a human's from a case, or one to a colleague. */
export function otherOrigin(scenario: string, t: TFunction): string | null {
  return scenario.startsWith("nurture.") ? t(`common.origin.${scenario.slice("nurture.".length)}`) : null;
}
