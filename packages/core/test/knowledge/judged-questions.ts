import type { Language } from "../../src/vision/explanation.ts";

/** A question as a reader would ask it, and the articles that answer it. */
export interface JudgedQuestion {
  readonly language: Language;
  readonly question: string;
  /** Detectors or topics; any of them is right. */
  readonly answers: readonly string[];
}

/** Judged by hand before the search was tried on them. */
export const judgedQuestions: readonly JudgedQuestion[] = [
  { language: "en", question: "How is the forgery score calculated?", answers: ["score"] },
  { language: "en", question: "What does LIKELY_FORGED mean, does it prove intent?", answers: ["verdict"] },
  { language: "en", question: "I sent the photo through WhatsApp, can it still be checked?", answers: ["re-encoding"] },
  { language: "en", question: "The result is wrong, how do I appeal a false accusation?", answers: ["appeal"] },
  { language: "en", question: "Why does it say insufficient evidence?", answers: ["coverage"] },
  { language: "en", question: "What do the bright spots in the heat map mean?", answers: ["heat-map"] },
  { language: "en", question: "Can it tell who painted this picture?", answers: ["attribution"] },
  { language: "en", question: "Is missing metadata suspicious?", answers: ["provenance"] },
  { language: "en", question: "What is a C2PA manifest?", answers: ["provenance"] },
  { language: "en", question: "Brick wall and repeating windows flagged as cloned", answers: ["copy-move"] },
  { language: "en", question: "Does it recognise pictures made by Midjourney?", answers: ["synthetic-image"] },
  { language: "en", question: "part of the photo has different grain", answers: ["noise-level", "noise-residual"] },
  { language: "en", question: "rotated or enlarged region found", answers: ["resampling"] },
  { language: "en", question: "photo of a computer screen with moiré", answers: ["recapture"] },
  { language: "en", question: "Should I trust the ELA picture?", answers: ["error-level"] },
  {
    language: "en",
    question: "collage of several JPEGs accused",
    answers: ["jpeg-grid", "shifted-double-compression"],
  },
  { language: "en", question: "the language model says the hands look artificial", answers: ["bedrock"] },
  { language: "en", question: "does a watermark differ from the registered original", answers: ["known-work"] },
  { language: "es", question: "¿Cómo se calcula la puntuación?", answers: ["score"] },
  { language: "es", question: "¿Qué significa LIKELY_FORGED?", answers: ["verdict"] },
  { language: "es", question: "mandé la foto por WhatsApp", answers: ["re-encoding"] },
  { language: "es", question: "me acusan falsamente, ¿qué puedo hacer?", answers: ["appeal"] },
  { language: "es", question: "pruebas insuficientes", answers: ["coverage"] },
  { language: "es", question: "¿puede decir quién pintó el cuadro?", answers: ["attribution"] },
  { language: "es", question: "la foto no tiene metadatos EXIF, ¿es sospechoso?", answers: ["provenance"] },
  { language: "es", question: "fachada con ventanas que se repiten", answers: ["copy-move"] },
  { language: "es", question: "imagen hecha con inteligencia artificial", answers: ["synthetic-image"] },
  { language: "es", question: "cuadricula JPEG desplazada", answers: ["jpeg-grid", "shifted-double-compression"] },
  { language: "es", question: "foto de una pantalla", answers: ["recapture"] },
  { language: "es", question: "region ampliada o girada", answers: ["resampling"] },
  { language: "es", question: "un modelo propio en Modal", answers: ["modal"] },
  { language: "es", question: "fantasma de compresión", answers: ["jpeg-ghost"] },
];
