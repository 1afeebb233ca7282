import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection/synthetic-image.md` and `docs/detection/learned.md`. */
export const generationArticles: CueArticles = {
  en: [
    {
      detector: "synthetic-image",
      title: "Synthetic image: was the picture made by an AI generator?",
      meaning:
        "A network that was trained to name things in photographs sees the picture at a small size, and a regression of our own compares its look (composition, palette, light, texture) with that of pictures by generators such as Stable Diffusion, FLUX and GPT-4o. A hit is a faint hint that artificial intelligence generated the whole picture; it marks no place.",
      limits:
        "It is weak: it found 17 % of 162 generated pictures (3 % of those by Midjourney), and generated pictures are told from photographs little better than by chance. It judges a look and no trace of a process: another palette, a frame or a crop can hide a generated picture, so silence does not mean that a person made it. A generator that the file itself declares says far more.",
      falseAlarms:
        "Digital illustration and game scenes by people look most alike. Of sources left out of its training, 1 of 349 human artworks was accused, but 4 of 23 pictures of one mixed media folder; in the test, none of 103 human artworks and 1 of 68 photographs.",
    },
    {
      detector: "learned",
      title: "Learned detector: a small network trained on made forgeries",
      meaning:
        "A small neural network of our own marks places whose fine traces do not fit the rest of the picture, as splices, retouching and edited text left them in its training.",
      limits:
        "Real forgeries are far harder for it than those of its training: of 220 in one public set it found 10, and accused 1 of 220 untouched pictures. So its say in the score is small; where it looks is right more often than its verdict. Copies within one picture it hardly sees.",
      falseAlarms:
        "Honest local retouching, such as removed dust or brightened eyes, and sharp objects before a blurred background look like forgery to it.",
    },
  ],
  es: [
    {
      detector: "synthetic-image",
      title: "Imagen sintética: ¿la hizo un generador de inteligencia artificial?",
      meaning:
        "Una red entrenada para nombrar cosas en fotografías ve la imagen a tamaño reducido, y una regresión propia compara su aspecto (composición, paleta, luz, textura) con el de imágenes de generadores como Stable Diffusion, FLUX y GPT-4o. Un acierto es un leve indicio de que la inteligencia artificial (IA) generó toda la imagen; no señala ningún lugar.",
      limits:
        "Es débil: encontró el 17 % de 162 imágenes generadas (el 3 % de las de Midjourney), y apenas distingue las imágenes generadas de las fotografías mejor que el azar. Juzga un aspecto, no la huella de un proceso: otra paleta, un marco o un recorte pueden ocultar una imagen generada, así que su silencio no significa que la hiciera una persona. Un generador que el propio archivo declara dice mucho más.",
      falseAlarms:
        "La ilustración digital y las escenas de videojuegos hechas por personas son lo que más se parece. De fuentes ajenas a su entrenamiento acusó a 1 de 349 obras humanas, pero a 4 de 23 imágenes de una carpeta variada; en la prueba, a ninguna de 103 obras humanas y a 1 de 68 fotografías.",
    },
    {
      detector: "learned",
      title: "Detector aprendido: una pequeña red entrenada con falsificaciones fabricadas",
      meaning:
        "Una pequeña red neuronal propia marca lugares cuyas huellas finas no encajan con el resto de la imagen, como las dejaban los montajes, retoques y textos editados de su entrenamiento.",
      limits:
        "Las falsificaciones reales le resultan mucho más difíciles que las de su entrenamiento: de 220 de un conjunto público encontró 10, y acusó a 1 de 220 imágenes intactas. Por eso pesa poco en la puntuación; acierta más a menudo dónde mirar que si hay algo. Las copias dentro de una misma imagen apenas las ve.",
      falseAlarms:
        "El retoque local honesto, como quitar polvo o aclarar unos ojos, y los objetos nítidos ante un fondo borroso le parecen una falsificación.",
    },
  ],
};
