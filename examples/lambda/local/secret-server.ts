import { once } from "node:events";
import { createServer } from "node:http";
import { newKeys } from "../new-keys.ts";

/** AWS Secrets Manager on loopback, for functions that start here: answers every request with new keys. */
export async function startSecretServer() {
  const SecretString = JSON.stringify(newKeys("artguard.example/audit"));
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify({ ARN: "arn:aws:secretsmanager:ca-central-1:1:secret:keys", SecretString }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no port");
  return {
    /** What a function needs of the environment to ask it. */
    environment: { AWS_ENDPOINT_URL_SECRETS_MANAGER: `http://127.0.0.1:${address.port}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
