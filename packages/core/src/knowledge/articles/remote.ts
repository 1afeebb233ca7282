import type { CueArticles } from "../cue-article.ts";

/** Models that run elsewhere: what they may and may not do is in the architecture, §5 and §6. */
export const remoteArticles: CueArticles = {
  en: [
    {
      detector: "modal",
      title: "Remote model (Modal): a detector of the operator's own",
      meaning:
        "Whoever runs this service can add a model of their own on Modal, which gets the reduced copy of the picture and answers with a probability of forgery and sometimes a mask. Its opinion is one family of evidence among others and cannot make a picture LIKELY_FORGED alone.",
      limits:
        "ArtGuard knows nothing of how well that model works; ask the operator for its figures. It never sees the original file, only a copy of at most 2048 pixels, from which fine traces are gone. When it is slow or unreachable, the result is made without it and says so.",
      falseAlarms:
        "Any learned model accuses pictures unlike those it was trained on, for example artworks, scans and illustrations when it learned from photographs.",
    },
    {
      detector: "bedrock",
      title: "Vision model (Bedrock): a language model that looks and explains",
      meaning:
        "A language model gets a copy of the picture, the marked places and the measured evidence, and puts the result into words. It may add what it sees, such as shadows that do not agree, but every sentence has to cite a detector, a region or a document.",
      limits:
        "It explains and does not decide: its weight is capped, and it can neither clear nor condemn a picture alone. It does not see traces of compression or noise, and text in the picture is data to it, no order. Without it the explanation is written from the evidence by a template.",
      falseAlarms:
        "Language models describe with confidence what is not there: unusual light, brushwork, hands or lettering in untouched pictures can be called artificial. Believe what the cited evidence says.",
    },
  ],
  es: [
    {
      detector: "modal",
      title: "Modelo remoto (Modal): un detector propio del operador",
      meaning:
        "Quien ofrece este servicio puede añadir un modelo propio en Modal, que recibe la copia reducida de la imagen y responde con una probabilidad de falsificación y a veces una máscara. Su opinión es una familia de pruebas entre otras y no puede por sí sola dar una imagen por LIKELY_FORGED.",
      limits:
        "ArtGuard no sabe lo bien que funciona ese modelo; pida sus cifras al operador. Nunca ve el archivo original, solo una copia de 2048 píxeles como máximo, en la que faltan las huellas finas. Si es lento o no responde, el resultado se hace sin él y lo dice.",
      falseAlarms:
        "Cualquier modelo entrenado acusa a imágenes distintas de las de su entrenamiento, por ejemplo obras de arte, escaneos e ilustraciones si aprendió con fotografías.",
    },
    {
      detector: "bedrock",
      title: "Modelo de visión (Bedrock): un modelo de lenguaje que mira y explica",
      meaning:
        "Un modelo de lenguaje recibe una copia de la imagen, los lugares marcados y las pruebas medidas, y pone el resultado en palabras. Puede añadir lo que ve, como sombras que no concuerdan, pero cada frase debe citar un detector, una región o un documento.",
      limits:
        "Explica y no decide: su peso tiene un tope y no puede por sí solo absolver ni condenar una imagen. No ve las huellas de compresión ni de ruido, y el texto dentro de la imagen es para él un dato, no una orden. Sin él, una plantilla escribe la explicación a partir de las pruebas.",
      falseAlarms:
        "Los modelos de lenguaje describen con seguridad cosas que no están: una luz, una pincelada, unas manos o unas letras poco comunes en imágenes intactas pueden parecerles artificiales. Crea lo que dicen las pruebas citadas.",
    },
  ],
};
