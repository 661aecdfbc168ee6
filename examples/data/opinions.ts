// Opinions about films, meals and journeys, assembled from parts. Only some of the words tell the topic; words of praise and blame occur
// with all topics.

import { random } from './random.ts';

const THINGS = {
  film: [
    'the plot',
    'the acting',
    'the ending',
    'the soundtrack',
    'the lead actress',
    'the camera work',
    'the script',
  ],
  meal: ['the soup', 'the dessert', 'the waiter', 'the fish', 'the wine', 'the sauce', 'the kitchen'],
  journey: [
    'the hotel',
    'the flight',
    'the beach',
    'the guide',
    'the train',
    'the luggage desk',
    'the old town',
  ],
} as const;
const VIEWS = [
  'was better than we had hoped',
  'left us cold',
  'made our evening',
  'was a letdown',
  'surprised everybody',
  'was worth every penny',
];
const OPENINGS = [
  'Honestly,',
  'I have to say that',
  'To my surprise',
  'As always,',
  'My friends think that',
  'Looking back,',
];
const CLOSINGS = [
  'and I would tell anybody.',
  'but that is a matter of taste.',
  'so we will see.',
  'at least for the price.',
  'which is a shame.',
];

export interface Opinion {
  readonly opinion: string;
  readonly about: string;
}

function make(count: number, seed: number): Opinion[] {
  const { uniform } = random(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(uniform() * of.length)]!;
  const kinds = Object.keys(THINGS) as (keyof typeof THINGS)[];
  return Array.from({ length: count }, () => {
    const about = one(kinds);
    const more = uniform() < 0.5 ? ` while ${one(THINGS[about])} ${one(VIEWS)},` : ',';
    return { about, opinion: `${one(OPENINGS)} ${one(THINGS[about])} ${one(VIEWS)}${more} ${one(CLOSINGS)}` };
  });
}

const learned = make(400, 3);
export const UNSEEN = make(60, 4);
export const OPINIONS = `opinion,about\n${learned.map(({ opinion, about }) => `"${opinion}",${about}`).join('\n')}\n`;
