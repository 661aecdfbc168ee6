import { OPINIONS, UNSEEN } from './data/opinions.ts';
import { accuracyOf, type Example } from './example.ts';

export const textClasses: Example = {
  about: 'texts of a table: an LSTM reads words and tells what an opinion is about',
  table: { name: 'opinions.csv', text: OPINIONS, fields: { target: 'about' } },
  job: {
    name: 'text-classes',
    model: {
      name: 'Reader',
      layers: [
        { name: 'words', type: 'Embedding', embedding_dim: 16 },
        { name: 'lstm', type: 'LSTM', hidden_size: 24, bidirectional: true },
        { type: 'Dropout', p: 0.2 },
        { name: 'head', type: 'Linear' },
      ] as never,
    },
    training: {
      loss: 'CrossEntropyLoss',
      optimizer: { type: 'Adam', lr: 0.01 },
      epochs: 8,
      batch_size: 16,
    },
  },
  async show({ screen, ask }) {
    const found = await ask(UNSEEN.map(({ opinion }) => ({ opinion })));
    for (const [i, { opinion }] of UNSEEN.slice(0, 4).entries()) {
      screen.line(`${found[i]!.label!.padEnd(8)} ${opinion}`);
    }
    return {
      what: `Accuracy on ${UNSEEN.length} opinions it has never seen`,
      value: accuracyOf(
        found,
        UNSEEN.map(({ about }) => about),
      ),
      baseline: 1 / 3,
      of: 'always the same answer',
    };
  },
};
