// One call of Node's fetch through a proxy: the call comes on standard input, what was seen goes to standard output.
import { ProxyAgent, fetch } from "undici";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const call = JSON.parse(Buffer.concat(chunks).toString());

const agent = new ProxyAgent({ uri: call.proxy, requestTls: { ca: call.ca } });
const response = await fetch(call.url, {
  method: call.method,
  headers: call.headers,
  body: call.body === null ? undefined : Buffer.from(call.body, "base64"),
  dispatcher: agent,
});
const body = Buffer.from(await response.arrayBuffer()).toString("base64");
console.log(JSON.stringify({ status: response.status, headers: [...response.headers], body }));
await agent.close();
