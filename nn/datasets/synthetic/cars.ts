/** Cars that never were: engines drawn by origin and year, and a consumption that follows from weight, power and year. */
import { Random } from './random';

const COUNT = 398;
/** As many as the real set lacks. */
const WITHOUT_HORSEPOWER = 6;

/** By origin (1 USA, 2 Europe, 3 Japan): a share in the whole, the cylinders that occur, and cubic inches for each. */
const MAKERS = [
  { origin: 1, share: 0.63, cylinders: [4, 6, 6, 8, 8], inches: [33, 42] },
  { origin: 2, share: 0.17, cylinders: [4, 4, 4, 5, 6], inches: [22, 31] },
  { origin: 3, share: 0.2, cylinders: [3, 4, 4, 4, 6], inches: [20, 30] },
] as const;

/** Rows of MPG, Cylinders, Displacement, Horsepower, Weight, Acceleration, Model Year, Origin; always the same ones. */
export function generateCars(): number[][] {
  const cars = Array.from({ length: COUNT }, (_, i) => car(new Random(398, i), i));
  for (let i = 1; i <= WITHOUT_HORSEPOWER; i++) cars[Math.floor((i * COUNT) / (WITHOUT_HORSEPOWER + 1))][3] = NaN;
  return cars;
}

function car(random: Random, i: number): number[] {
  // In the order of their years, as the real ones are.
  const year = 70 + Math.floor((13 * i) / COUNT);
  const draw = random.between(0, 1);
  const { origin, cylinders: kinds, inches } = draw < MAKERS[0].share ? MAKERS[0] : draw < MAKERS[0].share + MAKERS[1].share ? MAKERS[1] : MAKERS[2];
  const cylinders = random.pick<number>(kinds);
  const displacement = Math.round(cylinders * random.between(inches[0], inches[1]));
  const horsepower = Math.round(25 + 0.4 * displacement * random.between(0.8, 1.2) + 2 * (year - 70));
  const weight = Math.round(1250 + 8.2 * displacement * random.between(0.85, 1.15) + 3 * horsepower);
  const acceleration = tenths(8 + (0.24 * weight) / horsepower + random.between(-1.5, 1.5));
  const mpg = tenths(9 + 52_000 / (weight + 5 * horsepower) + 0.75 * (year - 70) + (origin === 1 ? 0 : 1.5) + random.between(-3, 3));
  return [mpg, cylinders, displacement, horsepower, weight, acceleration, year, origin];
}

function tenths(value: number): number {
  return Math.round(10 * value) / 10;
}
