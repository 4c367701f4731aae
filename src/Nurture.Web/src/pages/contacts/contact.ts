// As the API shows them.

import type { Hold } from "../accounts/account";

export interface Enrollment {
  id: string;
  subject: string;
  scenario: string;
  version: number;
  step: string;
  since: string;
  entered_at: string;
  title?: string;
  where?: string;
}

export interface Contact {
  id: number;
  subject: string;
  account_id: number | null;
  account_name?: string | null;
  is_blocked?: boolean;
  is_internal?: boolean;
  email: string | null;
  name: string | null;
  locale: string | null;
  zone: string | null;
  status: "active" | "left" | "erased";
  roles: string[];
  attributes: Record<string, unknown>;
  basis: string;
  refusals: Record<string, string | null>;
  created_at: string;
  last_active_at: string | null;
  erased_at: string | null;
  identities?: { namespace: string; kind: string; value: string; linked_at: string }[];
  evidence?: { id: number; kind: string; value: string; other_contact_id: number | null; how: string; message_id: string | null; at: string; undone_at: string | null }[];
  suppression?: { id: string; reason: string; source: string; at: string; note: string | null };
  holds?: Hold[];
  accounts?: { id: number; name: string | null; external_id: string }[];
  enrollments?: Enrollment[];
  account_enrollments?: Enrollment[];
}

/** What people call a contact. */
export function nameOf(contact: { id: number; name: string | null; email: string | null }): string {
  return contact.name ?? contact.email ?? `#${contact.id}`;
}
