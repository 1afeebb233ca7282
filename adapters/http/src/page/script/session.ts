/**
 * Who asks: an API key, or a login. Both are in the tab's session storage: unlike local storage it ends with the tab and no
 * other tab sees it, and unlike memory alone it outlives a reload. What could read it, a script from elsewhere, the policy of
 * the page does not run.
 */
export const session = `
import { $, say, wordOf } from "./speech.js";
import { Failure, failureOf, first } from "./failure.js";

const store = sessionStorage;
let login = JSON.parse(store.getItem("login") ?? "null");
let offered = false;
let renewing;

const key = () => $("key").value.trim();

export const knowsWho = () => Boolean(login || key());

async function send(path, options, token) {
  const headers = { ...options.headers, ...(token && { authorization: "Bearer " + token }) };
  try {
    return await fetch(path, { ...options, headers });
  } catch (cause) {
    throw new Failure({ code: "network", message: String(cause) });
  }
}

async function okay(answer) {
  if (answer.ok) return answer;
  throw await failureOf(answer);
}

/** Asks the server as whoever is here; a login that has run out is renewed once. */
export async function ask(path, options = {}) {
  if (!login) {
    if (!key()) throw first("no_key");
    store.setItem("key", key());
    return okay(await send(path, options, key()));
  }
  const answer = await send(path, options, login.access_token);
  if (answer.status !== 401) return okay(answer);
  renewing ??= renew().finally(() => { renewing = undefined; });
  await renewing;
  return okay(await send(path, options, login.access_token));
}

/** A refresh token is good once: whoever else waits gets the same new one. */
async function renew() {
  const answer = await send("/auth/refresh", posting({ refresh_token: login.refresh_token }));
  if (answer.ok) return keep(await answer.json());
  if (answer.status >= 500) throw await failureOf(answer);
  keep(null);
  throw first("login_ended");
}

const posting = (body) => ({ method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

function keep(next) {
  login = next;
  if (login) store.setItem("login", JSON.stringify(login));
  else store.removeItem("login");
  if (!login) document.dispatchEvent(new Event("nobody"));
  showPerson();
}

/** Who is logged in needs no key, and no second login. */
export function showPerson() {
  $("person").hidden = !login;
  $("key-row").hidden = Boolean(login);
  $("login").hidden = Boolean(login) || !offered;
  $("person-name").textContent = login ? wordOf("logged_in", { email: login.user.email }) : "";
}

/** A server without logins knows no such path; one with them knows it for another method than this. */
export async function offerLogin() {
  const answer = await send("/auth/login", { method: "GET" }).catch(() => undefined);
  offered = answer !== undefined && answer.status !== 404;
  showPerson();
}

export async function logIn() {
  const organization_id = $("organization").value.trim();
  const body = { email: $("email").value.trim(), password: $("password").value, ...(organization_id && { organization_id }) };
  const answer = await send("/auth/login", posting(body));
  if (answer.status === 404) {
    offered = false;
    showPerson();
    throw first("no_login");
  }
  keep(await (await okay(answer)).json());
  $("password").value = "";
  say(() => wordOf("logged_in", { email: login.user.email }));
}

/** Whether the server hears of it or not, this tab has forgotten. */
export async function logOut() {
  const { refresh_token } = login;
  keep(null);
  say(() => wordOf("logged_out"));
  await send("/auth/logout", posting({ refresh_token })).catch(() => undefined);
}

$("key").value = store.getItem("key") ?? "";
`;
