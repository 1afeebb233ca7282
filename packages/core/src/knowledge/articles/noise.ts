import type { CueArticles } from "../cue-article.ts";

/** Figures: the pages `docs/detection/{noise-residual,noise-level,demosaicing,resampling,text-edit}.md`. */
export const noiseArticles: CueArticles = {
  en: [
    {
      detector: "noise-residual",
      title: "Noise residual: a region with another fine structure",
      meaning:
        "Below its content a photograph has a fine structure that comes from its camera and its processing. A compact region whose structure differs from that of the rest may come from another camera, or was enlarged, sharpened or cleaned of noise.",
      limits:
        "It needs JPEG quality 75 or better and regions of more than 64 pixels; a copy from the same picture looks like the rest. Most splices stay below its level: in our own test it called 29 % of them in files without loss and 6 % after a save at JPEG 85.",
      falseAlarms:
        "Shallow depth of field, motion blur and fine repeated patterns such as fabric also differ from the rest. At most 1 of 34 untouched photographs was accused in each kind of file.",
    },
    {
      detector: "noise-level",
      title: "Noise level: a region with more or less grain",
      meaning:
        "At the same brightness and texture, the grain of a photograph should be alike everywhere. A region with clearly more or less noise may come from another picture or was smoothed.",
      limits:
        "This is a very weak sign: in our own test it ranked splices hardly better than a coin and called 1 or 2 of 100. It applies only to files without loss and to JPEGs of quality 95 or better.",
      falseAlarms:
        "Smooth or grainy materials, and the noise reduction that cameras apply to skin and sky, change the grain of untouched photographs.",
    },
    {
      detector: "demosaicing",
      title: "Demosaicing: a region without the camera's colour interpolation",
      meaning:
        "A camera sensor measures one colour per pixel and computes the others, which leaves a fine chequerboard. A textured region without it, in a photograph that has it elsewhere, was probably pasted, painted or processed.",
      limits:
        "The trace survives only in photographs that were never scaled and were saved without loss or at JPEG quality 96 and better, so nearly all pictures from the web are not applicable. Even in a made, easiest case it called about 6 of 10 splices.",
      falseAlarms:
        "Local blur and sharpening remove the trace in untouched photographs; 2 of 34 untouched pictures were accused in that made case, so its word counts little.",
    },
    {
      detector: "resampling",
      title: "Resampling: a region that was resized or turned",
      meaning:
        "Enlarging or turning a picture computes new pixels from their neighbours, with a regular rhythm. The rhythm in one part alone means that this part was resized or turned to fit in; over the whole picture it only means that all of it was.",
      limits:
        "Reductions are not seen, nor enlargements below about 9 % or by factors that hide in the JPEG grid, and a later JPEG save removes nearly all of it: in our own test 21 of 24 enlarged or turned regions were found in PNG and none of 32 regions after JPEG 95.",
      falseAlarms:
        "Panoramas and lens correction resize a part of the picture without intent. None of 32 untouched pictures was accused.",
    },
    {
      detector: "text-edit",
      title: "Edited text: a word or a patch of paper that is not like the rest of the page",
      meaning:
        "On a page that came about in one piece, paper and letters are alike: the same grain, the same colour, the same sharpness of edges, the same earlier compression. A word, a number or a patch of paper that differs in several of them was probably typed, pasted or painted over later.",
      limits:
        "It applies to pages of text on even paper alone, not to photographs, posters or ornate certificates. It calls only some edits, few after a messenger app, and hardly any text that was erased from clean paper or copied from the same page. Its parameters come from pages that we made up ourselves.",
      falseAlarms:
        "Stamps, signatures, logos and form fields that another program filled in differ from a page in the same ways.",
    },
  ],
  es: [
    {
      detector: "noise-residual",
      title: "Residuo de ruido: una región con otra estructura fina",
      meaning:
        "Debajo de su contenido, una fotografía tiene una estructura fina que procede de su cámara y de su procesado. Una región compacta cuya estructura difiere del resto puede venir de otra cámara, o haber sido ampliada, enfocada o limpiada de ruido.",
      limits:
        "Necesita calidad JPEG 75 o mejor y regiones de más de 64 píxeles; una copia de la misma imagen se parece al resto. La mayoría de los montajes queda por debajo de su nivel: en nuestra propia prueba señaló el 29 % en archivos sin pérdida y el 6 % tras guardar en JPEG 85.",
      falseAlarms:
        "La poca profundidad de campo, el desenfoque de movimiento y los patrones finos repetidos, como los tejidos, también difieren del resto. Acusó como mucho a 1 de 34 fotografías intactas en cada tipo de archivo.",
    },
    {
      detector: "noise-level",
      title: "Nivel de ruido: una región con más o menos grano",
      meaning:
        "Con igual brillo y textura, el grano de una fotografía debería ser parecido en todas partes. Una región con claramente más o menos ruido puede venir de otra imagen o haber sido suavizada.",
      limits:
        "Es un indicio muy débil: en nuestra propia prueba ordenó los montajes apenas mejor que una moneda y señaló 1 o 2 de cada 100. Solo se aplica a archivos sin pérdida y a JPEG de calidad 95 o mejor.",
      falseAlarms:
        "Los materiales lisos o granulados y la reducción de ruido que las cámaras aplican a la piel y al cielo cambian el grano de fotografías intactas.",
    },
    {
      detector: "demosaicing",
      title: "Interpolación de color: una región sin la huella del sensor",
      meaning:
        "El sensor de una cámara mide un color por píxel y calcula los demás, lo que deja un fino tablero de ajedrez. Una región con textura que no lo tiene, en una fotografía que sí lo muestra en otras partes, probablemente se pegó, se pintó o se procesó.",
      limits:
        "La huella solo sobrevive en fotografías que nunca se redimensionaron y se guardaron sin pérdida o con calidad JPEG 96 o mejor; casi ninguna imagen de la web sirve. Incluso en un caso fabricado, el más fácil, señaló unos 6 de cada 10 montajes.",
      falseAlarms:
        "El desenfoque y el enfoque locales quitan la huella en fotografías intactas; en ese caso fabricado acusó a 2 de 34 imágenes intactas, así que su palabra cuenta poco.",
    },
    {
      detector: "resampling",
      title: "Remuestreo: una región redimensionada o girada",
      meaning:
        "Ampliar o girar una imagen calcula píxeles nuevos a partir de sus vecinos, con un ritmo regular. Si el ritmo aparece solo en una parte, esa parte se redimensionó o se giró para encajarla; en toda la imagen solo significa que se hizo con toda ella.",
      limits:
        "No ve las reducciones, ni las ampliaciones menores de un 9 % o por factores que se esconden en la cuadrícula JPEG, y otro guardado JPEG lo borra casi todo: en nuestra propia prueba encontró 21 de 24 regiones ampliadas o giradas en PNG y ninguna de 32 regiones tras JPEG 95.",
      falseAlarms:
        "Las panorámicas y la corrección de la lente redimensionan una parte de la imagen sin intención. No acusó a ninguna de 32 imágenes intactas.",
    },
    {
      detector: "text-edit",
      title: "Texto editado: una palabra o un trozo de papel distinto del resto de la página",
      meaning:
        "En una página que surgió de una vez, el papel y las letras son iguales en todas partes: el mismo grano, el mismo color, la misma nitidez de los bordes, la misma compresión anterior. Una palabra, un número o un trozo de papel que difiere en varios de ellos probablemente se escribió, se pegó o se tapó después.",
      limits:
        "Solo se aplica a páginas de texto sobre papel uniforme, no a fotografías, carteles ni certificados con adornos. Señala solo algunas ediciones, pocas tras una aplicación de mensajería y casi ningún texto borrado de un papel limpio o copiado de la misma página. Sus parámetros proceden de páginas que fabricamos nosotros.",
      falseAlarms:
        "Los sellos, las firmas, los logotipos y los campos que otro programa rellenó difieren de la página de la misma manera.",
    },
  ],
};
