/**
 * The tutorials, readable without a build. `runs` are the fixed names under which result.json reports;
 * `duration` is for what runs by default on two cores with the software adapter. `options` are those that not every
 * tutorial has.
 */
export const catalog = [
  {
    name: 'mnist-quickstart',
    title: 'A first network for handwritten digits, and what softmax does when applied twice',
    runs: ['original', 'sound'],
    duration: '2 min',
  },
  {
    name: 'fashion-mnist',
    title: 'Telling clothes apart, with probabilities and with logits as the output',
    runs: ['softmax', 'logits'],
    duration: '2 min',
  },
  {
    name: 'imdb-pooling',
    title: 'What reviewers think, from the average of their words',
    runs: ['pooled'],
    duration: '1 min',
  },
];

/** What `npm start` runs when no tutorial is named. */
export const mainTutorial = 'fashion-mnist';
