import type { RawRequest } from "./raw-requests.ts";

/** An entrance of the server that takes a name: how a hostile one is put in. */
export type Entrance = (name: string) => RawRequest;

const encoded = encodeURIComponent;
/** Half a surrogate pair has no encoding. */
const wellFormed = (name: string) => encoded(name.toWellFormed());
const json = (method: string, path: string, value: object): RawRequest => ({
  method,
  path,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
const header = (name: string, path = "/v1/user"): Entrance => {
  return (value) => ({ path, headers: { [name]: value } });
};
const bytewise = (name: string) => Buffer.from(name).toString("latin1");

/** A form with a file of this name, in the parameters that clients write names in. */
export function uploadNamed(disposition: string, bytes: Uint8Array, more = ""): RawRequest {
  const head = `--b\r\nContent-Disposition: form-data; name="file"; ${disposition}\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(`${more}${head}`), bytes, Buffer.from("\r\n--b--\r\n")]);
  return {
    method: "POST",
    path: "/detect-forgery",
    headers: { "content-type": "multipart/form-data; boundary=b" },
    body,
  };
}

const noPicture = Buffer.from("no picture");
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const deletion = (path: string): RawRequest => ({ method: "DELETE", path });
const releases = "/v1/evidence/releases";
const aRecipient = { id: "insurer", sealing_key: "AAAA" };
const anEntity = { kind: "person", legal_name: "Ada", country: "ES" };
const aGrant = { grantee: { kind: "user", id: "ella" }, permission: "analysis.read" };

/** Every entrance of the server that takes a name, an id or a reference. */
export const entrances: Readonly<Record<string, Entrance>> = {
  path: (name) => ({ path: `/${wellFormed(name)}` }),
  "raw path": (name) => ({ path: `/${bytewise(name)}` }),
  "raw path below assets": (name) => ({ path: `/assets/${bytewise(name)}` }),
  "request target": (name) => ({ path: bytewise(name) }),
  request_id: (name) => ({ path: `/v1/analyses/${wellFormed(name)}` }),
  "raw request_id": (name) => ({ path: `/v1/analyses/${bytewise(name)}/events` }),
  "request_id of a heat map": (name) => ({ path: `/v1/analyses/${wellFormed(name)}/heat-map.png` }),
  "request_id to delete": (name) => ({ method: "DELETE", path: `/v1/analyses/${wellFormed(name)}` }),
  user_id: (name) => ({ path: `/v1/analyses?user_id=${wellFormed(name)}` }),
  "user_id to export": (name) => ({ path: `/v1/user/export?user_id=${wellFormed(name)}` }),
  "user_id to erase": (name) => ({ method: "DELETE", path: `/api/user/${wellFormed(name)}/data` }),
  cursor: (name) => ({ path: `/v1/analyses?cursor=${wellFormed(name)}` }),
  "prefix of a key": (name) => ({ method: "DELETE", path: `/v1/api-keys/${wellFormed(name)}` }),
  "name of a key": (name) => json("POST", "/v1/api-keys", { name }),
  "subject of usage": (name) => ({ path: `/v1/usage/user/${wellFormed(name)}` }),
  "resource of a grant": (id) => json("POST", "/v1/grants", { ...aGrant, resource: { kind: "analysis", id } }),
  "kind of a grant": (kind) => json("POST", "/v1/grants", { ...aGrant, resource: { kind, id: "a" } }),
  checkpoint: (checkpoint) => json("POST", "/v1/audit/verify", { checkpoint }),
  "name of a field of JSON": (name) => ({ ...json("PATCH", "/v1/user", {}), body: `{${JSON.stringify(name)}:"x"}` }),
  profile: (company) => json("PATCH", "/v1/user", { company }),
  "upload_id to give up": (name) => deletion(`/v1/uploads/${wellFormed(name)}`),
  "upload_id to fill": (name) => ({ method: "PUT", path: `/v1/uploads/${wellFormed(name)}/content`, body: noPicture }),
  "upload_id to complete": (name) => json("POST", `/v1/uploads/${wellFormed(name)}/complete`, {}),
  "filename of an upload": (filename) => json("POST", "/v1/uploads", { size_bytes: 10, filename }),
  "content_type of an upload": (content_type) => json("POST", "/v1/uploads", { size_bytes: 10, content_type }),
  "request_id of an evidence page": (name) => ({ path: `/v1/analyses/${wellFormed(name)}/evidence.html` }),
  "request_id to dispute": (name) => json("POST", `/v1/analyses/${wellFormed(name)}/dispute`, { reason: "wrong" }),
  "reason of a dispute": (reason) => json("POST", "/v1/analyses/none/dispute", { reason }),
  "request_id to review": (name) => json("POST", `/v1/analyses/${wellFormed(name)}/review`, { note: "right" }),
  "request_id in dispute": (name) => ({ path: `/v1/disputes/${wellFormed(name)}` }),
  approval_id: (name) => ({ path: `/v1/approvals/${wellFormed(name)}` }),
  "approval_id to withdraw": (name) => json("POST", `/v1/approvals/${wellFormed(name)}/withdraw`, {}),
  "approval_id to decide": (name) => json("POST", `/v1/approvals/${wellFormed(name)}/challenge`, {}),
  "cursor of approvals": (name) => ({ path: `/v1/approvals?cursor=${wellFormed(name)}` }),
  "request_id to release": (name) => json("POST", releases, { request_id: name, recipient: aRecipient }),
  "recipient of a release": (id) => json("POST", releases, { request_id: "none", recipient: { ...aRecipient, id } }),
  "approval_id of a release": (name) => ({ path: `${releases}/${wellFormed(name)}?opening_id=none` }),
  opening_id: (name) => ({ path: `${releases}/none?opening_id=${wellFormed(name)}` }),
  "holder of a share": (holder) => json("POST", `${releases}/none/shares`, { opening_id: "a", holder, sealed: "AAAA" }),
  "user_id of an account": (user_id) => json("POST", "/v1/admin/users", { user_id, email: "a@b.example" }),
  "email of an account": (email) => json("POST", "/v1/admin/users", { email }),
  "user_id to give roles": (name) => json("PUT", `/v1/admin/users/${wellFormed(name)}/roles`, { roles: [] }),
  "user_id to log out": (name) => deletion(`/v1/admin/users/${wellFormed(name)}/sessions`),
  organization_id: (name) => ({ path: `/v1/organizations/${wellFormed(name)}` }),
  "organization_id to register": (organization_id) =>
    json("POST", "/v1/organizations", { organization_id, entity: anEntity }),
  "user_id of a member": (name) => json("PUT", `/v1/organizations/none/members/${wellFormed(name)}`, { roles: [] }),
  delegation_id: (name) => deletion(`/v1/delegations/${wellFormed(name)}?user_id=ella`),
  network: (name) => json("PUT", "/v1/organizations/none/networks", { networks: [name], approval_id: "none" }),
  "email to log in": (email) => json("POST", "/auth/login", { email, password: "none" }),
  refresh_token: (refresh_token) => json("POST", "/auth/refresh", { refresh_token }),
  "token to log out": (access_token) => json("POST", "/auth/logout", { access_token }),
  "session to validate": (name) => ({ path: "/auth/session/validate", headers: { authorization: `Bearer ${name}` } }),
  filename: (name) => uploadNamed(`filename="${name.replace(/["\r\n]/g, "_")}"`, noPicture),
  "filename*": (name) => uploadNamed(`filename*=UTF-8''${wellFormed(name)}`, noPicture),
  "raw filename": (name) => uploadNamed(`filename=${name}`, noPicture),
  "name of a field": (name) => uploadNamed('filename="a"', noPicture, field(name, "x")),
  consent_policy_version: (name) => uploadNamed('filename="a"', noPicture, field("consent_policy_version", name)),
  boundary: (name) => ({
    ...uploadNamed('filename="a"', noPicture),
    headers: { "content-type": `multipart/form-data; boundary="${bytewise(name)}"` },
  }),
  host: header("host"),
  "X-Forwarded-For": header("x-forwarded-for"),
  "X-Forwarded-Host": header("x-forwarded-host"),
  "X-Original-URL": header("x-original-url"),
  traceparent: header("traceparent"),
  "Last-Event-ID": header("last-event-id", "/v1/analyses/none/events"),
  "Idempotency-Key": (name) => {
    const { headers, ...upload } = uploadNamed('filename="a"', noPicture);
    return { ...upload, headers: { ...headers, "idempotency-key": name } };
  },
  Prefer: header("prefer"),
  "X-Purpose": header("x-purpose"),
  "X-Approval-Id": header("x-approval-id"),
  "X-API-Key": header("x-api-key"),
  Referer: header("referer"),
  Accept: header("accept"),
};
