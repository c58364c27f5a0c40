/** The data sets of the tutorials, as `keras.datasets`: `datasets.mnist.loadData()`. */
export * as fashionMnist from './fashion-mnist';
export * as mnist from './mnist';
