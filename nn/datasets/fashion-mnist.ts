/** Fashion-MNIST, photographs of clothes (Xiao, Rasul, Vollgraf, 2017): the shapes of MNIST, ten kinds of garment. */
import { type ImageSet, type LoadedImages, loadImageSet, type LoadOptions } from './image-set';
import { drawGarment } from './synthetic/garments';

const set: ImageSet = {
  name: 'fashion-mnist',
  url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/',
  files: {
    trainImages: {
      name: 'train-images-idx3-ubyte.gz',
      bytes: 26_421_880,
      sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
    },
    trainLabels: {
      name: 'train-labels-idx1-ubyte.gz',
      bytes: 29_515,
      sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
    },
    testImages: {
      name: 't10k-images-idx3-ubyte.gz',
      bytes: 4_422_102,
      sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
    },
    testLabels: {
      name: 't10k-labels-idx1-ubyte.gz',
      bytes: 5_148,
      sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
    },
  },
  draw: drawGarment,
  seed: 82,
};

/** The garments by label. */
export const classNames = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
] as const;

/**
 * `{ train: [x, y], test: [x, y], kind, source }` with images u8 [60000, 28, 28] (0 = background) and labels u8
 * [60000], 0–9 as in `classNames`; 10,000 for test. Throws a DataError for a damaged file, and with
 * `data: 'real'` where the files can't be had.
 */
export function loadData(options: LoadOptions = {}): Promise<LoadedImages> {
  return loadImageSet(set, options);
}
