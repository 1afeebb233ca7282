/** Steps of Simpson's rule; the integrand is smooth. */
const steps = 400;

/**
 * P(T ≥ t) of Student's t distribution, by Simpson's rule on its density after the substitution t = √ν·tan θ, which makes
 * the integrand cos^(ν−1) θ on a finite interval.
 */
export function studentTail(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const whole = integral(-Math.PI / 2, Math.PI / 2, degreesOfFreedom - 1);
  return integral(angle, Math.PI / 2, degreesOfFreedom - 1) / whole;
}

function integral(from: number, to: number, power: number): number {
  const width = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.max(0, Math.cos(from + i * width)) ** power;
  }
  return (sum * width) / 3;
}
