// A network of objects, as the one of TensorFlow Playground is: a node for a neuron, a link for a weight, one sample after the other,
// and an update when the batch is over. Written anew for this measurement, in that manner; with plain SGD, as there.

const bound = (inputs) => 1 / Math.sqrt(inputs);
const random = (inputs) => bound(inputs) * (2 * Math.random() - 1);

function makeNetwork(sizes) {
  return sizes.map((size, layer) =>
    Array.from({ length: size }, () => ({
      output: 0,
      bias: layer === 0 ? 0 : random(sizes[layer - 1]),
      error: 0,
      biasError: 0,
      links:
        layer === 0
          ? []
          : Array.from({ length: sizes[layer - 1] }, () => ({ weight: random(sizes[layer - 1]), error: 0 })),
    })),
  );
}

function forward(network, input) {
  for (const [i, node] of network[0].entries()) node.output = input[i];
  for (let layer = 1; layer < network.length; layer++) {
    const before = network[layer - 1];
    for (const node of network[layer]) {
      let sum = node.bias;
      for (let i = 0; i < before.length; i++) sum += node.links[i].weight * before[i].output;
      node.output = layer < network.length - 1 ? Math.tanh(sum) : sum;
    }
  }
  return network.at(-1)[0].output;
}

function backward(network, target) {
  const [output] = network.at(-1);
  output.error = 1 / (1 + Math.exp(-output.output)) - target;
  for (let layer = network.length - 1; layer > 0; layer--) {
    const before = network[layer - 1];
    for (const node of before) node.error = 0;
    for (const node of network[layer]) {
      node.biasError += node.error;
      for (let i = 0; i < before.length; i++) {
        node.links[i].error += node.error * before[i].output;
        before[i].error += node.error * node.links[i].weight;
      }
    }
    if (layer > 1) for (const node of before) node.error *= 1 - node.output ** 2;
  }
}

function update(network, rate) {
  for (const layer of network.slice(1)) {
    for (const node of layer) {
      node.bias -= rate * node.biasError;
      node.biasError = 0;
      for (const link of node.links) {
        link.weight -= rate * link.error;
        link.error = 0;
      }
    }
  }
}

/** @returns steps a second, and the loss at the end */
globalThis.trainWithObjects = async (_, { inputs, targets, hidden, batch, lr }, seconds) => {
  const network = makeNetwork([inputs[0].length, ...hidden, 1]);
  const whole = Math.floor(inputs.length / batch) * batch;
  let steps = 0;
  const train = (until) => {
    while (performance.now() < until) {
      const first = (steps++ * batch) % whole;
      for (let i = first; i < first + batch; i++) {
        forward(network, inputs[i]);
        backward(network, targets[i][0]);
      }
      update(network, lr / batch);
    }
  };
  train(performance.now() + 1000);
  steps = 0;
  const begin = performance.now();
  train(begin + 1000 * seconds);
  const stepsPerSecond = (1000 * steps) / (performance.now() - begin);
  const losses = inputs.map((input, i) => {
    const logit = forward(network, input);
    return Math.log1p(Math.exp(-Math.abs(logit))) + Math.max(logit, 0) - logit * targets[i][0];
  });
  return { stepsPerSecond, loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length };
};
