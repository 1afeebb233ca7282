import type { HostilePlace } from "./place.ts";

/** Names that lead, or pretend to lead, out of the place that they are used in. */
export function hostileReferences({ outside, port }: Pick<HostilePlace, "outside" | "port">): readonly string[] {
  const file = `${outside}/canary.txt`;
  const server = `127.0.0.1:${port}`;
  return [
    ...climbing(file),
    ...encoded(file),
    ...[file, `file://${file}`, `file:${file}`, `file://localhost${file}`, `FILE://${file}`, `/${file}`, `${file}/.`],
    ...["/etc/passwd", "/etc/shadow", "/proc/self/environ", "/proc/self/cmdline", "/proc/1/root/etc/passwd"],
    ...["/proc/self/fd/0", "/proc/self/cwd/..", "/dev/zero", "/dev/tcp/127.0.0.1/80", "~/.ssh/id_rsa", "~root/.bashrc"],
    ...["C:\\Windows\\win.ini", "C:/Windows/win.ini", "c:canary.txt", "\\\\127.0.0.1\\share\\canary.txt"],
    ...[
      "//127.0.0.1/share/canary.txt",
      "\\\\?\\C:\\canary.txt",
      "\\\\.\\pipe\\canary",
      "CON",
      "aux.png",
      "NUL.jpg",
      "LPT1",
    ],
    ...["canary.txt::$DATA", "canary.txt:stream", "canary.txt.", "canary.txt ", ".", "..", "...", ".htaccess", "-rf"],
    ...[
      `canary.txt\0.png`,
      `${file}\0`,
      "%00",
      "canary\r\nX-Forged: 1",
      "canary\nSet-Cookie: a=b",
      "\u001b[2J\u001b]0;x\u0007",
    ],
    ...["\u202egnp.exe", "\ufeffcanary", "\ud800", "a\u0300/../", "é".normalize("NFD"), "\u2028", "x".repeat(300)],
    ...["../".repeat(2000), `${"a/".repeat(500)}b`, "x".repeat(7000)],
    ...addresses(port).map((host) => `http://${host}/canary`),
    ...[`https://${server}/canary`, `ftp://${server}/canary`, `gopher://${server}/_GET`, `dict://${server}/d:canary`],
    ...[
      `ldap://${server}/canary`,
      `smb://${server}/canary`,
      `ws://${server}/`,
      `//${server}/canary`,
      `jar:http://${server}/a!/b`,
    ],
    ...[`http://user:password@${server}/canary`, `http://${server}#@example.org/`, `http://example.org@${server}/`],
    ...["http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://metadata.google.internal/"],
    ...["s3://other-bucket/training/authentic_v1/a.jpg", "arn:aws:s3:::other-bucket/*", "unix:/var/run/docker.sock"],
    ...[
      "data:text/plain;base64,Y2FuYXJ5",
      "blob:null/canary",
      "view-source:file:///etc/passwd",
      "php://filter/resource=x",
    ],
    ...[`\${jndi:ldap://${server}/a}`, `{{constructor.constructor('return process')()}}`, `$(curl http://${server}/)`],
    ...[
      `\`curl http://${server}/\``,
      `|cat ${file}`,
      `; cat ${file}`,
      `' ; ATTACH DATABASE '${file}' AS x; --`,
      "' OR 1=1 --",
    ],
    ...[`<!DOCTYPE x [<!ENTITY e SYSTEM "file://${file}">]><x>&e;</x>`, `<?xml-stylesheet href="http://${server}/"?>`],
    ...[
      `<img src=http://${server}/>`,
      `<script src="//${server}/"></script>`,
      `![](http://${server}/)`,
      `@import url(http://${server}/)`,
    ],
    ...[
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "undefined",
      "null",
      "NaN",
      "[object Object]",
    ],
    ...["anon#../x", "USER#admin", "ERASURE#admin", "IDEMP#x", "APIKEY#", "#", "*", "%", "_", "?", "a#b"],
  ];
}

/** Upwards, as deep as anybody could lie. */
function climbing(file: string): string[] {
  const ups = [
    "../",
    "..\\",
    "./../",
    "....//",
    "..;/",
    "..\\/",
    ".\u200b./",
    "\uff0e\uff0e\uff0f",
    "\u2025/",
    "..\u2215",
    "..\u2044",
  ];
  return ups.flatMap((up) => [
    `${up.repeat(12)}${file.slice(1)}`,
    `${up}outside/canary.txt`,
    `a/${up}${up}outside/canary.txt`,
  ]);
}

/** As a decoder that decodes once too often, or more than UTF-8, would read them. */
function encoded(file: string): string[] {
  const ups = ["%2e%2e%2f", "%2e%2e/", "..%2f", "%2E%2E%5C", "%252e%252e%252f", "..%252f", "%25252e%25252e%25252f"];
  const overlong = [
    "%c0%ae%c0%ae%c0%af",
    "..%c0%af",
    "%e0%80%ae%e0%80%ae%e0%80%af",
    "..%c1%9c",
    "%uff0e%uff0e%u2215",
    "..%00/",
  ];
  return [...ups, ...overlong].flatMap((up) => [`${up.repeat(12)}${file.slice(1)}`, `${up}outside%2fcanary.txt`]);
}

/** This machine, as address filters have been passed. */
function addresses(port: number): string[] {
  const hosts = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "127.1",
    "0",
    "0.0.0.0",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
  ];
  const longer = [
    "0x7f.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "127.0.0.1.nip.io",
  ];
  return [...hosts, ...longer, "①②⑦.0.0.1", "127。0。0。1"].map((host) => `${host}:${port}`);
}
