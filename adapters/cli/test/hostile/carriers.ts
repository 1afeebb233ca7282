import sharp from "sharp";
import { pngChunk, withJpegSegment, withPngChunks } from "../../../../packages/core/test/fixtures/synthetic-images.ts";
import { picture } from "../../../http/test/http-place.ts";
import type { HostilePlace } from "./place.ts";

/** A file that refers to something elsewhere. */
export interface Carrier {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const text = (value: string) => new TextEncoder().encode(value);
const jpeg = new Uint8Array(await sharp(Buffer.from(picture)).jpeg().toBuffer());

/** Where a reader that follows references would go: the file outside, and the server. */
function targets({ outside, port }: HostilePlace) {
  return {
    file: `file://${outside}/canary.xml`,
    path: `${outside}/canary.jpg`,
    server: `http://127.0.0.1:${port}/canary`,
  };
}

/** Pictures whose metadata refer to something elsewhere. */
export function hostilePictures(place: HostilePlace): Carrier[] {
  const packets = hostilePackets(place).map((packet, i) => [
    { name: `xmp-${i}.jpg`, bytes: withXmp(packet) },
    { name: `xmp-${i}.png`, bytes: withPngChunks(picture, internationalText("XML:com.adobe.xmp", packet)) },
  ]);
  const { file, path, server } = targets(place);
  const comments = [file, path, server, `<img src="${server}">`, `#include <${path}>`, `\${jndi:ldap://${server}}`];
  const texts = comments.flatMap((comment, i) => [
    { name: `comment-${i}.jpg`, bytes: withJpegSegment(jpeg, 0xfe, text(comment)) },
    { name: `exif-${i}.jpg`, bytes: withJpegSegment(jpeg, 0xe1, exifOf(comment)) },
    { name: `profile-${i}.jpg`, bytes: withJpegSegment(jpeg, 0xe2, profileOf(comment)) },
    { name: `text-${i}.png`, bytes: withPngChunks(picture, pngChunk("tEXt", text(`Software\0${comment}`))) },
    { name: `store-${i}.png`, bytes: withPngChunks(picture, pngChunk("caBX", manifestOf(comment))) },
    {
      name: `store-${i}.jpg`,
      bytes: withJpegSegment(jpeg, 0xeb, joinedText("JP\0\u0001\0\0\0\u0001", manifestOf(comment))),
    },
  ]);
  return [...packets.flat(), ...texts, ...hostileDrawings(place)];
}

/** XMP that an XML parser, a viewer or a reader of C2PA would follow. */
function hostilePackets(place: HostilePlace): string[] {
  const { file, path, server } = targets(place);
  const description = (attributes: string, inner = "") =>
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ${attributes}>${inner}</rdf:Description></rdf:RDF></x:xmpmeta>`;
  const terms = 'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance=';
  const media =
    'xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stRef="http://ns.adobe.com/xap/1.0/sType/ResourceRef#"';
  return [
    ...[server, `${server}.c2pa`, file, path, "self#jumbf=/c2pa/x", `s3://bucket/x`, `${server}?a=1&amp;b=2`].map(
      (url) => description(`${terms}"${url}"`),
    ),
    ...[file, server].flatMap((url) => [
      `<!DOCTYPE x [<!ENTITY e SYSTEM "${url}">]>${description("", "<a>&e;</a>")}`,
      `<!DOCTYPE x SYSTEM "${url}">${description("")}`,
      `<!DOCTYPE x [<!ENTITY % p SYSTEM "${url}"> %p;]>${description("")}`,
      `<?xml-stylesheet href="${url}" type="text/xsl"?>${description("")}`,
      description("", `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="${url}"/>`),
      description(`xsi:schemaLocation="urn:x ${url}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`),
      description(media, `<xmpMM:DerivedFrom stRef:filePath="${url}" stRef:documentID="${url}"/>`),
      description(media, `<xmpMM:Ingredients rdf:resource="${url}"/>`),
    ]),
  ];
}

/** Drawings in SVG, which are asked for their origin alone, and never drawn. */
function hostileDrawings(place: HostilePlace): Carrier[] {
  const { file, path, server } = targets(place);
  const inside = [file, path, server].flatMap((url) => [
    `<image xlink:href="${url}" width="9" height="9"/>`,
    `<image href="${url}"/>`,
    `<use xlink:href="${url}#a"/>`,
    `<style>@import url("${url}");</style>`,
    `<rect style="fill:url(${url}#x)" width="9" height="9"/>`,
    `<script href="${url}"/><script>fetch("${url}")</script>`,
    `<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="${url}"/></foreignObject>`,
    `<metadata><c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">${Buffer.from(url).toString("base64")}</c2pa:manifest></metadata>`,
  ]);
  const drawing = (inner: string, before = "") =>
    text(
      `<?xml version="1.0"?>${before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">${inner}</svg>`,
    );
  const entities = [file, server].map((url) =>
    drawing("<text>&e;</text>", `<!DOCTYPE svg [<!ENTITY e SYSTEM "${url}">]>`),
  );
  return [...inside.map((inner) => drawing(inner)), ...entities].map((bytes, i) => ({
    name: `drawing-${i}.svg`,
    bytes,
  }));
}

/** Documents of a knowledge base that refer to something elsewhere. */
export function hostileDocuments(place: HostilePlace): Carrier[] {
  const { file, path, server } = targets(place);
  const markdown = [file, path, server].flatMap((url) => [
    `# Craquelure\n\n![picture](${url})\n\n[link](${url} "title")`,
    `---\ntitle: ${url}\ninclude: ${url}\n---\n# Craquelure\n\n{{include ${url}}} !include ${url}`,
    `# Craquelure\n\n<iframe src="${url}"></iframe><object data="${url}"></object>\n\n[a]: ${url}`,
  ]);
  const actions = [file, path, server].flatMap((url) => [
    `<< /S /URI /URI (${url}) >>`,
    `<< /S /GoToR /F << /Type /Filespec /F (${url}) /FS /URL >> /D [0 /Fit] >>`,
    `<< /S /Launch /F (${url}) >>`,
    `<< /S /SubmitForm /F << /FS /URL /F (${url}) >> >>`,
    `<< /S /JavaScript /JS (this.getURL\\("${url}"\\); app.launchURL\\("${url}"\\)) >>`,
    `<< /S /ImportData /F (${url}) >>`,
  ]);
  const streams = [file, path, server].map((url) => `/F << /FS /URL /F (${url}) >> /FFilter /ASCIIHexDecode `);
  return [
    ...markdown.map((content, i) => ({ name: `document-${i}.md`, bytes: text(content) })),
    ...actions.map((action, i) => ({ name: `action-${i}.pdf`, bytes: pdfWith(`/OpenAction ${action}`, "") })),
    ...streams.map((stream, i) => ({ name: `stream-${i}.pdf`, bytes: pdfWith("", stream) })),
  ];
}

function pdfWith(catalog: string, stream: string): Uint8Array {
  const content = "BT /F1 12 Tf 20 700 Td (Craquelure of panel paintings) Tj ET";
  const objects = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Canary-Unknown >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
    `<< ${stream}/Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
  const body = objects.map((object, i) => `${i + 1} 0 obj\n${object}\nendobj\n`).join("");
  return text(`%PDF-1.4\n${body}trailer\n<< /Size 6 /Root 1 0 R >>\n%%EOF\n`);
}

function withXmp(packet: string): Uint8Array {
  return withJpegSegment(jpeg, 0xe1, text(`http://ns.adobe.com/xap/1.0/\0${packet}`));
}

function internationalText(keyword: string, value: string): Uint8Array {
  return pngChunk("iTXt", text(`${keyword}\0\0\0\0\0${value}`));
}

function joinedText(head: string, rest: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(head, "latin1"), rest]));
}

/** A directory with an ImageDescription and a RelatedSoundFile. */
function exifOf(value: string): Uint8Array {
  const ascii = text(`${value}\0`);
  const head = Buffer.alloc(6 + 8 + 2 + 24 + 4);
  head.write("Exif\0\0II*\0", 0, "latin1");
  head.writeUInt32LE(8, 10);
  head.writeUInt16LE(2, 14);
  for (const [i, tag] of [0x010e, 0xa004].entries()) {
    const at = 16 + 12 * i;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(2, at + 2);
    head.writeUInt32LE(ascii.length, at + 4);
    head.writeUInt32LE(8 + 2 + 24 + 4, at + 8);
  }
  return new Uint8Array(Buffer.concat([head, ascii]));
}

/** The head of a colour profile whose text is what it refers to. */
function profileOf(value: string): Uint8Array {
  const profile = Buffer.alloc(160 + value.length);
  profile.writeUInt32BE(profile.length, 0);
  profile.write("acsp", 36, "latin1");
  profile.writeUInt32BE(1, 128);
  profile.write("desc", 132, "latin1");
  profile.writeUInt32BE(144, 136);
  profile.writeUInt32BE(value.length + 16, 140);
  profile.write("desc\0\0\0\0", 144, "latin1");
  profile.write(value, 156, "latin1");
  return joinedText("ICC_PROFILE\0\u0001\u0001", profile);
}

/** A box of JUMBF that names something elsewhere where a manifest should be. */
function manifestOf(value: string): Uint8Array {
  const label = Buffer.from(`c2pa\0`);
  const description = box(
    "jumd",
    Buffer.concat([Buffer.from("63327061001100108000 00aa00389b71".replace(" ", ""), "hex"), Buffer.of(3), label]),
  );
  return box(
    "jumb",
    Buffer.concat([description, box("json", Buffer.from(JSON.stringify({ manifest_url: value, ocsp: value })))]),
  );
}

function box(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, "latin1");
  return Buffer.concat([head, body]);
}
