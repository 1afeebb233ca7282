import { fileURLToPath } from "node:url";
import { canRunPython, startPythonServer } from "./python-server.ts";

const moto = {
  name: "moto",
  minor: 9,
  requirements: fileURLToPath(new URL("../moto-requirements.txt", import.meta.url)),
};

/** A moto server of its own on a free loopback port; everything in it is gone when it is disposed. */
export interface MotoServer extends AsyncDisposable {
  readonly endpoint: string;
  /** Configuration that any client of the AWS SDK takes; buckets are in the path. */
  readonly clientConfig: {
    endpoint: string;
    region: string;
    forcePathStyle: true;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
}

/**
 * Whether this machine can run moto: Python 3 with its venv module; the reason is printed when it cannot.
 *
 * @throws Error when `CI=true` and Python is missing: there the tests must run.
 */
export function canRunMoto(): boolean {
  return canRunPython(moto);
}

/** Starts moto, installing it first when this checkout has none. @throws Error with its output when it does not start. */
export async function startMoto(): Promise<MotoServer> {
  const server = await startPythonServer({
    ...moto,
    args: ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
    announcement: /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
  return {
    endpoint: server.endpoint,
    clientConfig: {
      endpoint: server.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
