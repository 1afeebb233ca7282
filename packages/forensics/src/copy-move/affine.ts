/** Maps (x, y) to (a·x + b·y + c, d·x + e·y + f). */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** The similarity that takes one frame to another, with a reflection if asked: frames are points with a size and angle. */
export function frameSimilarity(
  from: { x: number; y: number; scale: number; angle: number },
  to: { x: number; y: number; scale: number; angle: number },
  mirrored: boolean,
): Affine {
  const size = to.scale / from.scale;
  const flip = mirrored ? -1 : 1;
  const [cosTo, sinTo, cosFrom, sinFrom] = [
    Math.cos(to.angle),
    Math.sin(to.angle),
    Math.cos(from.angle),
    Math.sin(from.angle),
  ];
  const a = size * (cosTo * cosFrom + flip * sinTo * sinFrom);
  const b = size * (cosTo * sinFrom - flip * sinTo * cosFrom);
  const d = size * (sinTo * cosFrom - flip * cosTo * sinFrom);
  const e = size * (sinTo * sinFrom + flip * cosTo * cosFrom);
  return { a, b, c: to.x - a * from.x - b * from.y, d, e, f: to.y - d * from.x - e * from.y };
}

export function inverse({ a, b, c, d, e, f }: Affine): Affine {
  const determinant = a * e - b * d;
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return { a: ia, b: ib, c: -(ia * c + ib * f), d: id, e: ie, f: -(id * c + ie * f) };
}

export function mapX({ a, b, c }: Affine, x: number, y: number): number {
  return a * x + b * y + c;
}

export function mapY({ d, e, f }: Affine, x: number, y: number): number {
  return d * x + e * y + f;
}

/** What an affine map does, in words a reader knows. */
export interface AffineParts {
  /** Square root of the change of area. */
  readonly scale: number;
  /** Degrees, −180 to 180. */
  readonly angle: number;
  readonly isMirrored: boolean;
  /** Ratio of the singular values, ≥ 1. */
  readonly anisotropy: number;
}

/** Scale, rotation, reflection and distortion of an affine map. */
export function affineParts({ a, b, d, e }: Affine): AffineParts {
  const determinant = a * e - b * d;
  const isMirrored = determinant < 0;
  // A reflection is undone on the second axis first.
  const [p, q] = isMirrored ? [-b, -e] : [b, e];
  const squares = (a * a + p * p + d * d + q * q) / 2;
  const root = Math.sqrt(Math.max(0, squares * squares - determinant * determinant));
  const [large, small] = [Math.sqrt(squares + root), Math.sqrt(Math.max(1e-12, squares - root))];
  const angle = (Math.atan2(d - p, a + q) * 180) / Math.PI;
  return { scale: Math.sqrt(Math.abs(determinant)), angle, isMirrored, anisotropy: large / small };
}
