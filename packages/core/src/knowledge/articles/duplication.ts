import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection/copy-move.md`. */
export const duplicationArticles: CueArticles = {
  en: [
    {
      detector: "copy-move",
      title: "Copy-move: a region that occurs twice in one picture",
      meaning:
        "Part of the picture was copied to another place in it, for example to hide an object or to multiply one, shifted, turned, scaled or mirrored. A copy repeats even its noise, which a real second window or tree does not; an exact clone of 4000 textured pixels decides alone.",
      limits:
        "It cannot tell which of the two places is the original. Clones in smooth areas such as sky or skin, smaller than about 40 pixels in JPEGs, or below JPEG quality 75 are often missed. On one published set it found 11 of 13 forgeries, on another that was saved again 14 of 20.",
      falseAlarms:
        "Repeating façades, bricks, fabric, ornament and printed text look alike by nature, and rendered or painted pictures are often made by copying without intent to deceive. None of the 33 originals of those two sets was accused; the rules were adjusted after a look at them.",
    },
  ],
  es: [
    {
      detector: "copy-move",
      title: "Copiar y mover: una región que aparece dos veces en la imagen",
      meaning:
        "Una parte de la imagen se copió en otro lugar de ella, por ejemplo para tapar un objeto o para multiplicarlo, desplazada, girada, escalada o reflejada. Una copia repite hasta su ruido, cosa que no hace una segunda ventana o un segundo árbol de verdad; un clon exacto de 4000 píxeles con textura decide por sí solo.",
      limits:
        "No puede decir cuál de los dos lugares es el original. Los clones en zonas lisas como el cielo o la piel, los menores de unos 40 píxeles en JPEG o por debajo de la calidad JPEG 75 se le escapan a menudo. En un conjunto publicado encontró 11 de 13 falsificaciones, y en otro guardado de nuevo, 14 de 20.",
      falseAlarms:
        "Las fachadas, los ladrillos, las telas, los ornamentos y el texto impreso que se repiten se parecen por naturaleza, y las imágenes pintadas o generadas por ordenador suelen hacerse copiando sin intención de engañar. No acusó a ninguno de los 33 originales de esos dos conjuntos; las reglas se ajustaron después de mirarlos.",
    },
  ],
};
