import type { CueArticles } from "../cue-article.ts";

/** Figures: `docs/detection.md` ("Splices and pastes made by the benchmark") and the pages of the detectors. */
export const compressionArticles: CueArticles = {
  en: [
    {
      detector: "double-quantization",
      title: "Double quantisation: a region without the earlier JPEG compression",
      meaning:
        "A JPEG photograph that was opened and saved again carries the traces of two compressions everywhere, except where something was pasted or painted in between. A region that was compressed only once is therefore likely to have been added; with a very small probability of chance it decides alone.",
      limits:
        "It needs a JPEG file of enough blocks, and is blind to edits made before the only save, to pictures resized or cropped off their grid after the edit, and to a last save much coarser than the first. Of 138 splices made for our own test it found 125 and marked another place in 9; splices from elsewhere, saved again as a whole, are found far less often.",
      falseAlarms:
        "Captions, logos, borders and collages that were added honestly are local edits too and look the same. It was silent on all 414 untouched controls of our test.",
    },
    {
      detector: "jpeg-grid",
      title: "JPEG grid: a region whose 8×8 grid is shifted",
      meaning:
        "JPEG compresses blocks of 8×8 pixels, and the grid of these blocks stays in the pixels, also in a PNG, TIFF or WebP made from a JPEG. A region whose grid does not line up with that of the rest was probably pasted from another JPEG picture.",
      limits:
        "One of 64 positions lands on the picture's own grid and stays unseen; resizing, turning or a strong last compression erases the grid, and a picture that never was a JPEG has none. In our own test it found 194 of 207 pasted regions.",
      falseAlarms:
        "Collages, pages composed of several JPEG pictures, and inserted logos have a second grid without any intent to deceive. None of 414 untouched controls was accused.",
    },
    {
      detector: "jpeg-ghost",
      title: "JPEG ghost: a region with a coarser compression in its past",
      meaning:
        "When a picture is compressed again at several qualities, a region that was once saved at one of them changes least there, like a ghost. A region with such a past that the rest lacks was probably taken from another JPEG file.",
      limits:
        "It needs a file of JPEG quality 75 or better, or one without loss, and sees only regions that lie on the picture's own grid and whose earlier quality was lower than the last one. In our own test it found 44 of 69 such pastes.",
      falseAlarms:
        "Smooth or dark parts of coarsely compressed pictures and pages composed of several JPEGs show ghosts without intent; 2 of 414 untouched controls were accused. A ghost that follows flat areas rather than an object should not be believed.",
    },
    {
      detector: "shifted-double-compression",
      title: "Shifted double compression: an earlier JPEG compression on another grid",
      meaning:
        "A piece of a JPEG that is pasted into a picture rarely lands on the grid of the new file, but its coefficients still show the steps of its earlier compression. The trace in one part accuses that part; over the whole picture it only means that the picture was cropped and saved again.",
      limits:
        "Pieces smaller than about 100 pixels, pieces that were resized or turned, earlier saves at very high or very low quality, and a much coarser last save leave nothing to see. In our own test it found 37 of 48 pasted squares.",
      falseAlarms:
        "A page or collage composed of several JPEG pictures has such regions without intent. None of 80 untouched pictures was accused, but one painting was called cropped and saved again.",
    },
    {
      detector: "blocking",
      title: "Blocking artefacts: block boundaries that are shifted or missing",
      meaning:
        "JPEG leaves small steps at the boundaries of its 8×8 blocks. A region whose steps lie elsewhere may come from another picture; a region where they are missing was blurred, enlarged or painted over, which is told but accuses nobody.",
      limits:
        "It is not among the detectors that run by default, because it does not separate published forgeries from untouched pictures (area under the curve .42, where .5 is a coin). A later JPEG save hides shifted steps, and resizing the whole picture ends all of it.",
      falseAlarms:
        "Blur, shallow depth of field and local noise reduction remove block boundaries in untouched photographs, and paintings can lack them too.",
    },
  ],
  es: [
    {
      detector: "double-quantization",
      title: "Doble cuantización: una región sin la compresión JPEG anterior",
      meaning:
        "Una fotografía JPEG que se abrió y se volvió a guardar lleva en todas partes las huellas de dos compresiones, salvo donde se pegó o se pintó algo entre medias. Por eso, una región comprimida una sola vez probablemente se añadió después; si la probabilidad de que sea casualidad es mínima, decide por sí sola.",
      limits:
        "Necesita un archivo JPEG con bastantes bloques y no ve las ediciones hechas antes del único guardado, las imágenes redimensionadas o recortadas fuera de su cuadrícula después de la edición, ni las guardadas al final con mucha más compresión que al principio. De 138 montajes hechos para nuestra propia prueba encontró 125, y en 9 señaló otro lugar; los montajes ajenos, guardados de nuevo por completo, los encuentra mucho menos.",
      falseAlarms:
        "Los rótulos, logotipos, bordes y collages añadidos de buena fe también son ediciones locales y se ven igual. No acusó a ninguno de los 414 controles intactos de nuestra prueba.",
    },
    {
      detector: "jpeg-grid",
      title: "Cuadrícula JPEG: una región con la cuadrícula de 8×8 desplazada",
      meaning:
        "JPEG comprime bloques de 8×8 píxeles y la cuadrícula de esos bloques queda en los píxeles, también en un PNG, TIFF o WebP hecho a partir de un JPEG. Una región cuya cuadrícula no coincide con la del resto probablemente se pegó desde otra imagen JPEG.",
      limits:
        "Una de cada 64 posiciones cae sobre la cuadrícula de la propia imagen y no se ve; redimensionar, girar o comprimir mucho al final borra la cuadrícula, y una imagen que nunca fue JPEG no tiene ninguna. En nuestra propia prueba encontró 194 de 207 regiones pegadas.",
      falseAlarms:
        "Los collages, las páginas compuestas de varias imágenes JPEG y los logotipos insertados tienen una segunda cuadrícula sin intención de engañar. No acusó a ninguno de los 414 controles intactos.",
    },
    {
      detector: "jpeg-ghost",
      title: "Fantasma JPEG: una región que antes tuvo una compresión más fuerte",
      meaning:
        "Al comprimir de nuevo una imagen con varias calidades, una región que ya se guardó con una de ellas apenas cambia en esa calidad, como un fantasma. Si el resto de la imagen no tiene ese pasado, la región probablemente procede de otro archivo JPEG.",
      limits:
        "Necesita un archivo JPEG de calidad 75 o mejor, o uno sin pérdida, y solo ve las regiones que están sobre la cuadrícula de la propia imagen y cuya calidad anterior era más baja que la última. En nuestra propia prueba encontró 44 de 69.",
      falseAlarms:
        "Las partes lisas u oscuras de imágenes muy comprimidas y las páginas compuestas de varios JPEG muestran fantasmas sin intención; acusó a 2 de 414 controles intactos. No hay que creer en un fantasma que sigue zonas lisas en lugar de un objeto.",
    },
    {
      detector: "shifted-double-compression",
      title: "Doble compresión desplazada: una compresión JPEG anterior en otra cuadrícula",
      meaning:
        "Un trozo de un JPEG que se pega en una imagen rara vez cae sobre la cuadrícula del nuevo archivo, pero sus coeficientes aún muestran los escalones de su compresión anterior. La huella en una parte acusa a esa parte; en toda la imagen solo significa que se recortó y se volvió a guardar.",
      limits:
        "No se ve nada en trozos menores de unos 100 píxeles, redimensionados o girados, con un primer guardado de calidad muy alta o muy baja, o con un último guardado mucho más comprimido. En nuestra propia prueba encontró 37 de 48 cuadrados pegados.",
      falseAlarms:
        "Una página o un collage de varias imágenes JPEG tiene esas regiones sin intención. No acusó a ninguna de 80 imágenes intactas, pero dio una pintura por recortada y vuelta a guardar.",
    },
    {
      detector: "blocking",
      title: "Artefactos de bloque: bordes de bloque desplazados o ausentes",
      meaning:
        "JPEG deja pequeños escalones en los bordes de sus bloques de 8×8. Una región con los escalones en otro sitio puede venir de otra imagen; una región sin ellos fue desenfocada, ampliada o repintada, lo que se comunica sin acusar a nadie.",
      limits:
        "No está entre los detectores que se ejecutan por defecto, porque no separa las falsificaciones publicadas de las imágenes intactas (área bajo la curva de 0,42, cuando 0,5 es lanzar una moneda). Otro guardado JPEG oculta los escalones desplazados y redimensionar toda la imagen los elimina.",
      falseAlarms:
        "El desenfoque, la poca profundidad de campo y la reducción local de ruido quitan los bordes de bloque en fotografías intactas, y también pueden faltar en pinturas.",
    },
  ],
};
