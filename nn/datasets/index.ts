/** The data sets of the tutorials, as `keras.datasets`: `datasets.mnist.loadData()`. */
export * as autoMpg from './auto-mpg';
export * as fashionMnist from './fashion-mnist';
export * as imdb from './imdb';
export * as imdbReviews from './imdb-reviews';
export * as mnist from './mnist';
