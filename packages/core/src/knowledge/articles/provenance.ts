import type { CueArticles } from "../cue-article.ts";

/** Source: `docs/detection.md` and the rules in `provenanceFindings`. */
export const provenanceArticles: CueArticles = {
  en: [
    {
      detector: "provenance",
      title: "Provenance: what the file says about its origin",
      meaning:
        "Files can carry statements about where they come from: a signed C2PA manifest (Content Credentials), the settings of an image generator, the name of an editing program, the camera in EXIF, and a small preview picture. An intact manifest or a field that declares a generative model is decisive; a manifest that was broken after signing or a thumbnail of another picture speaks for manipulation.",
      limits:
        "Only a C2PA manifest is signed, and even that is its signer's own word; EXIF and XMP metadata can be written into any file by anyone. Metadata that is missing proves nothing, because messengers and social networks remove it.",
      falseAlarms:
        "Programs that crop or turn a photo without renewing its thumbnail leave another picture there, and tools that rewrite metadata carelessly break manifests. An editor such as Photoshop or Lightroom in the metadata mostly means harmless development, resizing or export; a declared generative model may have made only a small part.",
    },
  ],
  es: [
    {
      detector: "provenance",
      title: "Procedencia: lo que el archivo dice de su origen",
      meaning:
        "Un archivo puede declarar de dónde viene: un manifiesto C2PA firmado (Content Credentials), los ajustes de un generador de imágenes, el nombre de un programa de edición, la cámara en EXIF y una pequeña vista previa. Un manifiesto intacto o un campo que declara un modelo generativo es decisivo; un manifiesto alterado después de la firma o una miniatura de otra imagen apunta a una manipulación.",
      limits:
        "Solo el manifiesto C2PA va firmado, y aun así es la palabra de quien firma; cualquiera puede escribir metadatos EXIF y XMP en cualquier archivo. Que falten los metadatos no prueba nada, porque los servicios de mensajería y las redes sociales los eliminan.",
      falseAlarms:
        "Los programas que recortan o giran una foto sin renovar su miniatura dejan allí otra imagen, y las herramientas que reescriben los metadatos sin cuidado rompen los manifiestos. Un editor como Photoshop o Lightroom en los metadatos suele indicar un revelado, un cambio de tamaño o una exportación sin malicia; un modelo generativo declarado puede haber hecho solo una pequeña parte.",
    },
  ],
};
