import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection/synthetic-image.md` and `docs/detection/learned.md`. */
export const generationArticles: CueArticles = {
  en: [
    {
      detector: "synthetic-image",
      title: "Synthetic image: was the picture made by an AI generator?",
      meaning:
        "A model of our own compares spectrum, fine structure and colours with those of pictures that generators such as Stable Diffusion made. A hit is a faint hint that artificial intelligence generated the whole picture; it marks no place.",
      limits:
        "It is weak: it found 4 % of 162 generated pictures, and pictures by Midjourney and gpt-image-2 are hardly told from human art. Resizing, blur and JPEG remove most of what it looks at, so silence does not mean that a person made the picture. A generator that the file itself declares says far more.",
      falseAlarms:
        "Renderings, concept art and digital illustration by people are the likeliest false accusations: 1.7 % of digital art in its training sources was accused, against none of 103 human artworks and 1 of 68 photographs of the test.",
    },
    {
      detector: "learned",
      title: "Learned detector: a small network trained on made forgeries",
      meaning:
        "A small neural network of our own marks places whose fine traces do not fit the rest of the picture, as splices, retouching and edited text left them in its training.",
      limits:
        "It is not among the detectors that run by default, because it adds nothing outside its own kind of forgery: on four public sets it found 12 of 157 forgeries and accused 9 of 138 untouched pictures.",
      falseAlarms: "Honest local retouching, such as removed dust or brightened eyes, looks like forgery to it.",
    },
  ],
  es: [
    {
      detector: "synthetic-image",
      title: "Imagen sintética: ¿la hizo un generador de inteligencia artificial?",
      meaning:
        "Un modelo propio compara el espectro, la estructura fina y los colores con los de imágenes hechas por generadores como Stable Diffusion. Un acierto es un leve indicio de que la inteligencia artificial (IA) generó toda la imagen; no señala ningún lugar.",
      limits:
        "Es débil: encontró el 4 % de 162 imágenes generadas, y las de Midjourney y gpt-image-2 apenas se distinguen del arte humano. Redimensionar, desenfocar y guardar en JPEG quita casi todo lo que mira, así que su silencio no significa que la hiciera una persona. Un generador que el propio archivo declara dice mucho más.",
      falseAlarms:
        "Los renders, el arte conceptual y la ilustración digital hechos por personas son las acusaciones falsas más probables: se acusó al 1,7 % del arte digital de sus fuentes de entrenamiento, frente a ninguna de 103 obras humanas y a 1 de 68 fotografías de la prueba.",
    },
    {
      detector: "learned",
      title: "Detector aprendido: una pequeña red entrenada con falsificaciones fabricadas",
      meaning:
        "Una pequeña red neuronal propia marca lugares cuyas huellas finas no encajan con el resto de la imagen, como las dejaban los montajes, retoques y textos editados de su entrenamiento.",
      limits:
        "No está entre los detectores que se ejecutan por defecto, porque no aporta nada fuera de su propio tipo de falsificación: en cuatro conjuntos públicos encontró 12 de 157 falsificaciones y acusó a 9 de 138 imágenes intactas.",
      falseAlarms: "El retoque local honesto, como quitar polvo o aclarar unos ojos, le parece una falsificación.",
    },
  ],
};
