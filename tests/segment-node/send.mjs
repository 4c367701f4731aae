// usage: node send.mjs http://host:port writeKey < calls.jsonl
// Makes each call ({"call": "track", "with": {…}}) through Segment's own SDK, as a product's server would, and ends
// with exit code 1 when the SDK reports that any of them was not delivered.
import { createInterface } from 'node:readline'
import { Analytics } from '@segment/analytics-node'

const [host, writeKey] = process.argv.slice(2)
const analytics = new Analytics({ host, writeKey })
const failures = []
analytics.on('error', error => failures.push(error.reason ?? error))

let calls = 0
for await (const line of createInterface({ input: process.stdin })) {
  const { call, with: message } = JSON.parse(line)
  analytics[call](message)
  calls++
}
await analytics.closeAndFlush()

for (const failure of failures) console.error(failure)
console.log(`${calls - failures.length} of ${calls} calls delivered`)
process.exit(failures.length === 0 ? 0 : 1)
