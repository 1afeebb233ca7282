import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { canRunMoto, startMoto } from "@artguard/development-servers/moto";
import { cognitoIssuer, remoteKeys } from "@artguard/governance";
import { CognitoLogin } from "@artguard/governance/cognito";
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { RecordingAudit } from "../fixtures/governed-place.ts";
import { openWorld, refusalOf } from "../identity/world.ts";

const refused = (code: string) => expect.objectContaining({ code });
const said = ({ entries }: RecordingAudit) =>
  entries.map(({ type, outcome, details, context }) =>
    [type, outcome, context.principal.id, details?.["reason"]].join(" ").trim(),
  );
const region = "us-east-1";
const ada = { email: "ada@example.org", password: "Viva-la-liga-1" };

describe.skipIf(!canRunMoto())("CognitoLogin on moto", () => {
  let server: Awaited<ReturnType<typeof startMoto>>;
  let client: CognitoIdentityProviderClient;
  beforeAll(async () => {
    server = await startMoto();
    client = new CognitoIdentityProviderClient({ ...server.clientConfig, region });
  }, 600_000);
  afterAll(async () => {
    client.destroy();
    await server[Symbol.asyncDispose]();
  });

  /** A pool with ada in it; she becomes a user here with her first token. */
  async function opened() {
    const { UserPool } = await client.send(new CreateUserPoolCommand({ PoolName: "p", UsernameAttributes: ["email"] }));
    const userPoolId = UserPool!.Id!;
    const { UserPoolClient } = await client.send(
      new CreateUserPoolClientCommand({
        UserPoolId: userPoolId,
        ClientName: "artguard",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
      }),
    );
    const clientId = UserPoolClient!.ClientId!;
    const user = { UserPoolId: userPoolId, Username: ada.email };
    await client.send(
      new AdminCreateUserCommand({ ...user, MessageAction: "SUPPRESS", TemporaryPassword: "Temp-orary-1" }),
    );
    const keys = remoteKeys(`${server.endpoint}/${userPoolId}/.well-known/jwks.json`);
    const issuer = cognitoIssuer({ region, userPoolId, clientIds: [clientId], keys });
    const clock = { ms: Date.now(), now: Date.now };
    const world = await openWorld(
      {
        issuers: [issuer],
        provision: async ({ principal }) => {
          await world.users.create({ user_id: principal.id, email: ada.email });
        },
      },
      clock,
    );
    const { authenticator, revocations } = world.identity;
    const audit = new RecordingAudit();
    const login = new CognitoLogin({
      clientId,
      authenticator,
      revocations,
      users: world.users,
      audit,
      clientConfig: { ...server.clientConfig, region },
    });
    const setPassword = () =>
      client.send(new AdminSetUserPasswordCommand({ ...user, Password: ada.password, Permanent: true }));
    return { ...world, login, setPassword, clientId, issuer, audit };
  }

  it("answers a login, a refresh and a validation with the bodies of the spec", async () => {
    const { login, setPassword, issuer } = await opened();
    await setPassword();
    const answer = await login.login(ada);
    expect(Object.keys(answer).sort()).toEqual(["access_token", "expires_in", "refresh_token", "user"]);
    const { sub = "", iss } = decodeJwt(answer.access_token);
    expect(iss).toBe(issuer.issuer);
    expect(answer.user).toEqual({ id: sub, email: ada.email, organizations: [], permissions: [] });
    const refreshed = await login.refresh({ refresh_token: answer.refresh_token });
    expect(refreshed.user).toEqual(answer.user);
    expect(await login.validateSession(refreshed.access_token)).toMatchObject({ valid: true, user: answer.user });
  });

  it("refuses what the pool refuses, and an organisation that the user is no member of", async () => {
    const { login, setPassword } = await opened();
    await setPassword();
    const wrong = [
      { ...ada, password: "wrong" },
      { ...ada, email: "nobody@example.org" },
      { ...ada, organization_id: "itcr" },
    ];
    const answers = new Set<string>();
    for (const request of wrong) {
      const { code, message } = await refusalOf(login.login(request));
      answers.add(`${code}: ${message}`);
    }
    expect([...answers]).toEqual(["identity.invalid-credentials: the e-mail address or the password is wrong"]);
    await expect(login.refresh({ refresh_token: "made up" })).rejects.toThrow(
      refused("identity.invalid-refresh-token"),
    );
  });

  it("says that the pool asks for more than a password", async () => {
    const { login } = await opened();
    const error = await refusalOf(login.login({ ...ada, password: "Temp-orary-1" }));
    expect(error).toMatchObject({
      code: "identity.challenge-required",
      details: { challenge: "NEW_PASSWORD_REQUIRED" },
    });
  });

  it("ends all sessions with an access token, here at once", async () => {
    const { login, setPassword } = await opened();
    await setPassword();
    const { access_token } = await login.login(ada);
    await login.logout({ access_token });
    await expect(login.validateSession(access_token)).rejects.toThrow(refused("identity.revoked"));
  });

  it("writes down every call, also what it refuses, and of a user's only what is proven", async () => {
    const { login, setPassword, audit } = await opened();
    await setPassword();
    const { access_token, refresh_token, user } = await login.login(ada);
    await refusalOf(login.login({ ...ada, password: "wrong" }));
    await refusalOf(login.login({ ...ada, organization_id: "itcr" }));
    await login.refresh({ refresh_token });
    await login.validateSession(access_token);
    await login.logout({ access_token });
    await refusalOf(login.validateSession(access_token));
    expect(said(audit)).toEqual([
      `identity.login success ${user.id}`,
      "identity.login refused anonymous identity.invalid-credentials",
      "identity.login refused anonymous identity.invalid-credentials",
      `identity.refresh success ${user.id}`,
      `identity.validate-session success ${user.id}`,
      `identity.logout success ${user.id}`,
      "identity.validate-session refused anonymous identity.revoked",
    ]);
    expect(JSON.stringify(audit.entries)).not.toContain("example.org");
  });

  it("takes no ID token of the pool for an access token", async () => {
    const { login, setPassword, clientId } = await opened();
    await setPassword();
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: clientId,
        AuthParameters: { USERNAME: ada.email, PASSWORD: ada.password },
      }),
    );
    await expect(login.validateSession(AuthenticationResult!.IdToken!)).rejects.toThrow(
      refused("identity.invalid-token"),
    );
    await expect(login.validateSession(AuthenticationResult!.AccessToken!)).resolves.toMatchObject({ valid: true });
  });
});

describe("CognitoLogin", () => {
  /** A service in Cognito's place that answers with one error, or never. */
  async function answering(type: string | undefined) {
    const seen: unknown[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers["x-amz-target"]);
      if (type === undefined) return;
      const status = type === "" ? 200 : 400;
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(type === "" ? {} : { __type: type, message: "no" }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { identity, users } = await openWorld();
    const audit = new RecordingAudit();
    const login = new CognitoLogin({
      clientId: "client",
      authenticator: identity.authenticator,
      revocations: identity.revocations,
      users,
      audit,
      timeoutMs: 300,
      clientConfig: {
        region,
        endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        maxAttempts: 1,
      },
    });
    return { login, seen, audit };
  }

  it.each([
    ["LimitExceededException", "identity.too-many-attempts"],
    ["NotAuthorizedException", "identity.invalid-credentials"],
    ["PasswordResetRequiredException", "identity.challenge-required"],
    ["TooManyRequestsException", "identity.too-many-attempts"],
    ["UserNotConfirmedException", "identity.challenge-required"],
    ["UserNotFoundException", "identity.invalid-credentials"],
    ["InternalErrorException", "identity.provider-unavailable"],
    ["", "identity.challenge-required"],
  ])("makes of the answer %j %s", async (type, code) => {
    const { login } = await answering(type);
    await expect(login.login(ada)).rejects.toThrow(refused(code));
  });

  it("gives up after its time, and when the caller does", async () => {
    const { login, seen } = await answering(undefined);
    await expect(login.login(ada)).rejects.toThrow(refused("identity.provider-unavailable"));
    expect(seen).toHaveLength(1);
    const controller = new AbortController();
    const waiting = login.login(ada, { signal: controller.signal });
    controller.abort(new Error("given up"));
    await expect(waiting).rejects.toThrow("given up");
  });

  it("gives no answer that cannot be written down, and leaves a refusal a refusal", async () => {
    const { login, seen, audit } = await answering("");
    audit.breaks = () => true;
    await expect(login.logout({ refresh_token: "some token" })).rejects.toThrow("the audit log is full");
    expect(seen).toHaveLength(1);
    await expect(login.login(ada)).rejects.toThrow(refused("identity.challenge-required"));
    audit.breaks = () => false;
    await refusalOf(login.login(ada));
    expect(said(audit)).toEqual(["identity.login refused anonymous identity.challenge-required"]);
  });

  it("revokes a refresh token with the pool", async () => {
    const { login, seen } = await answering("");
    await login.logout({ refresh_token: "some token" });
    expect(seen).toEqual(["AWSCognitoIdentityProviderService.RevokeToken"]);
  });
});
