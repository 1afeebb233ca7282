import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection/recapture.md`. */
export const displayArticles: CueArticles = {
  en: [
    {
      detector: "recapture",
      title: "Recapture: a photograph or scan of a print or a screen",
      meaning:
        "Halftone dots, screen pixels and moiré repeat over the whole picture. Such a pattern means that the picture may be a photo of a print, a poster or a monitor rather than of the scene; it is shown and never counts in the score.",
      limits:
        "It cannot tell a print from a screen, does not see patterns that were blurred away or cover a part only, and a picture of a picture is no forgery by itself.",
      falseAlarms:
        "A woven cloth, the canvas of a painting or the lines of a scanner make the same pattern: 7 of 86 paintings show one.",
    },
    {
      detector: "error-level",
      title: "Error level analysis (ELA): a picture to look at, no evidence",
      meaning:
        "The picture shows how much one more JPEG compression would change each block. It is made for people who know error level analysis and never enters the score.",
      limits:
        "Bright places follow edges and texture rather than forgery; published and own figures are no better than chance.",
      falseAlarms: "Sharp edges, text, fine texture and saturated colours are bright in every untouched photograph.",
    },
  ],
  es: [
    {
      detector: "recapture",
      title: "Recaptura: una foto o un escaneo de una impresión o una pantalla",
      meaning:
        "Los puntos de la trama, los píxeles de una pantalla y el moaré se repiten en toda la imagen. Un patrón así significa que la imagen puede ser una foto de una impresión, un cartel o un monitor y no de la escena; se muestra y nunca cuenta en la puntuación.",
      limits:
        "No distingue una impresión de una pantalla, no ve patrones desenfocados o que cubren solo una parte, y la foto de una imagen no es por sí misma una falsificación.",
      falseAlarms:
        "Una tela tejida, el lienzo de un cuadro o las líneas de un escáner forman el mismo patrón: 7 de 86 pinturas muestran uno.",
    },
    {
      detector: "error-level",
      title: "Análisis de niveles de error (ELA): una imagen para mirar, no una prueba",
      meaning:
        "La imagen muestra cuánto cambiaría cada bloque con una compresión JPEG más. Se hace para quienes conocen el análisis de niveles de error y nunca entra en la puntuación.",
      limits:
        "Los lugares claros siguen los bordes y la textura más que la falsificación; las cifras publicadas y las propias no son mejores que el azar.",
      falseAlarms:
        "Los bordes nítidos, el texto, la textura fina y los colores saturados salen claros en cualquier fotografía intacta.",
    },
  ],
};
