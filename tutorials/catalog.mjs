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
    name: 'mnist-custom-training',
    title: 'A model class with a convolution, and a training loop written by hand',
    runs: ['custom'],
    duration: '8 min',
  },
  {
    name: 'imdb-pooling',
    title: 'What reviewers think, from the average of their words',
    runs: ['pooled'],
    duration: '1 min',
  },
  {
    name: 'imdb-vectorized-rnn',
    title: 'Reviews as text, read by recurrent layers, and why the first try stays at chance',
    runs: ['rnn-original', 'lstm-original', 'lstm-mask', 'lstm-last', 'lstm-mask-last', 'rnn-mask-last', 'lstm-long', 'rnn-long', 'bilstm-long'],
    duration: '45 min',
    options: ['max-tokens', 'runs'],
  },
  {
    name: 'imdb-rnn-vs-lstm',
    title: 'A simple recurrent network against an LSTM, and the gradient that vanishes',
    runs: ['simple-rnn-64', 'lstm-64', 'simple-rnn-512', 'lstm-512', 'simple-rnn-1024', 'lstm-1024'],
    duration: '35 min',
    options: ['full', 'lengths'],
  },
  {
    name: 'imdb-bidirectional',
    title: 'Reviews read from both ends by LSTMs',
    runs: ['single', 'stacked'],
    duration: '35 min',
    options: ['full', 'runs'],
  },
  {
    name: 'pretrain-embedding',
    title: 'Word vectors from reviews that nobody has labelled',
    runs: ['dim50', 'dim20'],
    duration: '5 min',
    options: ['runs'],
  },
  {
    name: 'imdb-transfer',
    title: 'What pretrained word vectors buy, with many labels and with few',
    runs: [
      'nnlm', 'swivel', 'frozen-pretrained', 'finetuned-random', 'frozen-random',
      ...['1pct', '10pct'].flatMap((share) => ['nnlm', 'frozen-pretrained', 'random', 'frozen-random', 'swivel'].map((way) => `${way}-${share}`)),
    ],
    duration: '15 min',
    options: ['runs'],
  },
  {
    name: 'auto-mpg',
    title: 'How far a car goes on a gallon, and an error that is too good to be true',
    runs: ['original', 'sound', 'sound-early-stopping'],
    duration: '1 min',
  },
  {
    name: 'overfit-underfit',
    title: 'Networks that learn by heart, and what helps against it',
    runs: ['baseline', 'small', 'large', 'l2', 'dropout', 'dropout-l2'],
    duration: '10 min',
    options: ['full'],
  },
  {
    name: 'save-and-load',
    title: 'Models that outlive the process: checkpoints, weights, whole models, training that goes on',
    runs: ['checkpoints', 'unbroken', 'resumed'],
    duration: '1 min',
  },
  {
    name: 'hyperparameter-search',
    title: 'How many units, which learning rate: random search and Hyperband',
    runs: ['default', 'random-search', 'hyperband', 'best'],
    duration: '10 min',
    options: ['full'],
  },
];

/** What `npm start` runs when no tutorial is named. */
export const mainTutorial = 'fashion-mnist';
