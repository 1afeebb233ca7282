import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection/known-works.md`. */
export const referenceArticles: CueArticles = {
  en: [
    {
      detector: "known-work",
      title: "Known work: the picture compared with its original",
      meaning:
        "When the original is in a registry of known works, the picture is laid over it, and places that differ more than re-encoding explains are marked. The same file, or no difference, speaks for the picture; a clear difference speaks for an edit and may decide alone.",
      limits:
        "It says nothing about pictures whose original is not registered, does not find copies that are skewed, freely turned or show less than about two thirds of the original's side, misses changes of less than 16 to 32 pixels, and trusts the registry.",
      falseAlarms:
        "A watermark, a caption or a restoration differs from the original as well, and local changes of tone or clipped highlights are marked sometimes. Look at the original beside the picture before you believe it.",
    },
  ],
  es: [
    {
      detector: "known-work",
      title: "Obra conocida: la imagen comparada con su original",
      meaning:
        "Si el original está en un registro de obras conocidas, la imagen se superpone a él y se marcan los lugares que difieren más de lo que explica la recodificación. El mismo archivo, o ninguna diferencia, habla a favor de la imagen; una diferencia clara habla de una edición y puede decidir por sí sola.",
      limits:
        "No dice nada de imágenes cuyo original no está registrado, no encuentra copias inclinadas, giradas libremente o que muestran menos de unos dos tercios del lado del original, pasa por alto cambios de menos de 16 a 32 píxeles y se fía del registro.",
      falseAlarms:
        "Una marca de agua, un rótulo o una restauración también difieren del original, y a veces se marcan cambios locales de tono o luces quemadas. Mire el original junto a la imagen antes de creerlo.",
    },
  ],
};
