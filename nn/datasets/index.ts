/** The data sets of the tutorials, as `keras.datasets`: `datasets.mnist.loadData()`. */
export * as fashionMnist from './fashion-mnist';
export * as imdb from './imdb';
export * as mnist from './mnist';
