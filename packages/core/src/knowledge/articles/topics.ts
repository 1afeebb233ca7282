import type { Language } from "../../vision/explanation.ts";
import type { TopicArticle } from "../cue-article.ts";

/** Sources: verdict policy `v2`, `docs/detection.md`. */
export const topicArticlesByLanguage: Readonly<Record<Language, readonly TopicArticle[]>> = {
  en: [
    {
      topic: "score",
      title: "How the forgery score is made",
      text: "The forgery score of 0 to 100 is a probability of forgery in percent, computed from the evidence. Before any evidence it stands at 20, because most pictures that are handed in are untouched. Every detector's measurement is turned into a likelihood ratio by a table that was fitted on labelled pictures; inside a family of related detectors the strongest opinion counts and the others in part, and the families are added up. Below 40 the verdict is AUTHENTIC, from 40 to 69 SUSPICIOUS, and from 70 on it may be LIKELY_FORGED. Beside the score stand its confidence interval, the coverage (how many kinds of evidence could be applied) and the agreement between them. The probability is surer of itself than it should be on pictures of a kind that the calibration has not seen: there it was off by about 12 percent on average.",
    },
    {
      topic: "verdict",
      title: "What LIKELY_FORGED, SUSPICIOUS and AUTHENTIC mean",
      text: "LIKELY_FORGED means that two independent kinds of evidence point to a manipulated or generated picture, or that one finding is decisive, for example a signed declaration of an AI generator. It is a statement about the picture and none about anybody's intent: captions, collages and restoration leave the same traces. SUSPICIOUS means that the evidence does not settle the question, because it is too weak, too little or contradictory. AUTHENTIC means that no sign of manipulation was found; it is no certificate, because many manipulations leave no trace, above all in pictures that were compressed strongly. Of 171 untouched originals, 1.2 percent were called LIKELY_FORGED and 2.3 percent SUSPICIOUS.",
    },
    {
      topic: "re-encoding",
      title: "Re-encoding, messengers and screenshots",
      text: "WhatsApp and other messengers, social networks and screenshots make a picture smaller and compress it again. That removes metadata and most traces of compression, noise and resampling, so a forged picture that came through a messenger often looks AUTHENTIC: what was measured there is little better than chance. Sending a picture through a messenger is no sign of forgery and accuses nobody. Ask for the original file as the camera or the program saved it, sent as a document or by mail. The option --stability tells which evidence would survive a messenger.",
    },
    {
      topic: "appeal",
      title: "False accusation and appeal: what to do when the result is wrong",
      text: "No detector is free of error, and a wrong accusation can harm a photographer or an artist. Never act on the score alone. Read which findings carry it: each says where it looked, what its limits are and what would overturn it. Then hand in the best evidence against it: the original camera file or raw file, earlier versions, layers or sketches, or the work itself. A person should look at the marked places and decide; the analysis can be repeated on the better file, and its stored measurements can be judged again under another policy. Paintings, scans and digital art are the hardest cases for methods that were made for photographs.",
    },
    {
      topic: "coverage",
      title: "Insufficient evidence: when too little could be measured",
      text: "Every detector says whether it applies to a picture: a trace of JPEG compression cannot be looked for in a small drawing, and noise not in a strongly compressed file. A detector that does not apply is no evidence in either direction. When too few kinds of evidence apply, the verdict is SUSPICIOUS with the reason insufficient_evidence, which accuses nobody: it says that this file cannot be judged. A larger and less compressed copy of the picture helps most.",
    },
    {
      topic: "heat-map",
      title: "How to read the heat map and the marked regions",
      text: "The heat map marks the places from which the evidence of local detectors comes: the brighter, the more suspicious. It is fused from the maps of all detectors that located something, and its cells are coarser than pixels, so outlines are approximate. A dark map does not mean that a place is untouched, because most detectors are silent on smooth areas, and findings about the whole picture mark no place. In a copy-move both places are marked, the original one and the copy.",
    },
    {
      topic: "attribution",
      title: "Attribution: who painted or made a work of art",
      text: "ArtGuard looks for traces of manipulation and generation in a picture file. It cannot say who painted a work, whether a painting on a wall is a forgery, or what it is worth: a flawless photograph of a forged painting is an authentic photograph. The style comparison with reference works of an artist gives a percentile and neither a verdict nor proof; in our trials it hardly told artists apart. Attribution needs provenance papers, connoisseurs and examination of the material.",
    },
  ],
  es: [
    {
      topic: "score",
      title: "Cómo se calcula la puntuación de falsificación",
      text: "La puntuación de 0 a 100 es una probabilidad de falsificación en tanto por ciento, calculada a partir de las pruebas. Antes de toda prueba vale 20, porque la mayoría de las imágenes que se entregan están intactas. La medida de cada detector se convierte en una razón de verosimilitud mediante una tabla ajustada con imágenes etiquetadas; dentro de una familia de detectores emparentados cuenta la opinión más fuerte y las demás en parte, y las familias se suman. Por debajo de 40 el veredicto es AUTHENTIC, de 40 a 69 SUSPICIOUS y desde 70 puede ser LIKELY_FORGED. Junto a la puntuación figuran su intervalo de confianza, la cobertura (cuántos tipos de prueba se pudieron aplicar) y el acuerdo entre ellos. En imágenes de un tipo que la calibración no ha visto, la probabilidad está más segura de sí misma de lo que debería: se desviaba alrededor de un 12 por ciento de media.",
    },
    {
      topic: "verdict",
      title: "Qué significan LIKELY_FORGED, SUSPICIOUS y AUTHENTIC",
      text: "LIKELY_FORGED (probablemente falsificada) significa que dos tipos de prueba independientes apuntan a una imagen manipulada o generada, o que un hallazgo es decisivo, por ejemplo la declaración firmada de un generador de IA. Es una afirmación sobre la imagen y no sobre la intención de nadie: los rótulos, los collages y la restauración dejan las mismas huellas. SUSPICIOUS (sospechosa) significa que las pruebas no resuelven la cuestión, por débiles, por escasas o por contradictorias. AUTHENTIC (auténtica) significa que no se halló ningún signo de manipulación; no es un certificado, porque muchas manipulaciones no dejan huella, sobre todo en imágenes muy comprimidas. De 171 originales intactos, el 1,2 por ciento se declaró LIKELY_FORGED y el 2,3 por ciento SUSPICIOUS.",
    },
    {
      topic: "re-encoding",
      title: "Recodificación, mensajería y capturas de pantalla",
      text: "WhatsApp y otros servicios de mensajería, las redes sociales y las capturas de pantalla reducen la imagen y la comprimen otra vez. Eso elimina los metadatos y casi todas las huellas de compresión, ruido y remuestreo, de modo que una imagen falsificada que pasó por una mensajería a menudo parece AUTHENTIC: lo que se midió en ese caso es poco mejor que el azar. Enviar una imagen por mensajería no es signo de falsificación y no acusa a nadie. Pida el archivo original tal como lo guardó la cámara o el programa, enviado como documento o por correo. La opción --stability dice qué pruebas sobrevivirían a una mensajería.",
    },
    {
      topic: "appeal",
      title: "Acusación falsa y reclamación: qué hacer si el resultado está equivocado",
      text: "Ningún detector está libre de errores, y una acusación equivocada puede dañar a un fotógrafo o a un artista. No actúe nunca solo por la puntuación. Lea qué hallazgos la sostienen: cada uno dice dónde miró, cuáles son sus límites y qué lo desmentiría. Después presente la mejor prueba en contra: el archivo original de la cámara o el archivo RAW, versiones anteriores, capas o bocetos, o la propia obra. Una persona debe mirar los lugares marcados y decidir; el análisis se puede repetir con el mejor archivo, y sus medidas guardadas se pueden juzgar de nuevo con otra política. Las pinturas, los escaneos y el arte digital son los casos más difíciles para métodos hechos para fotografías.",
    },
    {
      topic: "coverage",
      title: "Pruebas insuficientes: cuando se pudo medir demasiado poco",
      text: "Cada detector dice si se puede aplicar a una imagen: no se puede buscar una huella de compresión JPEG en un dibujo pequeño, ni ruido en un archivo muy comprimido. Un detector que no se aplica no es prueba en ningún sentido. Cuando se aplican demasiado pocos tipos de prueba, el veredicto es SUSPICIOUS con el motivo insufficient_evidence, que no acusa a nadie: dice que este archivo no se puede juzgar. Lo que más ayuda es una copia de la imagen más grande y menos comprimida.",
    },
    {
      topic: "heat-map",
      title: "Cómo leer el mapa de calor y las regiones marcadas",
      text: "El mapa de calor marca los lugares de los que proceden las pruebas de los detectores locales: cuanto más claro, más sospechoso. Se funde a partir de los mapas de todos los detectores que localizaron algo, y sus celdas son más gruesas que los píxeles, así que los contornos son aproximados. Un mapa oscuro no significa que un lugar esté intacto, porque la mayoría de los detectores calla en zonas lisas, y los hallazgos sobre toda la imagen no marcan ningún lugar. En una copia dentro de la imagen se marcan los dos lugares, el original y la copia.",
    },
    {
      topic: "attribution",
      title: "Atribución: quién pintó o hizo una obra de arte",
      text: "ArtGuard busca huellas de manipulación y de generación en un archivo de imagen. No puede decir quién pintó una obra, si un cuadro colgado en la pared es una falsificación ni cuánto vale: una fotografía impecable de un cuadro falso es una fotografía auténtica. La comparación de estilo con obras de referencia de un artista da un percentil y no es ni veredicto ni prueba; en nuestros ensayos apenas distinguió a unos artistas de otros. Una atribución necesita documentos de procedencia, expertos y el examen del material.",
    },
  ],
};
