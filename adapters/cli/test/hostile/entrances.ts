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
