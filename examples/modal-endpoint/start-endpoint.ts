import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { canRunPython, installedPython, startPythonServer } from "@artguard/development-servers/python-server";

/** This folder. */
export const folder = fileURLToPath(new URL(".", import.meta.url));

const python = { name: "modal-endpoint", minor: 11, requirements: `${folder}requirements.txt` };

/** The endpoint on a free loopback port. */
export interface LocalEndpoint extends AsyncDisposable {
  readonly endpoint: string;
  readonly key: string;
  readonly secret: string;
}

/** Whether this machine can run the endpoint; the reason is printed when it cannot. @throws Error when `CI=true`. */
export function canRunEndpoint(): boolean {
  return canRunPython(python);
}

/** The Python of the endpoint, with its requirements. */
export function endpointPython(): string {
  return installedPython(python);
}

/** Starts `local.py`. @param model What makes the model, as `module:name`. */
export async function startEndpoint(model: string): Promise<LocalEndpoint> {
  const [key, secret] = ["wk-local", `ws-${randomBytes(12).toString("hex")}`];
  const server = await startPythonServer({
    ...python,
    args: ["-m", "uvicorn", "local:app", "--app-dir", folder, "--lifespan", "off", "--port", "0", "--no-access-log"],
    env: { ENDPOINT_MODEL: model, ENDPOINT_KEY: key, ENDPOINT_SECRET: secret, PYTHONDONTWRITEBYTECODE: "1" },
    announcement: /Uvicorn running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
  return { endpoint: server.endpoint, key, secret, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
