/** How a product sends events here, with what it is likely written in. */
export function snippets(server: string, writeKey: string): Record<"browser" | "node" | "curl", string> {
  const host = server.replace(/^https?:\/\//, "");
  const protocol = server.startsWith("https:") ? "https" : "http";
  return {
    browser: `// npm install @segment/analytics-next
import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${writeKey}", cdnURL: "${server}" },
  { integrations: { "Segment.io": { apiHost: "${host}/v1", protocol: "${protocol}" } } },
);
analytics.page();
analytics.identify("user-1", { email: "ann@example.com", name: "Ann Example" });
analytics.group("company-1", { name: "Example Inc." });
analytics.track("signed_up", { plan: "trial" });`,
    node: `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${writeKey}", host: "${server}" });
analytics.identify({ userId: "user-1", traits: { email: "ann@example.com", name: "Ann Example" } });
analytics.group({ userId: "user-1", groupId: "company-1", traits: { name: "Example Inc." } });
analytics.track({ userId: "user-1", event: "signed_up", properties: { plan: "trial" } });
await analytics.closeAndFlush();`,
    curl: `curl -u ${writeKey}: ${server}/v1/batch -H 'Content-Type: application/json' -d '{"batch": [
  {"type": "identify", "userId": "user-1", "traits": {"email": "ann@example.com", "name": "Ann Example"}},
  {"type": "group", "userId": "user-1", "groupId": "company-1", "traits": {"name": "Example Inc."}},
  {"type": "track", "userId": "user-1", "event": "signed_up", "properties": {"plan": "trial"}}]}'`,
  };
}
