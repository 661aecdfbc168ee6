// TensorFlow.js in a page: the playground's network, in the way its users write it, as favourably as is fair: batches are tensors
// before the clock starts, nothing is shuffled, no loss is read. Not typed: its packages are there only where they were asked for.

import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

setWasmPaths('/');

const CHECK_EVERY = 20;

/** @returns steps a second, and the loss at the end */
globalThis.trainWithTfjs = async (backend, { inputs, targets, hidden, batch, lr }, seconds) => {
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();
  const sizes = [inputs[0].length, ...hidden, 1];
  const layers = sizes.slice(1).map((size, i) => {
    const bound = 1 / Math.sqrt(sizes[i]);
    return {
      weight: tf.variable(tf.randomUniform([sizes[i], size], -bound, bound)),
      bias: tf.variable(tf.randomUniform([size], -bound, bound)),
    };
  });
  const forward = (x) =>
    layers.reduce((value, { weight, bias }, i) => {
      const sum = tf.add(tf.matMul(value, weight), bias);
      return i < layers.length - 1 ? tf.tanh(sum) : sum;
    }, x);
  const batches = [];
  for (let at = 0; at + batch <= inputs.length; at += batch) {
    batches.push([tf.tensor2d(inputs.slice(at, at + batch)), tf.tensor2d(targets.slice(at, at + batch))]);
  }
  const optimizer = tf.train.adam(lr);
  const loss = (x, y) => tf.losses.sigmoidCrossEntropy(y, forward(x));
  let steps = 0;
  const train = (until) => {
    while (performance.now() < until) {
      for (let i = 0; i < CHECK_EVERY; i++) {
        const [x, y] = batches[steps++ % batches.length];
        optimizer.minimize(() => loss(x, y));
      }
    }
  };
  train(performance.now() + 1000); // compiled and warm
  [steps] = [0];
  const begin = performance.now();
  train(begin + 1000 * seconds);
  const stepsPerSecond = (1000 * steps) / (performance.now() - begin);
  const last = await tf.tidy(() => loss(...batches[0])).data();
  return { stepsPerSecond, loss: last[0] };
};
