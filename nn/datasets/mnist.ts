/** MNIST, handwritten digits (LeCun, Cortes, Burges): 60,000 + 10,000 images of 28×28, ten classes. */
import { type ImageSet, type LoadedImages, loadImageSet, type LoadOptions } from './image-set';
import { drawDigit } from './synthetic/digits';

const set: ImageSet = {
  name: 'mnist',
  url: 'https://storage.googleapis.com/cvdf-datasets/mnist/',
  archive: 'mnist.npz',
  files: {
    trainImages: {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 9_912_422,
      sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
    },
    trainLabels: {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 28_881,
      sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
    },
    testImages: {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 1_648_877,
      sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
    },
    testLabels: {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 4_542,
      sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
    },
  },
  draw: drawDigit,
  seed: 28,
};

/**
 * `{ train: [x, y], test: [x, y], kind, source }` with images u8 [60000, 28, 28] (0 = background) and labels u8
 * [60000], 0–9; 10,000 for test. Files: the four IDX files, or Keras's `mnist.npz` in `$WGRAD_DATA` or
 * `$WGRAD_DATA/mnist`. Throws a DataError for a damaged file, and with `data: 'real'` where none can be had.
 */
export function loadData(options: LoadOptions = {}): Promise<LoadedImages> {
  return loadImageSet(set, options);
}
