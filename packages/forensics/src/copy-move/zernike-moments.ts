import type { Plane } from "../raster/plane.ts";

/** Radius of the disc, pixels. Its centre is the corner of four pixels. */
export const discRadius = 8;
/** Orders n and repetitions m up to 5. */
const orders = [
  [0, 0],
  [2, 0],
  [2, 2],
  [4, 0],
  [4, 2],
  [4, 4],
  [1, 1],
  [3, 1],
  [3, 3],
  [5, 1],
  [5, 3],
  [5, 5],
] as const;
const evenOrders = 6;
/** Numbers that describe a disc. */
export const momentCount = orders.length + 1;
/** A change of the contrast by e is as far as so much of the shape. */
const energyWeight = 0.3;

/**
 * Describes discs by the moduli of their Zernike moments up to order 5, which neither a rotation nor a reflection
 * changes (Teague, "Image analysis via the general theory of moments", JOSA 70(8), 1980; as features of copy-moves:
 * Cozzolino, Poggi and Verdoliva, IEEE TIFS 10(11), 2015). The twelve are scaled to length 1 and followed by the
 * contrast.
 */
export class ZernikeMoments {
  /** x and y of the pixels of one quadrant, from the centre. */
  readonly #offsets: Int32Array;
  /** Order by order, the cosine and the sine part at these pixels. */
  readonly #kernels: Float64Array;
  /** The four quadrants folded: each kernel is even or odd along x and along y. */
  readonly #evenEven: Float64Array;
  readonly #oddOdd: Float64Array;
  readonly #oddEven: Float64Array;
  readonly #evenOdd: Float64Array;

  constructor() {
    const points = quadrant();
    this.#offsets = Int32Array.from(points.flatMap(({ u, v }) => [u, v]));
    this.#kernels = Float64Array.from(
      orders.flatMap(([n, m]) => {
        // Divided by its norm over the disc, each polynomial weighs noise alike.
        const norm = Math.sqrt((m === 0 ? 1 : 2) * (n + 1));
        const radial = points.map(({ radius }) => norm * radialPolynomial(n, m, radius));
        const cosines = points.map(({ angle }, i) => radial[i]! * Math.cos(m * angle));
        return [...cosines, ...points.map(({ angle }, i) => radial[i]! * Math.sin(m * angle))];
      }),
    );
    this.#evenEven = new Float64Array(points.length);
    this.#oddOdd = new Float64Array(points.length);
    this.#oddEven = new Float64Array(points.length);
    this.#evenOdd = new Float64Array(points.length);
  }

  /**
   * Writes the description of the disc whose centre is the upper left corner of pixel (x, y), which lies at least
   * `discRadius` inside the plane; nothing if its root mean square is below `least` or above `most`.
   *
   * @returns Whether it was written.
   */
  describe(
    { width, data }: Plane,
    x: number,
    y: number,
    least: number,
    most: number,
    target: Float32Array,
    from: number,
  ): boolean {
    const deviation = this.#fold(data, width, y * width + x);
    if (!(deviation >= least && deviation <= most)) return false;
    let sum = 1e-12;
    for (let k = 0; k < orders.length; k++) {
      const [even, odd] = k < evenOrders ? [this.#evenEven, this.#oddOdd] : [this.#oddEven, this.#evenOdd];
      const real = this.#dot(2 * k, even);
      const imaginary = orders[k]![1] === 0 ? 0 : this.#dot(2 * k + 1, odd);
      const square = real * real + imaginary * imaginary;
      sum += square;
      target[from + k] = orders[k]![1] === 0 ? real : Math.sqrt(square);
    }
    const norm = 1 / Math.sqrt(sum);
    for (let k = 0; k < orders.length; k++) target[from + k]! *= norm;
    target[from + orders.length] = energyWeight * Math.log(deviation);
    return true;
  }

  /** Returns the root mean square. */
  #fold(data: Float32Array, width: number, centre: number): number {
    const [offsets, evenEven, oddOdd, oddEven, evenOdd] = [
      this.#offsets,
      this.#evenEven,
      this.#oddOdd,
      this.#oddEven,
      this.#evenOdd,
    ];
    let squares = 0;
    for (let i = 0; i < evenEven.length; i++) {
      const [u, v] = [offsets[2 * i]!, offsets[2 * i + 1]! * width];
      const a = data[centre + v + u]!;
      const b = data[centre + v - u - 1]!;
      const c = data[centre - v - width + u]!;
      const d = data[centre - v - width - u - 1]!;
      squares += a * a + b * b + c * c + d * d;
      evenEven[i] = a + b + c + d;
      oddOdd[i] = a - b - c + d;
      oddEven[i] = a - b + c - d;
      evenOdd[i] = a + b - c - d;
    }
    return Math.sqrt(squares / (4 * evenEven.length));
  }

  #dot(kernel: number, values: Float64Array): number {
    const kernels = this.#kernels;
    let sum = 0;
    for (let i = 0, k = kernel * values.length; i < values.length; i++, k++) sum += kernels[k]! * values[i]!;
    return sum;
  }
}

/** The pixels of the lower right quadrant of the disc. */
function quadrant(): { u: number; v: number; radius: number; angle: number }[] {
  return Array.from({ length: discRadius * discRadius }, (_, i) => {
    const [u, v] = [i % discRadius, Math.floor(i / discRadius)];
    return { u, v, radius: Math.hypot(u + 0.5, v + 0.5) / discRadius, angle: Math.atan2(v + 0.5, u + 0.5) };
  }).filter(({ radius }) => radius <= 1);
}

function radialPolynomial(n: number, m: number, radius: number): number {
  let sum = 0;
  for (let s = 0; s <= (n - m) / 2; s++) {
    const divisor = factorial(s) * factorial((n + m) / 2 - s) * factorial((n - m) / 2 - s);
    sum += (((s % 2 === 0 ? 1 : -1) * factorial(n - s)) / divisor) * radius ** (n - 2 * s);
  }
  return sum;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
