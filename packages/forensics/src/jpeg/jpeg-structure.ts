/** One segment of a JPEG file, in file order. */
export interface JpegMarker {
  /** Second byte of the marker, e.g. 0xdb for DQT. */
  readonly code: number;
  /** Offset of the 0xff byte. */
  readonly offset: number;
  /** Payload bytes after the two length bytes; 0 for stand-alone markers. */
  readonly length: number;
}

/** One colour component as the frame header declares it. */
export interface JpegComponent {
  readonly id: number;
  readonly horizontalSampling: number;
  readonly verticalSampling: number;
  /** 64 steps in natural (row-major) order: index `8·v + u`. */
  readonly quantization: Uint16Array;
  /** Blocks that hold picture: `ceil(component width / 8)`. */
  readonly blocksPerRow: number;
  readonly blocksPerColumn: number;
}

/** Quantised DCT coefficients of one component. */
export interface CoefficientPlane extends JpegComponent {
  /** Block after block, row-major, 64 coefficients each in natural order; the DC is index 0, prediction undone. */
  readonly coefficients: Int16Array;
}

/** What the headers of a JPEG say, without entropy decoding. */
export interface JpegStructure {
  readonly width: number;
  readonly height: number;
  readonly process: "baseline" | "extended" | "progressive";
  readonly precision: 8;
  readonly restartInterval: number;
  readonly markers: readonly JpegMarker[];
  readonly components: readonly JpegComponent[];
  /** Adobe APP14 colour transform, or null without the marker. */
  readonly adobeTransform: 0 | 1 | 2 | null;
  /** IJG quality 1–100 whose tables lie nearest to the luma table, and whether it matches exactly. */
  readonly quality: { readonly estimate: number; readonly exact: boolean };
  /** EXIF thumbnail (a JPEG of its own), or null. */
  readonly thumbnail: Uint8Array | null;
  /** Bytes after the EOI marker. */
  readonly trailingBytes: number;
}
