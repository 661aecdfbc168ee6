import { random } from './data/random.ts';
import { rounded, split } from './data/table.ts';
import { type Example, numberOf, rootMeanSquare } from './example.ts';

// How far does a ball fly if thrown at a speed (m/s) and an angle (degrees) from a height (m)? Measured with a worn tape.
const { uniform, normal } = random(4);
const GRAVITY = 9.81;
const throws = split(1_000, 200, () => {
  const [speed, degrees, height] = [5 + 15 * uniform(), 10 + 70 * uniform(), 2 * uniform()];
  const angle = (degrees * Math.PI) / 180;
  const [ahead, up] = [speed * Math.cos(angle), speed * Math.sin(angle)];
  const metres = (ahead * (up + Math.sqrt(up ** 2 + 2 * GRAVITY * height))) / GRAVITY;
  return [[rounded(speed), rounded(degrees), rounded(height)], rounded(metres + 0.2 * normal())];
});

export const regression: Example = {
  about: 'how much is it? A small network learns a law of physics from measurements',
  job: {
    name: 'regression',
    model: {
      name: 'Regression',
      input: { shape: [3] },
      layers: [
        { type: 'Linear', out_features: 64 },
        { type: 'Tanh' },
        { type: 'Linear', out_features: 64 },
        { type: 'Tanh' },
        { type: 'Linear', out_features: 1 },
      ],
    },
    dataset: throws.seen,
    preprocess: 'standardize',
    training: {
      loss: 'MSELoss',
      optimizer: { type: 'Adam', lr: 0.005 },
      scheduler: { type: 'CosineAnnealingLR', T_max: 60 },
      epochs: 60,
      batch_size: 16,
      validation_split: 0.1,
    },
  },
  async show({ screen, predict }) {
    const { inputs, targets } = throws.unseen;
    const predictions = (await predict(inputs)).map(numberOf);
    for (const [i, metres] of predictions.slice(0, 5).entries()) {
      const [speed, degrees, height] = inputs[i]!.map((value) => value.toFixed(1));
      const thrown = `${speed} m/s at ${degrees}° from ${height} m`.padEnd(34);
      screen.line(
        `${thrown} predicted ${metres.toFixed(2).padStart(5)} m  true ${targets[i]!.toFixed(2).padStart(5)} m`,
      );
    }
    const { targets: seen } = throws.seen;
    const mean = seen.reduce((sum, metres) => sum + metres, 0) / seen.length;
    return {
      what: `Typical error (RMSE, in metres) on ${inputs.length} throws it has never seen`,
      value: rootMeanSquare(predictions.map((metres, i) => metres - targets[i]!)),
      baseline: rootMeanSquare(targets.map((metres) => metres - mean)),
      of: 'always the mean',
    };
  },
};
