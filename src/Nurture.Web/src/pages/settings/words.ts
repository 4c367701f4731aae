import type { Words } from "@/words";

export default {
  en: {
    title: "Settings",
    name: "Name",
    made: "Made",
    since: "Since",
    never: "never",
    last_used: "Last used",
    revoke: "Revoke",
    revoked: "Revoked",
    once: "This is shown now and never again: Nurture keeps only its fingerprint.",
    kept: "I have copied it",
  },
  ja: {
    title: "設定",
    name: "名前",
    made: "作成",
    since: "登録日",
    never: "なし",
    last_used: "最終使用",
    revoke: "無効にする",
    revoked: "無効",
    once: "表示されるのは今だけです。Nurtureには照合用の値しか残りません。",
    kept: "コピーしました",
  },
} satisfies Words;
