/** Why detectors of ArtGuard do not apply or no longer see something, and how it is said. */
const reasons: readonly (readonly [sentence: RegExp, words: (...values: string[]) => string])[] = [
  [/^The image is smaller than (\d+) px\.$/, (side) => `La imagen mide menos de ${side} px.`],
  [/^The image has more than ([\d.]+) megapixels\.$/, (most) => `La imagen tiene más de ${most} megapíxeles.`],
  [/^The image is nearly constant\.$/, () => "La imagen es casi uniforme."],
  [/^The image is saturated nearly everywhere\.$/, () => "La imagen está saturada casi por completo."],
  [/^The image has next to no texture\.$/, () => "La imagen apenas tiene textura."],
  [/^The image is not a JPEG file\.$/, () => "La imagen no es un archivo JPEG."],
  [/^The image has too few 8×8 blocks\.$/, () => "La imagen tiene muy pocos bloques de 8×8."],
  [/^The image was only opened\.$/, () => "La imagen solo se abrió."],
  [/^The JPEG file has no luma\.$/, () => "El archivo JPEG no tiene luminancia."],
  [/^The image is a CMYK JPEG file/, () => "La imagen es un JPEG en CMYK, cuyo primer canal no es la luminancia."],
  [/^The image is a flat graphic/, () => "La imagen es un gráfico plano o una captura de pantalla."],
  [
    /^The image as a whole shows no colour filter/,
    () => "Ninguna parte muestra el filtro de color: se redimensionó o se procesó.",
  ],
  [/^The JPEG coefficients cannot be read/, () => "No se pueden leer los coeficientes JPEG."],
  [
    /^The JPEG quality of about (\d+) is below (\d+)(?::|\.)/,
    (quality, least) => `La calidad JPEG, de unos ${quality}, es menor que ${least}: lo que busca se ha perdido.`,
  ],
  [
    /^The JPEG quality is below (\d+):/,
    (least) => `La calidad JPEG es menor que ${least}: lo que busca se ha perdido.`,
  ],
  [/^Too little of the image has any texture\.$/, () => "Muy poca superficie tiene textura."],
  [/^Too little of the image has any contrast\.$/, () => "Muy poca superficie tiene contraste."],
  [
    /^Too little of the image is free of clipped/,
    () => "Muy poca superficie está libre de partes saturadas o artificialmente planas.",
  ],
  [/^Too little of the image is smooth enough/, () => "Muy poca superficie es lo bastante lisa para mostrar su ruido."],
  [/^Most of the image is flat: no boundary/, () => "Casi toda la imagen es plana: ningún límite destaca."],
  [
    /^Most of the image is flat, saturated/,
    () => "Casi toda la imagen es plana, saturada o demasiado rugosa para mostrar una interpolación.",
  ],
  [
    /^Most neighbouring pixels are equal/,
    () => "Casi todos los píxeles vecinos son iguales: en un gráfico hay partes que se repiten a propósito.",
  ],
  [/^A palette leaves no noise\.$/, () => "Una paleta no deja ruido."],
  [/^A palette makes steps of its own\.$/, () => "Una paleta produce sus propios escalones."],
  [/^A palette hides the steps/, () => "Una paleta oculta los escalones de una compresión anterior."],
  [/^A palette changes paper/, () => "Una paleta cambia el papel y los bordes de las letras."],
  [/^Nothing stands out as letters do\.$/, () => "Nada destaca como lo hacen las letras."],
  [/^The image has no lines of text\.$/, () => "La imagen no tiene líneas de texto."],
  [/^Most of what stands out is no text\.$/, () => "Casi todo lo que destaca no es texto."],
  [/^The ground of the text is no even paper\.$/, () => "El fondo del texto no es un papel uniforme."],
  [/^A palette hides how pixels/, () => "Una paleta oculta cómo se interpolaron los píxeles."],
  [/^A dithered palette/, () => "Una paleta tramada tiene un patrón propio."],
  [/^A grey image has no colour filter/, () => "Una imagen gris no tiene filtro de color."],
  [
    /^Only PNG, TIFF and fine JPEG/,
    () => "Solo los archivos PNG, TIFF y JPEG finos conservan el patrón del filtro de color.",
  ],
  [/^The file says nothing about where/, () => "El archivo no dice nada de su procedencia."],
  [/^The picture is too flat to be recognised/, () => "La imagen es demasiado plana para reconocerla."],
  [/^No known work looks like this/, () => "Ninguna obra conocida se parece a esta imagen."],
  [/^No known work is the same/, () => "Ninguna obra conocida es la misma imagen."],
  [/^(\S+) no longer applies\.$/, (detector) => `${detector} ya no se puede aplicar.`],
  [/^(\S+) no longer sees it\.$/, (detector) => `${detector} ya no lo ve.`],
  [/^(\S+) sees too little to have a say\.$/, (detector) => `${detector} ve demasiado poco para opinar.`],
];

/** A reason in Spanish; one that is not known is quoted as it is. */
export function spanishReason(reason: string): string {
  for (const [sentence, words] of reasons) {
    const match = sentence.exec(reason);
    if (match) return words(...match.slice(1));
  }
  return `En inglés: «${reason}»`;
}
