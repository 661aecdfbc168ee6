// A training step of a fully connected network in another JavaScript library, bundled and run in a process of its own. The first
// line of standard input, {"peer": "tfjs" | "jax-js", "sizes": [inputs, …, classes], "batch": …, "folder": …, "steps": …, "wasm":
// folder of TensorFlow.js' binaries}, is answered with {"losses": […]}, of the first steps; then each {"seconds": …} with
// {"micros": …}. The folder holds theta (weights [out, in] and bias of each layer), inputs and targets as plain numbers. Not typed:
// its packages are there only where they were asked for (npm ci --prefix bench/peers).

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const LR = 0.001;
const BETAS = [0.9, 0.999];
const EPS = 1e-8;

/** Each gives step(at, wanted): takes the batch at that place, and tells its loss where that is wanted. */
const PEERS = {
  async tfjs({ layers, batches, classes, wasm }) {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(wasm);
    if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no wasm backend here');
    await tf.ready();
    const variables = layers.map(({ weight, bias, shape }) => ({
      weight: tf.variable(tf.tensor2d(weight, shape)),
      bias: tf.variable(tf.tensor1d(bias)),
    }));
    const data = batches.map(({ x, y, shape }) => [
      tf.tensor2d(x, shape),
      tf.cast(tf.oneHot(tf.tensor1d(y, 'int32'), classes), 'float32'),
    ]);
    const forward = (x) =>
      variables.reduce((value, { weight, bias }, i) => {
        const sum = tf.add(tf.matMul(value, weight, false, true), bias);
        return i < variables.length - 1 ? tf.relu(sum) : sum;
      }, x);
    const optimizer = tf.train.adam(LR, ...BETAS, EPS);
    return {
      async step(at, wanted) {
        const [x, y] = data[at % data.length];
        const loss = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, forward(x)), wanted);
        if (!wanted) return null;
        const [number] = await loss.data();
        loss.dispose();
        return number;
      },
    };
  },

  async 'jax-js'({ layers, batches, classes }) {
    const { init, defaultDevice, jit, nn, numpy: np, tree, valueAndGrad } = await import('@jax-js/jax');
    await init('wasm');
    defaultDevice('wasm');
    const parameters = layers.flatMap(({ weight, bias, shape }) => [
      np.array(weight).reshape(shape),
      np.array(bias),
    ]);
    const lossOf = (parameters, x, y) => {
      let value = x;
      for (let i = 0; i < parameters.length; i += 2) {
        value = np.matmul(value, np.transpose(parameters[i])).add(parameters[i + 1]);
        if (i + 2 < parameters.length) value = nn.relu(value);
      }
      return np.mean(np.sum(nn.logSoftmax(value).mul(y), -1)).neg();
    };
    // Every argument is owned by who is called: .ref keeps one for later.
    const update = jit((parameters, m, v, corrections, x, y) => {
      const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(parameters), x, y);
      const next = { parameters: [], m: [], v: [] };
      for (const [i, gradient] of gradients.entries()) {
        const mean = m[i].mul(BETAS[0]).add(gradient.ref.mul(1 - BETAS[0]));
        const square = v[i].mul(BETAS[1]).add(gradient.ref.mul(gradient).mul(1 - BETAS[1]));
        const move = mean.ref
          .mul(corrections.ref.slice(0))
          .div(np.sqrt(square.ref.mul(corrections.ref.slice(1))).add(EPS));
        next.parameters.push(parameters[i].sub(move.mul(LR)));
        next.m.push(mean);
        next.v.push(square);
      }
      corrections.dispose();
      return { ...next, loss };
    });
    const zeros = () => parameters.map((it) => np.zeros(it.shape));
    let state = { parameters, m: zeros(), v: zeros() };
    const data = batches.map(({ x, y, shape }) => [
      np.array(x).reshape(shape),
      nn.oneHot(np.array(y, { dtype: np.int32 }), classes),
    ]);
    return {
      async step(at, wanted) {
        const [x, y] = data[at % data.length];
        const corrections = np.array(Float32Array.from(BETAS, (beta) => 1 / (1 - beta ** (at + 1))));
        const { loss, ...next } = update(state.parameters, state.m, state.v, corrections, x.ref, y.ref);
        state = next;
        if (wanted) return (await loss.data())[0];
        loss.dispose();
        return null;
      },
    };
  },
};

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = JSON.parse((await lines.next()).value);
const { step } = await PEERS[job.peer]({ ...read(job), wasm: job.wasm });
const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
let taken = 0;
const losses = [];
while (taken < job.steps) losses.push(await step(taken++, true));
say({ losses });
for await (const line of lines) {
  const { seconds } = JSON.parse(line);
  const begin = performance.now();
  const first = taken;
  // The last loss is read, so that nothing is left undone.
  while (taken - first < 3 || performance.now() - begin < 1000 * seconds) await step(taken++, false);
  await step(taken++, true);
  say({ micros: ((performance.now() - begin) * 1000) / (taken - first) });
}

function read({ sizes, batch, folder }) {
  const bytes = (name) => readFileSync(`${folder}/${name}`);
  const floats = (name) => new Float32Array(new Uint8Array(bytes(name)).buffer);
  const theta = floats('theta');
  const inputs = floats('inputs');
  const targets = new Int32Array(new Uint8Array(bytes('targets')).buffer);
  let used = 0;
  const take = (count) => {
    used += count;
    return theta.slice(used - count, used);
  };
  const layers = sizes.slice(1).map((out, i) => {
    const shape = [out, sizes[i]];
    return { shape, weight: take(out * sizes[i]), bias: take(out) };
  });
  if (used !== theta.length)
    throw new Error(`the network here has ${used} parameters, theirs ${theta.length}`);
  const width = batch * sizes[0];
  const batches = Array.from({ length: targets.length / batch }, (_, i) => ({
    shape: [batch, sizes[0]],
    x: inputs.slice(i * width, (i + 1) * width),
    y: targets.slice(i * batch, (i + 1) * batch),
  }));
  return { layers, batches, classes: sizes.at(-1) };
}
