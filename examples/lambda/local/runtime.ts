// What the managed Node runtime of Lambda does: loads the module that _HANDLER names from the task's folder, asks the
// Runtime API for events, calls the handler, answers. Started by start-function.ts.
import { pathToFileURL } from "node:url";

const api = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`;
const [file, name = ""] = (process.env["_HANDLER"] ?? "").split(".");
const task = pathToFileURL(`${process.env["LAMBDA_TASK_ROOT"]}/${file}.mjs`).href;

type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

const post = (path: string, content: unknown) =>
  fetch(`${api}${path}`, { method: "POST", body: JSON.stringify(content ?? null) });

const described = (error: unknown) => ({
  errorType: error instanceof Error ? error.name : "Error",
  errorMessage: error instanceof Error ? error.message : String(error),
});

async function load(): Promise<Handler> {
  try {
    const module: Record<string, Handler> = await import(task);
    const found = module[name];
    if (!found) throw new Error(`the module exports no ${name}`);
    return found;
  } catch (error) {
    await post("/init/error", described(error));
    throw error;
  }
}

const handler = await load();
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = { getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    await post(`/invocation/${id}/response`, await handler(await next.json(), context));
  } catch (error) {
    await post(`/invocation/${id}/error`, described(error));
  }
}
