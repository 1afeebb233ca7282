// What the managed Node runtime of Lambda does: loads index.mjs of the task's folder, asks the Runtime API for events,
// calls the handler, answers. Started by start-function.ts.
import { pathToFileURL } from "node:url";

const api = `http://${process.env["AWS_LAMBDA_RUNTIME_API"]}/2018-06-01/runtime`;
const task = pathToFileURL(`${process.env["LAMBDA_TASK_ROOT"]}/index.mjs`).href;

type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;

const post = (path: string, content: unknown) =>
  fetch(`${api}${path}`, { method: "POST", body: JSON.stringify(content ?? null) });

const described = (error: unknown) => ({
  errorType: error instanceof Error ? error.name : "Error",
  errorMessage: error instanceof Error ? error.message : String(error),
});

async function load(): Promise<Handler> {
  try {
    const module: { handler: Handler } = await import(task);
    return module.handler;
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
