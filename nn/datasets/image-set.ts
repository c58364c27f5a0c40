/** Data sets in MNIST's form: 28×28 grey images with labels 0–9, a train and a test split. */
import { DataError } from '../../engine/errors';
import { HostArray } from '../../engine/tensor/host-array';
import { formatShape } from '../../engine/tensor/shape';
import { chooseData, type DataKind, type LoadOptions } from './choice';
import { gunzip, isGzip } from './gunzip';
import { parseIdx } from './idx';
import { readNpz } from './npz';
import { type Found, findFile, findUserFile, type RemoteFile } from './source';
import { type Draw, generateImages, SIDE } from './synthetic/images';

export type { LoadOptions };

export interface ImageSet {
  name: string;
  /** Where the files are published; ends with a slash. */
  url: string;
  /** An .npz that may stand in for the four files in `$WGRAD_DATA`. */
  archive?: string;
  files: Record<'trainImages' | 'trainLabels' | 'testImages' | 'testLabels', RemoteFile>;
  /** The synthetic stand-in: how an image of a class is drawn, and the seed of the set. */
  draw: Draw;
  seed: number;
}

/** Images and their labels. */
export type Examples = [x: HostArray, y: HostArray];

export interface LoadedImages {
  train: Examples;
  test: Examples;
  kind: DataKind;
  /** Where the data came from, for people. */
  source: string;
}

const CLASSES = 10;
const TRAIN = 60_000;
const TEST = 10_000;

export function loadImageSet(set: ImageSet, options: LoadOptions): Promise<LoadedImages> {
  return chooseData(set.name, options.data, {
    real: async () => (await loadArchive(set)) ?? (await loadIdxFiles(set, options)),
    synthetic: () => ({
      train: generateImages(set.draw, set.seed, TRAIN),
      test: generateImages(set.draw, set.seed + 1, TEST),
    }),
  });
}

async function loadIdxFiles(set: ImageSet, options: LoadOptions) {
  const places = new Set<string>();
  const read = async (file: RemoteFile, rank: number): Promise<Part> => {
    const found = await findFile(set.name, file, set.url, options);
    places.add(found.place);
    const bytes = isGzip(found.bytes) ? await gunzip(found.bytes, found.path) : found.bytes;
    return { array: parseIdx(bytes, rank, found.path), path: found.path };
  };
  const { trainImages, trainLabels, testImages, testLabels } = set.files;
  const train = checked(await read(trainImages, 3), await read(trainLabels, 1));
  const test = checked(await read(testImages, 3), await read(testLabels, 1));
  return { train, test, source: [...places].join(', ') };
}

/** Keras's archive holds the four arrays by these names. */
async function loadArchive(set: ImageSet) {
  const found = set.archive ? await findUserFile(set.name, [set.archive], { alsoInRoot: true }) : undefined;
  if (!found) return undefined;
  const arrays = readNpz(found.bytes, found.path, ['x_train', 'y_train', 'x_test', 'y_test']);
  const part = (name: keyof typeof arrays): Part => ({ array: arrays[name], path: `${name} in ${found.path}` });
  return {
    train: checked(part('x_train'), part('y_train')),
    test: checked(part('x_test'), part('y_test')),
    source: found.path,
  };
}

interface Part extends Pick<Found, 'path'> {
  array: HostArray;
}

/** The pair, once it has the form that every image set shares. */
function checked(images: Part, labels: Part): Examples {
  const [x, y] = [images.array, labels.array];
  if (x.dtype !== 'u8' || x.shape.length !== 3 || x.shape[1] !== SIDE || x.shape[2] !== SIDE) {
    throw new DataError(`${images.path} holds ${x.dtype} ${formatShape(x.shape)}; expected u8 images [n, ${SIDE}, ${SIDE}].`);
  }
  if (y.shape.length !== 1) throw new DataError(`${labels.path} has shape ${formatShape(y.shape)}; expected labels [n].`);
  if (x.length !== y.length) {
    throw new DataError(`${images.path} holds ${x.length} images, but ${labels.path} holds ${y.length} labels; expected as many.`);
  }
  if (x.length === 0) throw new DataError(`${images.path} holds no images.`);
  const wrong = y.data.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < CLASSES));
  if (wrong >= 0) {
    throw new DataError(`${labels.path}: label ${y.data[wrong]} at index ${wrong} is out of range; expected 0 to ${CLASSES - 1}.`);
  }
  return [x, y.cast('u8')];
}
