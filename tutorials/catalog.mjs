/**
 * The tutorials, readable without a build. `runs` are the fixed names under which result.json reports;
 * `duration` is for the full run on two cores with the software adapter.
 */
export const catalog = [
  {
    name: 'mnist-quickstart',
    title: 'Handwritten digits in five minutes: a first network, and what happens when softmax is applied twice',
    runs: ['original', 'sound'],
    duration: 'measuring',
  },
  {
    name: 'fashion-mnist',
    title: 'Classify clothing: the same network with probabilities and with logits as its output',
    runs: ['softmax', 'logits'],
    duration: 'measuring',
  },
];

/** What `npm start` runs when no tutorial is named. */
export const mainTutorial = 'fashion-mnist';
