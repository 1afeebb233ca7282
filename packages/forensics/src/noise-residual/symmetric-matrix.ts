/** Eigenvalues, largest first, and the eigenvectors as rows. */
export interface EigenDecomposition {
  readonly values: Float64Array;
  /** Row k, `size` numbers from `k · size`, is the unit eigenvector of the k-th largest eigenvalue. */
  readonly vectors: Float64Array;
}

const sweeps = 30;
const tolerance = 1e-20;

/** Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub & Van Loan, section 8.5). */
export function eigenDecomposition(matrix: Float64Array, size: number): EigenDecomposition {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0; sweep < sweeps && offDiagonal(a, size) > tolerance; sweep++)
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  const vectors = new Float64Array(size * size);
  for (const [to, from] of order.entries()) for (let k = 0; k < size; k++) vectors[to * size + k] = v[k * size + from]!;
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) sum += a[i * size + j]! ** 2;
  return sum;
}

/** One rotation that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q, c, s);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k, c, s);
  for (let k = 0; k < size; k++) turn(v, k * size + p, k * size + q, c, s);
}

function turn(data: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [data[i]!, data[j]!];
  data[i] = c * x - s * y;
  data[j] = s * x + c * y;
}

/** The lower triangle L with `L·Lᵀ` = the matrix, row-major; undefined when the matrix is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!;
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j]!;
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return lower;
}
