import { plainText } from "./plain-text.ts";

/** What the detectors of ArtGuard find by `detector/code`. */
export const spanishFindings: Readonly<Record<string, string>> = {
  "blocking/missing-block-boundaries":
    "Una región carece de los límites de bloque JPEG que muestran otras partes de textura parecida: se añadió después, se redimensionó o se suavizó.",
  "blocking/shifted-block-boundaries":
    "Los escalones de una región siguen una cuadrícula de 8×8 que no es la del resto de la imagen.",
  "copy-move/copy-move": "Una región con textura aparece por segunda vez en la imagen.",
  "demosaicing/demosaicing-missing":
    "Una región con textura carece del patrón del filtro de color que lleva el resto de la imagen.",
  "double-quantization/saved-twice": "Toda la imagen ya se había guardado antes como JPEG.",
  "double-quantization/single-quantized-region":
    "La imagen ya se había guardado antes como JPEG, pero una región carece de esa compresión.",
  "jpeg-ghost/jpeg-ghost": "Una región se comprimió antes como JPEG con otra calidad y el resto no.",
  "jpeg-grid/earlier-jpeg-grid":
    "Una segunda cuadrícula JPEG cubre casi toda la imagen: se recortó o se movió y se guardó otra vez.",
  "jpeg-grid/foreign-jpeg-grid": "Una región muestra una cuadrícula JPEG que no coincide con la del resto.",
  "jpeg-grid/shifted-jpeg-grid":
    "La cuadrícula JPEG no empieza en la esquina: la imagen se recortó después de una compresión JPEG.",
  "known-work/differs-from-known-original":
    "La imagen muestra un original conocido, pero difiere de él más de lo que explica una recodificación.",
  "known-work/identical-to-known-original": "El archivo es idéntico, byte a byte, a un original conocido.",
  "known-work/same-as-known-original":
    "La imagen muestra un original conocido y solo difiere de él en lo que explica una recodificación.",
  "learned/learned-forgery":
    "Una red entrenada con falsificaciones marca una región cuyas huellas no encajan con el resto de la imagen.",
  "noise-level/noise-inconsistent":
    "El ruido de una región no es el del resto de la imagen con el mismo brillo y la misma textura.",
  "noise-residual/noise-residual-foreign":
    "Una región tiene una estructura fina distinta de la del resto: otra cámara u otro procesamiento.",
  "provenance/camera-named": "Los metadatos EXIF nombran una cámara.",
  "provenance/declared-generated":
    "Los metadatos XMP declaran que un modelo generativo hizo la imagen o una parte de ella.",
  "provenance/declared-generated-signed":
    "Un manifiesto C2PA intacto declara que un modelo generativo hizo la imagen o una parte de ella.",
  "provenance/editing-software": "Los metadatos nombran un programa de edición.",
  "provenance/generator-settings": "El archivo lleva los ajustes de un generador de imágenes.",
  "provenance/identity-unverified": "Una declaración de identidad (CAWG) no se sostiene.",
  "provenance/ingredient-broken": "El manifiesto anota que el de un ingrediente ya estaba roto cuando se incorporó.",
  "provenance/manifest-intact": "El archivo no ha cambiado desde que se firmó su manifiesto C2PA.",
  "provenance/manifest-malformed": "El archivo lleva un manifiesto C2PA que no se puede leer.",
  "provenance/manifest-remote": "El archivo nombra un manifiesto C2PA en otro lugar, que no se abrió.",
  "provenance/manifest-tampered": "El archivo se modificó después de firmarse su manifiesto C2PA.",
  "provenance/manifest-unsupported": "El archivo lleva un manifiesto C2PA con un algoritmo que este lector no conoce.",
  "provenance/thumbnail-mismatch": "La miniatura EXIF incrustada muestra otra imagen.",
  "recapture/regular-pattern":
    "Un patrón regular cubre la imagen, como el de los puntos de una impresión o los píxeles de una pantalla.",
  "resampling/image-resampled": "Toda la imagen se amplió, se giró o se interpoló de otro modo.",
  "resampling/region-resampled":
    "Una región lleva una huella de interpolación que falta en el resto: se amplió o se giró.",
  "shifted-double-compression/image-cropped-resaved":
    "Toda la imagen se comprimió antes en una cuadrícula desplazada: se recortó o se movió y se guardó otra vez.",
  "shifted-double-compression/shifted-compression":
    "Una región se comprimió antes en una cuadrícula de bloques desplazada y el resto no.",
  "synthetic-image/generated-texture":
    "La imagen en conjunto se parece más a las de los generadores de imágenes que a las de cámaras y pintores.",
  "text-edit/text-edited":
    "Una parte de la página no es como el resto: difieren el papel, la tinta, los bordes de las letras o la compresión JPEG anterior.",
};

/** A number or name in the English claim of a detector, and how it is said. */
const measures: readonly (readonly [phrase: RegExp, words: (value: string) => string])[] = [
  [/JPEG quality near (\d+)/, (quality) => `calidad JPEG anterior: cerca de ${quality}`],
  [/expected false alarms below (1e-?\d+)/, (bound) => `falsas alarmas esperadas: menos de ${bound}`],
  [/about (\d+) textured pixels/, (area) => `unos ${area} píxeles con textura`],
  [/has ([\d.]+) times the noise/, (times) => `${times} veces el ruido del resto`],
  [/in ([\d.]+) % of its area/, (share) => `en el ${share} % de la superficie`],
  [/\(similarity (-?[\d.]+) of 1\)/, (similarity) => `semejanza: ${similarity} de 1`],
  [/([\d.]+) cycles per pixel/, (frequency) => `${frequency} ciclos por píxel`],
  [
    /([\d.]+) times as common among untouched/,
    (times) => `su medida es ${times} veces más frecuente en imágenes intactas que en falsificadas`,
  ],
  [/gives it a probability of ([\d.]+)\./, (share) => `da a la falsificación una probabilidad de ${share}`],
  [/the image generator (.+) \(/, (name) => `generador: ${name}`],
  [/names the camera (.+?)(?: and the time|\.$)/, (name) => `cámara: ${name}`],
  [/the editing program (.+?)(?:, which|\.$)/, (name) => `programa: ${name}`],
];
const longestName = 60;

/** The numbers and names in a claim of ArtGuard's own detectors, in Spanish; what is not known is left out. */
export function spanishMeasures(claim: string): string[] {
  return measures.flatMap(([phrase, words]) => {
    const value = phrase.exec(claim)?.[1];
    return value === undefined ? [] : [words(plainText(value, longestName).replace(/^(-?\d+)\.(\d+)$/, "$1,$2"))];
  });
}
