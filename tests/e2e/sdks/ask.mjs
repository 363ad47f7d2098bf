// Asks a model through the vendor's Node SDK: `ask.mjs VENDOR plain|stream PROMPT`; prints one line of JSON.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

setGlobalDispatcher(new EnvHttpProxyAgent());

async function withOpenai(streams, messages) {
  const asked = { model: "gpt-test", messages };
  const client = new OpenAI();
  if (!streams) return (await client.chat.completions.create(asked)).choices[0].message.content;
  let text = "";
  for await (const event of await client.chat.completions.create({ ...asked, stream: true })) {
    text += event.choices[0].delta.content ?? "";
  }
  return text;
}

async function withAnthropic(streams, messages) {
  const asked = { model: "claude-test", max_tokens: 100, messages };
  const client = new Anthropic();
  if (!streams) return (await client.messages.create(asked)).content[0].text;
  return client.messages.stream(asked).finalText();
}

const [vendor, how, prompt] = process.argv.slice(2);
const ask = { openai: withOpenai, anthropic: withAnthropic }[vendor];
let said;
try {
  said = { text: await ask(how === "stream", [{ role: "user", content: prompt }]) };
} catch (error) {
  said = { refused: error.status, why: error.message, type: error.constructor.name };
}
console.log(JSON.stringify(said));
process.exit(0);
