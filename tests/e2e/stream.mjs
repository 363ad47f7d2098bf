// Node's fetch through a proxy, its body read as it comes: what was seen and when (ms) goes to standard output.
import { ProxyAgent, fetch } from "undici";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const call = JSON.parse(Buffer.concat(chunks).toString());

const agent = new ProxyAgent({ uri: call.proxy, requestTls: { ca: call.ca } });
const response = await fetch(call.url, { dispatcher: agent });
const times = [];
let body = "";
for await (const chunk of response.body) {
  times.push(performance.now());
  body += Buffer.from(chunk).toString();
}
console.log(JSON.stringify({ status: response.status, times, body }));
await agent.close();
