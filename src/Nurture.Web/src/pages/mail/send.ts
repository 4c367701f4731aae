// As the API shows them.

export interface Send {
  id: string;
  subject: string;
  contact_id: number;
  contact_name?: string;
  scenario: string;
  scenario_title?: string;
  version: number;
  step: string;
  template: string;
  locale: string;
  class: string;
  topic: string | null;
  address: string | null;
  state: string;
  standing: string;
  reason: string | null;
  sentence?: string;
  mail_subject?: string | null;
  planned_at: string;
  not_before: string;
  expires_at: string;
  attempts: number;
  handed_at: string | null;
  ended_at: string | null;
  reply: string | null;
  message_id: string | null;
  opened_at: string | null;
  clicked_at: string | null;
}

export interface SendStory {
  send: Send;
  recipient: { id: number; name: string | null; email: string | null } | null;
  story: { at: string; code: string; sentence: string | null; reply: string | null }[];
}

export interface SentMail {
  subject: string | null;
  preheader: string | null;
  html: string | null;
  text: string | null;
  problem: string | null;
}
