/** The figures of the tutorials, as Vega-Lite descriptions. */
export { accuracyByLength, curves, errorCurves, gradientNorms } from './curves';
export { heatMap, imageGrid } from './images';
export { predictionGrid, probabilityBars } from './predictions';
export { type AccuracyOfLabels, accuracyByLabels, byEpoch } from './runs';
export { histogram, scatter } from './values';
